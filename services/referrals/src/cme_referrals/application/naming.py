"""Which school is meant: a form names it by URN or LAESTAB, rightly or not, and perhaps as it was called before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from cme_calendars import local_date
from cme_referrals.application.forms import Receipt
from cme_referrals.application.ports import Schools
from cme_referrals.domain.errors import NotYourSchoolError
from cme_referrals.domain.identifiers import is_urn, school_number
from cme_referrals.domain.remarks import Doubt, Remark
from cme_referrals.domain.school_data import Establishment


class KnowsSchools(Protocol):
    """What finding a school needs."""

    @property
    def schools(self) -> Schools: ...


@dataclass(slots=True)  # not frozen: that triples the cost of making one, and one is made of each form
class NamedSchool:
    """A school as somebody named it. A number that is on no list is kept as given, and chased."""

    urn: str | None = None
    """Its URN on the day; the one that was named where no list has it; None where none can be said."""
    establishment: Establishment | None = None
    remark: Remark | None = None

    @property
    def remarks(self) -> tuple[str, ...]:
        """As they are kept with a submission."""
        return (str(self.remark),) if self.remark else ()


async def named_school(tx: KnowsSchools, given: str | None, field: str, day: date) -> NamedSchool:
    """The school that a form's `field` names, as it is on `day`. Nothing that is given here is a reason to refuse."""
    if not given:
        return NamedSchool()
    number = school_number(given)
    if number is None:
        return NamedSchool(remark=Remark(field))
    found = await tx.schools.establishment_of(number, day)
    if found is None:
        return NamedSchool(urn=number) if is_urn(number) else NamedSchool(remark=Remark(field, Doubt.UNLISTED))
    succeeded = is_urn(number) and found.urn != number
    return NamedSchool(found.urn, found, Remark(field, Doubt.SUCCEEDED, found.urn) if succeeded else None)


async def sending_school(tx: KnowsSchools, receipt: Receipt, given: str | None) -> NamedSchool:
    """The school a form is about: the one that sends it, or the one an officer names; on the day of the receipt.

    Raises `NotYourSchoolError` where a school names another than itself, under whatever number (policy 10).
    """
    day = local_date(receipt.received_at)
    named = await named_school(tx, given, "school_urn", day)
    if receipt.school_urn is None:
        return named
    own = await named_school(tx, receipt.school_urn, "school_urn", day)
    if named.urn not in (None, own.urn):
        raise NotYourSchoolError("a school acts for itself only")
    return NamedSchool(own.urn, own.establishment, named.remark or own.remark)


async def childs_school(tx: KnowsSchools, receipt: Receipt, given: str | None) -> tuple[NamedSchool, str | None]:
    """The school a referral names for the child, and the URN of the one that tells us.

    They may differ: a child never arrived, or is a brother or sister at another school. Where none can be said, or an
    officer enters what a school told, one stands for both.
    """
    named = await named_school(tx, given, "school_urn", local_date(receipt.received_at))
    if receipt.school_urn is None:
        return named, named.urn
    own = await named_school(tx, receipt.school_urn, "school_urn", local_date(receipt.received_at))
    if named.urn is None:
        named = NamedSchool(own.urn, own.establishment, named.remark or own.remark)
    return named, own.urn
