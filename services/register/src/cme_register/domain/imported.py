"""An open case as the council's spreadsheet has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cme_register.domain.codes import Proof
from cme_register.domain.details import Details, Parent
from cme_register.domain.sheets import NHS_NUMBER, UPN, Cells, Columns, Fault, Ids, SheetMap

CATEGORIES = ("missing", "without_school_place", "on_roll_enquiry")
COLUMNS = Columns(
    frozenset({
        "reference", "received_on", "category", "name", "forename", "surname", "other_names", "date_of_birth", "sex", "upn",
        "nhs_number", "address", "postcode", "previous_address", "previous_postcode", "parent", "relationship", "telephones",
        "email", "school_urn", "school_la", "home_la", "lead_officer", "factors", "located_on", "location_proof", "closed_on",
    }),
    ("received_on", "category"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Imported:
    """An open case of the sheet. It has no `repr`, so that none reaches a log."""

    ids: tuple[UUID, ...]
    """The first is its own; by the others it may be known from before the secret was changed."""
    reference: str | None
    """The sheet's own; it may say who the child is, and leaves the register with no event."""
    received_on: date
    category: str
    details: Details
    factors: tuple[str, ...]
    lead_officer: str | None
    """As the sheet names them: e-mail, name or id."""
    school_urn: str | None
    school_la: str | None
    home_la: str | None
    located_on: date | None
    location_proof: Proof | None
    remarks: tuple[Fault, ...] = ()
    """What was left out of it, or read with a doubt; the rest is taken."""

    @property
    def id(self) -> UUID:
        """Of the submission that it becomes."""
        return self.ids[0]


def read_row(cells: Mapping[str, str], sheet: SheetMap, *, begins: date, today: date, ids: Ids) -> Imported:
    """What a row says, by our names of its columns. Raises `NotTaken` with all that is wrong with it.

    `begins`: the first day of the tables by which a case is opened.
    """
    row = Cells(cells, sheet)
    forename, surname = row.name()
    received_on = _received_on(row, begins, today)
    born = row.born(received_on)
    category = row.code("category", CATEGORIES)
    located_on, proof = _located(row, sheet, received_on, today)
    if row.said("closed_on"):
        row.refuse("closed_on", "says that the case is closed", "leave closed cases out: open ones are imported")
    details = _details(row, forename, surname, born)
    factors = _factors(row, sheet)
    school_urn, school_la, home_la = row.urn("school_urn"), row.la_code("school_la"), row.la_code("home_la")
    row.must_be_usable()
    assert received_on is not None and category is not None
    sameness = row.said("reference") or f"{forename}\0{surname}\0{born}\0{received_on}"
    return Imported(
        ids=ids(" ".join(sameness.casefold().split())), reference=row.said("reference"), received_on=received_on,
        category=category, details=details, factors=factors, lead_officer=row.said("lead_officer"), school_urn=school_urn,
        school_la=school_la, home_la=home_la, located_on=located_on, location_proof=proof, remarks=tuple(row.remarks),
    )  # fmt: skip


def _received_on(row: Cells, begins: date, today: date) -> date | None:
    day = row.day("received_on", until=today)
    if row.said("received_on") is None:
        row.refuse("received_on", "is empty", "write the day on which the council was told")
    if day is not None and day < begins:
        row.refuse(
            "received_on", f"is before {begins:%d/%m/%Y}, when the register's tables begin",
            "write that day, and note the true one with the case once it is in",
        )  # fmt: skip
    return day


def _located(row: Cells, sheet: SheetMap, received_on: date | None, today: date) -> tuple[date | None, Proof | None]:
    day, said = row.day("located_on", until=today), row.said("location_proof")
    code = sheet.code("location_proof", said) if said else None
    if day is None:
        return None, None
    later = "record in the register how the child was found"
    if received_on and day < received_on:
        row.remark("located_on", "is not taken, as it is before the day of receipt", later)
    elif code is None or code not in {*Proof}:
        row.remark("located_on", "is not taken, as no proof is named that the map knows", later)
    else:
        return day, Proof(code)
    return None, None


def _factors(row: Cells, sheet: SheetMap) -> tuple[str, ...]:
    found: list[str] = []
    for said in row.several("factors"):
        if code := sheet.code("factors", said):
            found.append(code)
        else:
            row.remark(
                "factors", "has a word that the map does not know, which is left out",
                "add it under [values.factors], and record it in the register",
            )  # fmt: skip
    return tuple(dict.fromkeys(found))


def _details(row: Cells, forename: str, surname: str, born: date | None) -> Details:
    parent, telephones = row.said("parent"), row.several("telephones")
    parents = (Parent(parent or "", row.said("relationship"), telephones, row.said("email")),)
    return Details(
        forename=forename, surname=surname, other_names=row.several("other_names"), date_of_birth=born, sex=row.coded("sex"),
        upn=row.number("upn", UPN, "UPN"), nhs_number=row.number("nhs_number", NHS_NUMBER, "NHS number"),
        addresses=(
            *row.address("address", "postcode", "current"),
            *row.address("previous_address", "previous_postcode", "previous"),
        ),
        parents=parents if parent or telephones or row.said("email") else (),
    )  # fmt: skip
