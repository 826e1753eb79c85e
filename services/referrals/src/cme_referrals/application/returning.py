"""Which school makes a return, and to which authority (regulation 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from cme_referrals.application.authority import Authority
from cme_referrals.application.forms import Receipt
from cme_referrals.application.naming import sending_school
from cme_referrals.application.ports import Intake
from cme_referrals.domain.errors import NoSchoolError, UnknownSchoolError
from cme_referrals.domain.school_data import Establishment


@dataclass(slots=True)  # not frozen: one is made of each form (`Receipt`)
class Returning:
    """The school a return is of."""

    urn: str
    la_code: str
    """Of its authority; of a school that is on no list, the council's own."""
    listed: Establishment | None
    remarks: tuple[str, ...] = ()
    """What is to be said of the number by which it was named."""

    @property
    def missing(self) -> tuple[str, ...]:
        """What is to be asked because of it: a school that is on no list."""
        return () if self.listed else ("school_urn",)


class Heading(TypedDict):
    """What every event about a school's return begins with."""

    submission_id: UUID
    first_submission_id: UUID
    reference: str
    received_at: datetime
    school_urn: str
    school_la: str
    home_la: str | None


def heading(receipt: Receipt, school: Returning, home_la: str | None) -> Heading:
    """Of the event that says it."""
    return Heading(
        submission_id=receipt.submission_id,
        first_submission_id=receipt.first_submission_id,
        reference=receipt.reference,
        received_at=receipt.received_at,
        school_urn=school.urn,
        school_la=school.la_code,
        home_la=home_la,
    )


async def returning_school(tx: Intake, receipt: Receipt, given: str | None, authority: Authority) -> Returning:
    """The school; one that is on no list is taken to be the council's.

    Raises `NoSchoolError`, `NotYourSchoolError`, `UnknownSchoolError`.
    """
    named = await sending_school(tx, receipt, given)
    if named.urn is None:
        raise NoSchoolError("a return comes from a school")
    la_code = named.establishment.la_code if named.establishment else authority.la_code
    if la_code is None:
        raise UnknownSchoolError("this school is not on the list, and the council's own code is not configured")
    return Returning(named.urn, la_code, named.establishment, named.remarks)
