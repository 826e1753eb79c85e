"""How long one search takes among a million people. They are loaded by bulk, with the keys that the register itself makes."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import batched
from uuid import UUID

from cme_bus.database import Connection, Database
from cme_register.adapters.postgres import RegisterTx
from cme_register.adapters.rows import details_as_json
from cme_register.adapters.tables import load_rules
from cme_register.application.searching import search
from cme_register.domain.blocking import keys
from tests.bench.matching_noise import describe
from tests.bench.matching_population import Person, people
from tests.bench.matching_rig import BEGAN, details

SEARCHES = 2000
CHUNK = 20_000
WITHOUT_INDEX = "ALTER TABLE match_key DROP CONSTRAINT match_key_pkey, DROP CONSTRAINT match_key_record_id_fkey"
WITH_INDEX = (
    "SET maintenance_work_mem = '512MB'",
    "ALTER TABLE match_key ADD PRIMARY KEY (key, record_id)",
    "ALTER TABLE match_key ADD FOREIGN KEY (record_id) REFERENCES child",
    "VACUUM ANALYZE",
)


@dataclass
class Searched:
    """Milliseconds, and of how many who were looked for the right child was among the answers, and the first of them."""

    loading: float
    keys: int
    p50: float
    p95: float
    p99: float
    found: float
    first: float


async def million(db: Database[RegisterTx], size: int, seed: int) -> Searched:
    """Load them, then look for some of them by descriptions with noise of their own."""
    chance, sought = random.Random(f"search {seed}"), list[tuple[UUID, Person]]()
    weights, started = load_rules().matching, time.perf_counter()
    async with db.pool.acquire() as conn:
        await conn.execute(WITHOUT_INDEX)
        count = 0
        for chunk in batched(people(size, seed), CHUNK):
            ids = [UUID(int=chance.getrandbits(128), version=4) for _ in chunk]
            count += await _load(conn, ids, chunk, chance)
            sought += chance.sample(list(zip(ids, chunk, strict=True)), min(len(chunk), SEARCHES * CHUNK // size + 1))
        for statement in WITH_INDEX:
            await conn.execute(statement, timeout=1800)
    loading = time.perf_counter() - started
    took, found, first = list[float](), 0, 0
    if weights:
        async with db.transaction() as tx:
            forenames, surnames = await tx.matching.sample_names()
        weights.count(forenames, surnames)
    for child_id, person in chance.sample(sought, min(SEARCHES, len(sought))):
        given = details(describe(person, chance))
        began = time.perf_counter()
        async with db.transaction() as tx:
            hits = await search(tx, given, weights)
        took.append((time.perf_counter() - began) * 1000)
        found += any(hit.child_id == child_id for hit in hits)
        first += bool(hits) and hits[0].child_id == child_id
    took.sort()
    at = [took[int(len(took) * share)] for share in (0.5, 0.95, 0.99)]
    return Searched(loading, count, *at, found / len(took), first / len(took))


async def _load(conn: Connection, ids: list[UUID], chunk: tuple[Person, ...], chance: random.Random) -> int:
    given = [details(describe(person, chance)) for person in chunk]
    rows = [(id_, id_, details_as_json(one), BEGAN) for id_, one in zip(ids, given, strict=True)]
    await conn.copy_records_to_table("child", columns=("id", "shown_as", "details", "made_at"), records=rows)
    found = list(_keys(ids, given))
    await conn.copy_records_to_table("match_key", columns=("key", "record_id"), records=found)
    return len(found)


def _keys(ids: list[UUID], given: list) -> Iterator[tuple[int, UUID]]:
    for id_, one in zip(ids, given, strict=True):
        for key in keys(one):
            yield key, id_
