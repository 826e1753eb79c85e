"""A year's inputs as intake has announced them: the population of the matching bench, with its noise and duplicates.

They are written into intake's own table of what was announced, as its relay would have kept them, by bulk: making them is
not what is measured.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg
from pydantic_core import to_json

from cme_bus.meta import Meta
from cme_bus.sealing import Key, sealed_json
from cme_contracts import people
from cme_contracts.base import Event
from cme_contracts.codes import Factor
from cme_contracts.codes_intake import Ground, ReferralReason, ReferrerKind
from cme_contracts.referrals import PupilAdded, PupilDeleted, ReferralRaised
from cme_contracts.sealed import Sealed
from tests.bench.matching_noise import Description, described
from tests.bench.matching_rig import BEGAN, MIX

KEY = Key("k1", bytes(32))
COLUMNS = ("event_id", "seq", "said_at", "stream", "key", "headers", "payload")
PER_CHILD = 1.8
"""Descriptions of one child, on average."""
OURS, ELSEWHERE, FROM_ELSEWHERE = "830", "999", 0.05
"""The code of the council whose file the workers read, and how many inputs are another authority's as well."""
KINDS = ("referral", "addition", "deletion")


async def fill(intake: asyncpg.Pool[asyncpg.Record], inputs: int, seed: int) -> None:
    """As many inputs as asked for, a fifth of them referrals; some are doubled, as a sender's system doubles them."""
    made = described(int(inputs / PER_CHILD * 1.05) + 100, seed)[:inputs]
    await intake.copy_records_to_table("announced", columns=COLUMNS, records=_rows(made, seed))


def _rows(made: Sequence[Description], seed: int) -> Iterator[tuple[object, ...]]:
    chance, families = random.Random(f"year {seed}"), dict[str, UUID]()
    for number, one in enumerate(made, 1):
        event = _event(one, number, chance, families)
        meta = Meta.of(event, source="/cme/referrals")
        payload = sealed_json(event, meta.id, KEY)
        yield meta.id, number, meta.time, event.stream, event.key, to_json(meta.headers()).decode(), payload


def _event(one: Description, number: int, chance: random.Random, families: dict[str, UUID]) -> Event:
    id_ = UUID(int=chance.getrandbits(128), version=4)
    at: datetime = BEGAN + timedelta(seconds=number * 10)
    child, school, day = Sealed(_child(one)), f"9900{number % 90:02}", at.date()
    la = ELSEWHERE if chance.random() < FROM_ELSEWHERE else OURS
    match chance.choices(KINDS, MIX)[0]:
        case "referral":
            family = (
                families.setdefault(one.family, UUID(int=chance.getrandbits(128), version=4)) if one.family else None
            )
            return ReferralRaised(
                submission_id=id_, first_submission_id=id_, reference=f"CME-{number:08}", received_at=at,
                referrer=ReferrerKind.SCHOOL, reason=ReferralReason.WHEREABOUTS_UNKNOWN, school_urn=school, school_la=la,
                home_la=la, on_roll=False, factors=(Factor.SOCIAL_WORKER,) if chance.random() < 0.1 else (),
                family_id=family, personal=child,
            )  # fmt: skip
        case "addition":
            return PupilAdded(
                submission_id=id_, first_submission_id=id_, reference=f"CME-{number:08}", received_at=at, school_urn=school,
                school_la=la, home_la=la, entered_on=day, due_on=day + timedelta(days=5), personal=child,
            )  # fmt: skip
        case _:
            return PupilDeleted(
                submission_id=id_, first_submission_id=id_, reference=f"CME-{number:08}", received_at=at, school_urn=school,
                school_la=la, home_la=la, ground=Ground.A, deleted_on=day, destination_known=True, personal=child,
            )  # fmt: skip


def _child(one: Description) -> people.Child:
    born: date | None = one.date_of_birth
    return people.Child(
        forename=one.forename, surname=one.surname, other_names=tuple(one.other_names), date_of_birth=born,
        stated_age=one.stated_age, sex=one.sex or None, upn=one.upn or None, nhs_number=one.nhs_number or None,
        addresses=tuple(
            people.Address(
                lines=tuple(part.strip() for part in lines.split(",")), postcode=postcode or None, uprn=uprn or None, kind=kind
            )
            for lines, postcode, uprn, kind in one.addresses
        ),
        parents=tuple(
            people.Parent(name=name, telephones=(telephone,) if telephone else ()) for name, telephone in one.parents
        ),
    )  # fmt: skip
