"""A population through the real register, and what it made of it.

The rig knows of the matcher what an officer can see: to which record a submission went, and which records are proposed to
be one child. It goes in through the use case that hears intake, into a real PostgreSQL.
"""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import batched, combinations
from uuid import UUID, uuid4

import asyncpg

from cme_bus.database import Database, as_it_is, prepare
from cme_bus.migrate import migrate
from cme_bus.sealing import Key, VersionedKeyring
from cme_register.__main__ import SERVICE
from cme_register.adapters.postgres import RegisterTx
from cme_register.adapters.tables import load_rules
from cme_register.application.intake import Received, take_in
from cme_register.application.officers import take_list
from cme_register.application.ports import Officer
from cme_register.domain.codes import Role, SubmissionKind
from cme_register.domain.details import Address, Details, Parent
from cme_register.domain.submission import Submission
from tests.bench.matching_noise import Description
from tests.bench.product_rig import drop_database, new_database

BEGAN = datetime(2026, 9, 1, 8, tzinfo=UTC)
BATCH = 100
KINDS = (SubmissionKind.REFERRAL, SubmissionKind.ADDITION, SubmissionKind.DELETION)
MIX = (21, 39, 40)
"""Of a year's inputs a fifth are referrals; children come and go equally often."""


@asynccontextmanager
async def register(postgres: str, *, officers: int = 12) -> AsyncIterator[Database[RegisterTx]]:
    """An empty register with Lead Officers."""
    dsn = await new_database(postgres, "matching")
    try:
        for component, folder in SERVICE.folders():
            await migrate(dsn, component=component, folder=folder)
        keyring = VersionedKeyring([Key("k1", bytes(32))])
        async with asyncpg.create_pool(dsn, min_size=1, max_size=6, init=prepare, reset=as_it_is) as pool:
            db = Database(pool, RegisterTx, source="/cme/register", keyring=keyring)
            staff = [
                Officer(UUID(int=n), f"Officer {n}", f"{n}@example.org", Role.LEAD_OFFICER, True)
                for n in range(1, officers + 1)
            ]
            async with db.transaction() as tx:
                await take_list(tx, staff, at=BEGAN)
            yield db
    finally:
        await drop_database(postgres, dsn)


def submission(one: Description, number: int, chance: random.Random, families: dict[str, UUID]) -> Submission:
    """What intake would have told of a form that says this."""
    id_ = UUID(int=chance.getrandbits(128), version=4)
    kind = chance.choices(KINDS, MIX)[0]
    return Submission(
        id=id_, first_id=id_, kind=kind, reference=f"CME-{number:08}", received_at=BEGAN + timedelta(seconds=number * 10),
        details=details(one), on_roll=False if kind is SubmissionKind.REFERRAL else None,
        reason="whereabouts_unknown" if kind is SubmissionKind.REFERRAL else None,
        ground="g" if kind is SubmissionKind.DELETION else None,
        destination_known=True if kind is SubmissionKind.DELETION else None,
        school_urn=f"9900{number % 90:02}", school_la="999", home_la="999",
        family_id=families.setdefault(one.family, uuid4()) if one.family else None,
    )  # fmt: skip


def details(one: Description) -> Details:
    """The description in the register's own words."""
    return Details(
        forename=one.forename, surname=one.surname, other_names=tuple(one.other_names), date_of_birth=one.date_of_birth,
        stated_age=one.stated_age, sex=one.sex or None, upn=one.upn or None, nhs_number=one.nhs_number or None,
        addresses=tuple(
            Address(tuple(part.strip() for part in lines.split(",")), postcode or None, uprn or None, kind)
            for lines, postcode, uprn, kind in one.addresses
        ),
        parents=tuple(Parent(name, None, (telephone,) if telephone else ()) for name, telephone in one.parents),
    )  # fmt: skip


@dataclass
class Told:
    """A description that went in, and what the register said whose it is: `child` shows the record that it fitted."""

    description: Description
    child: UUID


@dataclass
class Outcome:
    """What can be read from the register once all of it is in, in the order in which it went in."""

    told: list[Told]
    pairs: set[frozenset[UUID]]
    """Children that are proposed to be one, by the ids under which they are shown."""
    seconds: float


async def replay(db: Database[RegisterTx], descriptions: Sequence[Description], seed: int) -> Outcome:
    """Take all of it in, a batch a transaction, as a worker does."""
    chance, families, rules = random.Random(f"replay {seed}"), dict[str, UUID](), load_rules()
    sent = [submission(one, number, chance, families) for number, one in enumerate(descriptions)]
    started = time.perf_counter()
    for batch in batched(sent, BATCH):
        async with db.transaction() as tx:
            await take_in(tx, [Received(one) for one in batch], rules, at=batch[-1].received_at, new_id=uuid4)
    took = time.perf_counter() - started
    return await outcome(db.pool, [(one.id, given) for one, given in zip(sent, descriptions, strict=True)], took)


async def outcome(pool: asyncpg.Pool[asyncpg.Record], sent: Iterable[tuple[UUID, Description]], took: float) -> Outcome:
    """Raises `KeyError` if a submission is missing."""
    whose = {row["id"]: row["shown_as"] for row in await pool.fetch(WHOSE)}
    pairs = set[frozenset[UUID]]()
    if await pool.fetchval("SELECT to_regclass('review_pair') IS NOT NULL"):
        pairs = {frozenset(row) for row in await pool.fetch(PAIRS)}
    return Outcome([Told(given, whose[id_]) for id_, given in sent], {pair for pair in pairs if len(pair) == 2}, took)


WHOSE = "SELECT submission.id, child.shown_as FROM submission JOIN child ON child.id = submission.record_id"
PAIRS = """
SELECT one.shown_as, other.shown_as FROM review_pair AS pair
JOIN child AS one ON one.id = pair.one_id JOIN child AS other ON other.id = pair.other_id"""


@dataclass
class Measured:
    """Counted over pairs of descriptions of one child, over joins, and over proposed pairs."""

    true_pairs: int = 0
    joined: int = 0
    queued: int = 0
    joins: int = 0
    false_joins: Counter[str] = field(default_factory=Counter)
    """By what makes these children hard to tell apart."""
    true_proposals: int = 0
    false_proposals: int = 0
    strata: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


def measure(found: Outcome) -> Measured:
    """A join is a description that came to a child who was there; it is false if that child was first described as another."""
    counted = Measured()
    by_child, by_truth = defaultdict[UUID, list[Description]](list), defaultdict[str, list[Told]](list)
    for one in found.told:
        by_child[one.child].append(one.description)
        by_truth[one.description.truth].append(one)
    for first, *later in by_child.values():
        counted.joins += len(later)
        for other in later:
            if other.truth != first.truth:
                counted.false_joins[_kind(first, other)] += 1
    for of_one in by_truth.values():
        _pairs_of_one(of_one, found.pairs, counted)
    truths = {child: {one.truth for one in described} for child, described in by_child.items()}
    for pair in found.pairs:
        one, other = (truths.get(child, set()) for child in pair)
        counted.true_proposals += bool(one & other)
        counted.false_proposals += not one & other
    return counted


def _pairs_of_one(told: Sequence[Told], proposed: set[frozenset[UUID]], counted: Measured) -> None:
    known = _linked({one.child for one in told}, proposed)
    for one, other in combinations(told, 2):
        outcome = (
            "joined" if one.child == other.child else "queued" if known[one.child] == known[other.child] else "lost"
        )
        counted.true_pairs += 1
        counted.joined += outcome == "joined"
        counted.queued += outcome == "queued"
        for stratum in strata(one.description.noise | other.description.noise):
            counted.strata[stratum][outcome] += 1


def _linked(children: set[UUID], proposed: set[frozenset[UUID]]) -> dict[UUID, int]:
    """Which of one child's records know of each other, directly or by a third of theirs."""
    group = {child: number for number, child in enumerate(children)}
    for one, other in combinations(children, 2):
        if frozenset((one, other)) in proposed:
            old, new = group[one], group[other]
            group = {child: new if number == old else number for child, number in group.items()}
    return group


HARD = ("twin", "namesake with the same birth date", "sibling on one telephone", "commonest names")


def strata(noise: set[str]) -> Iterator[str]:
    """A pair counts in the stratum of each kind that either description has, and in one for how many kinds there are."""
    yield from noise
    wrong = len(noise - {*HARD, "missing UPN"})
    yield ("nothing wrong", "one thing wrong", "two things wrong")[wrong] if wrong < 3 else "three things wrong or more"


def _kind(one: Description, other: Description) -> str:
    return next((kind for kind in HARD if kind in one.noise and kind in other.noise), "others")
