"""Invented transfer files, built element by element. Of CML and CMJ no real file has been seen."""

from collections.abc import Iterable

from tests.referrals.invented import CANARY

NAME = "9994001_CML_999LLLL_001.xml"


def pupil(number: int = 1, *, more: str = "", history: str = "", **said: str) -> str:
    """A leaver; `said`: other texts for its elements, empty to leave one out."""
    own = {"Surname": f"{CANARY} {number}", "Forename": "Juniper", "DOB": "2015-03-09", "Gender": "F"} | said
    school = {"LEA": "999", "Estab": "4001", "LeavingDate": "2026-11-20", "RemovalGrounds": "G"}
    school = {name: said.get(name, text) for name, text in school.items()}
    elements = {name: text for name, text in own.items() if name not in school}
    address = "<Address><AddressLines><AddressLine1>4 Invented Row</AddressLine1></AddressLines><PostCode>ZZ99 9ZZ</PostCode></Address>"
    return (
        f"<Pupil>{_written(elements)}{address}{more}<SchoolHistory>{history}<School>{_written(school)}</School>"
        "</SchoolHistory></Pupil>"
    )


def transfer_file(
    *pupils: str, descriptor: str = "CML", version: str = "23.0", destination: tuple[str, str] | None = ("999", "LLLL"),
    estab: str = "4001", header: str = "", before: str = '<?xml version="1.0" encoding="UTF-8"?>\n',
) -> str:  # fmt: skip
    """The whole file; one leaver where no pupils are given."""
    goes_to = (
        f"<DestSchool><LEA>{destination[0]}</LEA><Estab>{destination[1]}</Estab></DestSchool>" if destination else ""
    )
    return (
        f"{before}<!-- invented -->\n<CTfile><Header><DocumentName>Common Transfer File</DocumentName>"
        f"<CTFversion>{version}</CTFversion><DataDescriptor>{descriptor}</DataDescriptor>{header}"
        f"<SourceSchool><LEA>999</LEA><Estab>{estab}</Estab></SourceSchool>{goes_to}</Header>\n<CTFpupilData>\n"
        + "\n".join(pupils or (pupil(),))
        + "\n</CTFpupilData></CTfile>\n"
    )


def _written(elements: dict[str, str]) -> str:
    return "".join(f"<{name}>{text}</{name}>" for name, text in elements.items() if text)


def in_pieces(text: bytes, step: int) -> Iterable[bytes]:
    """As a network brings it."""
    return (text[at : at + step] for at in range(0, len(text), step))
