"""A child who is to start in Reception or Year 7, as a line of admissions' list has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cme_register.domain.cohort import Cohort, Intake
from cme_register.domain.details import Details
from cme_register.domain.sheets import UPN, Cells, Columns, Fault, Ids, SheetMap

INTAKES = tuple(Intake)
COLUMNS = Columns(
    frozenset({
        "school_urn", "school_la", "intake", "starts_on", "name", "forename", "surname", "date_of_birth", "sex", "upn",
        "address", "postcode",
    }),
    ("school_urn", "school_la", "intake", "starts_on", "date_of_birth"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Expected:
    """One line. It has no `repr`, so that none reaches a log."""

    ids: tuple[UUID, ...]
    """The first is its own; by the others it may be known from before the secret was changed."""
    cohort: Cohort
    school_la: str
    starts_on: date
    details: Details
    remarks: tuple[Fault, ...] = ()
    """What was left out of it; the rest is taken."""

    @property
    def id(self) -> UUID:
        """Of the submission that it becomes."""
        return self.ids[0]


def read_expected(cells: Mapping[str, str], sheet: SheetMap, *, begins: date, ids: Ids) -> Expected:
    """What a line says: one child, one school, one September. Raises `NotTaken` with all that is wrong with it.

    `begins`: the first day of the register's tables.
    """
    row = Cells(cells, sheet)
    forename, surname = row.name()
    starts_on = row.day("starts_on")
    if starts_on is not None and starts_on < begins:
        row.refuse("starts_on", f"is before {begins:%d/%m/%Y}, when the register's tables begin", "leave the line out")
    born = row.born(starts_on)
    intake = row.code("intake", INTAKES)
    school_urn, school_la = row.urn("school_urn"), row.la_code("school_la")
    for name in ("school_urn", "school_la", "starts_on", "date_of_birth"):
        if row.said(name) is None:
            row.refuse(name, "is empty", "write it")
    details = Details(
        forename, surname, date_of_birth=born, sex=row.coded("sex"), upn=row.number("upn", UPN, "UPN"),
        addresses=tuple(row.address("address", "postcode", "current")),
    )  # fmt: skip
    row.must_be_usable()
    assert starts_on is not None and intake is not None and school_urn is not None and school_la is not None
    cohort = Cohort(school_urn, starts_on.year, Intake(intake))
    sameness = "\0".join((str(cohort.id), forename.casefold(), surname.casefold(), str(born)))
    return Expected(
        ids=ids(sameness), cohort=cohort, school_la=school_la, starts_on=starts_on, details=details,
        remarks=tuple(row.remarks),
    )  # fmt: skip
