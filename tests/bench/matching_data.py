"""The file between a population and a matcher: anybody's, or an invented one.

`python -m tests.bench.matching_data FILE [CHILDREN [SEED]]` writes one. CSV, UTF-8, a header, a description a line. A list is written with
semicolons. Only `truth`, `forename` and `surname` must have something in them:

    truth           whose it is; equal of the same child, and of nobody else
    noise           what is known to be wrong with it or hard about it: the strata of the report; a list
    forename  surname  other_names (a list)  date_of_birth (YYYY-MM-DD)  stated_age  sex  upn  nhs_number
    addresses       a list of `lines | postcode | UPRN | kind`; lines with commas; kind: current, previous or new
    parents         a list of `name | telephone`
    family          equal of children on one form, who are brothers and sisters
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from tests.bench.matching_noise import Description, described

COLUMNS = (
    "truth", "noise", "forename", "surname", "other_names", "date_of_birth", "stated_age", "sex", "upn", "nhs_number",
    "addresses", "parents", "family",
)  # fmt: skip


def write(file: Path, rows: Iterable[Description]) -> int:
    """Returns how many there were."""
    made = list(rows)
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(COLUMNS)
        for one in made:
            table.writerow([
                one.truth, ";".join(sorted(one.noise)), one.forename, one.surname, ";".join(one.other_names),
                one.date_of_birth or "", "" if one.stated_age is None else one.stated_age, one.sex, one.upn, one.nhs_number,
                ";".join("|".join(address) for address in one.addresses),
                ";".join("|".join(parent) for parent in one.parents), one.family,
            ])  # fmt: skip
    return len(made)


def read(file: Path) -> Iterator[Description]:
    """Raises `ValueError` that names line and column of what cannot be read."""
    with file.open(encoding="utf-8-sig", newline="") as given:
        table = csv.DictReader(given)
        if missing := {"truth", "forename", "surname"} - set(table.fieldnames or ()):
            raise ValueError(f"there is no column {', '.join(sorted(missing))}")
        for number, row in enumerate(table, 2):
            try:
                yield _description({name: row.get(name) or "" for name in COLUMNS})
            except ValueError as error:
                raise ValueError(f"line {number}: {error}") from None


def _description(row: dict[str, str]) -> Description:
    if not (row["truth"] and row["forename"] and row["surname"]):
        raise ValueError("truth, forename and surname must have something in them")
    try:
        born = date.fromisoformat(row["date_of_birth"]) if row["date_of_birth"] else None
        age = int(row["stated_age"]) if row["stated_age"] else None
    except ValueError:
        raise ValueError("date_of_birth is a date such as 2015-09-01, stated_age a number of years") from None
    return Description(
        row["truth"], set(_list(row["noise"])), row["forename"], row["surname"], _list(row["other_names"]), born, age,
        row["sex"], row["upn"], row["nhs_number"],
        [(lines, postcode, uprn, kind or "current") for lines, postcode, uprn, kind in _tuples(row["addresses"], 4)],
        [(name, telephone) for name, telephone in _tuples(row["parents"], 2)], row["family"],
    )  # fmt: skip


def _list(written: str) -> list[str]:
    return [part.strip() for part in written.split(";") if part.strip()]


def _tuples(written: str, length: int) -> Iterator[list[str]]:
    for one in _list(written):
        parts = [part.strip() for part in one.split("|")]
        yield (parts + [""] * length)[:length]


def main(arguments: list[str]) -> int:
    """Write an invented one."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    defaults = [20_000, 1]
    numbers = [int(one) for one in arguments[1:3]]
    children, seed = numbers + defaults[len(numbers) :]
    file = Path(arguments[0])
    print(f"{write(file, described(children, seed))} descriptions of {children} children, seed {seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
