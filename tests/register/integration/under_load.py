"""Many children, each spelt several ways; and what the register must have made of them, read from its database and its topic."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import combinations
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
from aiokafka.structs import ConsumerRecord

from cme_bus.database import as_it_is, prepare
from cme_bus.errors import Unprocessable
from cme_bus.meta import Meta
from cme_calendars import local_date
from cme_contracts import people
from cme_register.adapters.invariants import broken
from cme_register.adapters.matching import PgMatching
from cme_register.adapters.tables import load_rules
from cme_register.domain.likeness import Certainty, compare
from tests.register.integration.test_all_at_once import BROKEN
from tests.register.invented import child

FIRST = ("Bram", "Cald", "Dorn", "Elm", "Farn", "Grent", "Holm", "Jarr")
LAST = ("wick", "stow", "ford", "leigh", "combe")
FORENAMES = ("Ada", "Cleo", "Isolde", "Ottoline", "Tobias")

PROGRESS = """
SELECT (SELECT count(*) FROM submission) + (SELECT count(*) FROM timer WHERE fired_at IS NOT NULL)"""
WAITING = """
SELECT (SELECT count(*) FROM outbox)
    + (SELECT count(*) FROM timer WHERE fired_at IS NULL AND cancelled_at IS NULL AND due_at <= $1)"""
CLOCKS = """
SELECT id, rung, breached_at IS NOT NULL AS breached, warned_at IS NOT NULL AS warned FROM clock"""
PAIRS = """
SELECT one.shown_as AS one, other.shown_as AS other FROM review_pair
    JOIN child AS one ON one.id = one_id JOIN child AS other ON other.id = other_id"""


def crowd() -> list[list[people.Child]]:
    """Forty children; of each the ways in which senders spell them."""
    return [
        _spellings(number, f"{one}{other}") for number, (one, other) in enumerate((a, b) for a in FIRST for b in LAST)
    ]


def _spellings(number: int, surname: str) -> list[people.Child]:
    forename, born = FORENAMES[number % 5], date(2012 + number % 6, 1 + number % 5, 6 + number % 6)
    postcode = f"ZZ99 {number % 10}{'ABDEF'[number // 10]}{'HJLN'[number % 4]}"
    other_way = born.replace(month=born.day, day=born.month)
    return [
        child(forename, surname, born=born, postcode=postcode),
        child(forename.upper(), f" {surname.upper()}", born=born, postcode=postcode.replace(" ", "").lower()),
        child(surname, forename, born=born, postcode=postcode),
        child(forename, surname, born=other_way, postcode=postcode),
        child(forename, surname[:-2] + surname[-1], born=born, postcode=postcode),
    ]


def sent(random: Random, times: int) -> list[tuple[int, people.Child]]:
    """So many descriptions of each child, in no order: (which child, as spelt)."""
    found = [(number, random.choice(ways)) for number, ways in enumerate(crowd()) for _ in range(times)]
    random.shuffle(found)
    return found


def connected(dsn: str) -> "asyncpg.Pool[asyncpg.Record]":
    """To be entered: `async with connected(dsn) as pool`."""
    return asyncpg.create_pool(dsn, min_size=0, max_size=2, init=prepare, reset=as_it_is)


async def none_broken(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    """What `cme_register_broken` counts, and what must hold between cases, clocks and timers."""
    assert {rule: cases for rule, cases in (await broken(pool, local_date(datetime.now(UTC)))).items() if cases} == {}
    assert [tuple(row) for row in await pool.fetch(BROKEN)] == []


async def one_open_case_each(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    shown = await pool.fetch("SELECT id FROM child WHERE shown_as = id")
    cases = await pool.fetch("SELECT child_id FROM case_file WHERE status = 'open'")
    assert Counter(row["child_id"] for row in cases) == Counter(row["id"] for row in shown)


async def matched_once(pool: "asyncpg.Pool[asyncpg.Record]", truth: Mapping[UUID, int]) -> None:
    """Each submission is kept once, with the record it fitted, and no child was taken for another. `truth`: by submission."""
    rows = await pool.fetch("SELECT id, record_id FROM submission")
    of_record: dict[UUID, set[int]] = {}
    for row in rows:
        of_record.setdefault(row["record_id"], set()).add(truth[row["id"]])
    assert {row["id"] for row in rows} == truth.keys()
    assert all(len(children) == 1 for children in of_record.values())


async def the_same_know_each_other(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    """No two records that are certainly one child stand apart without anybody's being asked about them."""
    weights = load_rules().matching
    assert weights is not None
    asked = {frozenset((row["one"], row["other"])) for row in await pool.fetch(PAIRS)}
    async with pool.acquire() as conn:
        records = await PgMatching(conn).find([row["id"] for row in await pool.fetch("SELECT id FROM child")])
    strangers = [
        (one.record_id, other.record_id)
        for one, other in combinations(records.values(), 2)
        if one.child_id != other.child_id
        and frozenset((one.child_id, other.child_id)) not in asked
        and compare(one.details, other.details, weights).certainty is Certainty.CERTAIN
    ]
    assert strangers == []


async def said_once(
    pool: "asyncpg.Pool[asyncpg.Record]", topic: Sequence["ConsumerRecord[bytes, bytes]"], submissions: set[UUID]
) -> None:
    """What the topic has, by event id, is what the database says has happened: nothing is missing, nothing said twice."""
    clocks = {str(row["id"]): row for row in await pool.fetch(CLOCKS)}
    cases = {str(row["id"]) for row in await pool.fetch("SELECT id FROM case_file")}
    said = _by_event_id(topic)
    breached = {id_ for id_, row in clocks.items() if row["breached"]}
    assert breached
    assert _count(said, "deadline.breached", "clock_id", clocks) == dict.fromkeys(breached, 1)
    warned = {id_ for id_, row in clocks.items() if row["warned"]}
    assert _count(said, "clock.warned", "clock_id", clocks) == dict.fromkeys(warned, 1)
    climbed = Counter(
        (body["clock_id"], body["rung"])
        for type_, body in said
        if type_ == "deadline.escalated" and body["clock_id"] in clocks
    )
    assert climbed == {(id_, rung): 1 for id_, row in clocks.items() for rung in range(2, row["rung"] + 1)}
    assert climbed
    assert _count(said, "case.opened", "case_id", cases) == dict.fromkeys(cases, 1)
    ours = set(map(str, submissions))
    assert _count(said, "submission.matched", "submission_id", ours) == dict.fromkeys(ours, 1)


def _by_event_id(topic: Sequence["ConsumerRecord[bytes, bytes]"]) -> list[tuple[str, Any]]:
    """Each event once, as a consumer's inbox takes it: type and body. A relay that was killed may send what it had sent."""
    found: dict[UUID, tuple[str, Any]] = {}
    for one in topic:
        try:
            meta = Meta.parse(one.headers)
        except Unprocessable:
            continue  # other tests put rubbish on the topics they share with this one
        found[meta.id] = meta.type.removeprefix("cme.").removesuffix(".v1"), json.loads(one.value or b"{}")
    return list(found.values())


def _count(said: Sequence[tuple[str, Any]], type_: str, field: str, ours: Any) -> Counter[str]:
    return Counter(body[field] for one, body in said if one == type_ and body[field] in ours)
