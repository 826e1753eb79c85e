"""Invented children, and what is sent about them. No name, number or place here is anybody's."""

from datetime import date, datetime
from uuid import UUID, uuid4

from cme_contracts import people
from cme_contracts.codes import Factor
from cme_contracts.codes_intake import Ground, ReferralReason, ReferrerKind
from cme_contracts.referrals import PupilAdded, PupilDeleted, ReferralRaised
from cme_contracts.sealed import Sealed

SCHOOL = "999001"
NOVEMBER = datetime.fromisoformat("2026-11-23T09:12:00+00:00")
"""The Monday on which domain scenario 1 begins."""


def child(
    forename: str = "Isolde",
    surname: str = "Quillfeather",
    *,
    born: date | None = date(2016, 5, 4),
    postcode: str | None = "ZZ99 1AB",
    upn: str | None = None,
    nhs_number: str | None = None,
    former_upns: tuple[str, ...] = (),
) -> people.Child:
    addresses = (people.Address(lines=("1 Nowhere Lane",), postcode=postcode),) if postcode else ()
    return people.Child(
        forename=forename, surname=surname, date_of_birth=born, upn=upn, nhs_number=nhs_number,
        former_upns=former_upns, addresses=addresses,
    )  # fmt: skip


def referral(
    who: people.Child | None = None,
    *,
    at: datetime = NOVEMBER,
    id_: UUID | None = None,
    first: UUID | None = None,
    reason: ReferralReason = ReferralReason.WHEREABOUTS_UNKNOWN,
    on_roll: bool | None = False,
    factors: tuple[Factor, ...] = (),
) -> ReferralRaised:
    id_ = id_ or uuid4()
    return ReferralRaised(
        submission_id=id_,
        first_submission_id=first or id_,
        reference="CME-TEST",
        received_at=at,
        referrer=ReferrerKind.SCHOOL,
        reason=reason,
        school_urn=SCHOOL,
        school_la="999",
        home_la="999",
        on_roll=on_roll,
        factors=factors,
        personal=Sealed(who or child()),
    )


def deletion(
    who: people.Child | None = None,
    *,
    at: datetime = NOVEMBER,
    known: bool = False,
    ground: Ground = Ground.G,
    held_by: tuple[str, ...] = (),
    factors: tuple[Factor, ...] = (),
    first: UUID | None = None,
    on: date | None = None,
    school: str = SCHOOL,
    school_la: str = "999",
    home_la: str | None = None,
) -> PupilDeleted:
    id_ = uuid4()
    return PupilDeleted(
        submission_id=id_,
        first_submission_id=first or id_,
        held_by=held_by,
        factors=factors,
        reference="CME-TEST",
        received_at=at,
        school_urn=school,
        school_la=school_la,
        home_la=home_la,
        ground=ground,
        deleted_on=on or at.date(),
        destination_known=known,
        personal=Sealed(who or child()),
    )


def addition(
    who: people.Child | None = None, *, at: datetime = NOVEMBER, on: date | None = None, school: str = SCHOOL
) -> PupilAdded:
    id_ = uuid4()
    return PupilAdded(
        submission_id=id_,
        first_submission_id=id_,
        reference="CME-TEST",
        received_at=at,
        school_urn=school,
        school_la="999",
        entered_on=on or at.date(),
        due_on=at.date(),
        personal=Sealed(who or child()),
    )
