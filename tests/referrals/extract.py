"""An invented extract with the columns of the DfE's own (edubasealldata): as wide, as long and as oddly quoted."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

COLUMNS = Path(__file__).with_name("gias_columns.txt").read_text("utf-8").splitlines()
USUAL = {name: "Not applicable" if name.endswith("(name)") else "" for name in COLUMNS} | {
    "LA (code)": "999",
    "LA (name)": "Fallowshire",
    "TypeOfEstablishment (code)": "01",
    "EstablishmentStatus (name)": "Open",
    "PhaseOfEducation (name)": "Primary",
    "OpenDate": "01-09-2001",
    "Street": "Café Row",
    "Postcode": "ZZ99 9ZZ",
}


def write_extract(path: Path, schools: Iterable[Mapping[str, object]]) -> Path:
    """Each school is what differs from a usual one. Texts are quoted and numbers are not, as in the DfE's."""
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, quoting=csv.QUOTE_NONNUMERIC)
        writer.writeheader()
        writer.writerows(USUAL | school for school in schools)
    return path


def write_links(path: Path, links: Iterable[tuple[int, int, str, str]]) -> Path:
    """URN, linked URN, type of link, since when."""
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["URN", "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate"])
        writer.writerows([urn, linked, "A school, of another name", kind, since] for urn, linked, kind, since in links)
    return path


def many(schools: int, *, authorities: int = 150, more: str = "x" * 150) -> Iterable[dict[str, object]]:
    """Invented schools, each with a name of its own and a URN that no school has; `more` fills a few of the columns nobody reads."""
    filled = dict.fromkeys(("Trusts (name)", "Federations (name)", "PropsName", "SiteName", "InspectorateReport"), more)
    for number in range(schools):
        yield filled | {
            "URN": 900_000 + number,
            "LA (code)": f"{201 + number % authorities}",
            "EstablishmentNumber": 1000 + number // authorities,
            "EstablishmentName": f"St Aldwyn’s Invented School, number {number}",
        }
