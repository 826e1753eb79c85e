"""Files of many forms, beside COPY of the same rows into the same tables: what is finally in them, indexes, constraints and all."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import statistics
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from graphlib import TopologicalSorter

import asyncpg
import psutil

from tests.bench.intake_rig import OURS, Intake, Server
from tests.bench.intake_single import cpu, spread
from tests.bench.product_load import FORM
from tests.bench.product_rig import until

ROUNDS, ROWS = 3, 4000
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"
COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"""
NEEDS = """
SELECT conrelid::regclass::text AS one, confrelid::regclass::text AS other FROM pg_constraint
WHERE contype = 'f' AND connamespace = 'public'::regnamespace"""


@dataclass(frozen=True)
class File(ABC):
    """What is sent. `mark` makes every round's rows new ones."""

    name: str
    media_type: str

    @abstractmethod
    def content(self, mark: str) -> bytes: ...


class Referrals(File):
    """NDJSON: whole SR1a forms."""

    def content(self, mark: str) -> bytes:
        form = json.dumps({"kind": "referral"} | json.loads(FORM)) + "\n"
        return "".join(form.replace("00000000", f"{mark}{number:06}", 1) for number in range(ROWS)).encode()


class Leavers(File):
    """CSV: deletion returns, as a school's system writes them."""

    def content(self, mark: str) -> bytes:
        out = io.StringIO()
        rows = csv.writer(out)
        rows.writerow([
            "kind", "ground", "deleted_on", "child.forename", "child.surname", "child.date_of_birth", "child.sex",
            "child.addresses.1.lines.1", "child.addresses.1.postcode", "child.parents.1.name",
            "child.parents.1.telephones", "destination.description", "last_attended_on", "home_la",
        ])  # fmt: skip
        rows.writerows([
            "deletion_return", "g", "2025-11-03", "Juniper", f"Quillfeather {mark}{number:06}", "2015-03-09", "F",
            "4 Invented Row", "ZZ99 9ZZ", "Robin Quillfeather", "01632 960123", "abroad", "2025-11-03", "999",
        ] for number in range(ROWS))  # fmt: skip
        return out.getvalue().encode()


FILES = (Referrals("NDJSON of referrals", "application/x-ndjson"), Leavers("CSV of deletion returns", "text/csv"))


async def bulk(intake: Intake) -> None:
    """In turn: a file through the front door, then its rows by COPY. The tables are empty before either."""
    server = await intake.serve(OURS)
    async with asyncpg.create_pool(intake.dsn, min_size=1, max_size=1) as pool:
        tables = await _empty_tables(pool)
        for file in FILES:
            await _upload(intake, server, file, "w")
            await until(lambda: _all_up(server.pid), 0.1, "its readers do not come up")
            ratios, costs = [], []
            for number in range(ROUNDS):
                await pool.execute(f"TRUNCATE {', '.join(tables)}")
                used = cpu(server.pid)
                took = await _upload(intake, server, file, str(number))
                costs.append((cpu(server.pid) - used) / ROWS * 1000)
                copied, rows = await _copy(pool, tables)
                ratios.append(copied / took)
                print(
                    f"{file.name}: {ROWS / took:8,.0f}/s beside {ROWS / copied:8,.0f}/s = {ratios[-1]:.2f}", flush=True
                )
            cost = statistics.median(costs)
            print(
                f"{file.name}: {spread(ratios)} of COPY of their {rows} rows; {cost:.2f} ms of intake's CPU each, readers and all"
            )
    await server.stop()


async def _all_up(pid: int) -> bool:
    """Whether there is a reader for each core, and none is busy with coming up any more."""
    readers = psutil.Process(pid).children()
    before = [one.cpu_times() for one in readers]
    await asyncio.sleep(0.5)
    return len(readers) == os.cpu_count() and before == [one.cpu_times() for one in readers]


async def _upload(intake: Intake, server: Server, file: File, mark: str) -> float:
    """Seconds until the answer says that every row is committed."""
    content = file.content(mark)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = (
        f"POST /v1/batches HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {intake.tokens[0]}\r\n"
        f"Content-Type: {file.media_type}\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    )
    started = time.perf_counter()
    writer.write(head.encode() + content)
    await writer.drain()
    answer = await reader.read()
    took = time.perf_counter() - started
    writer.close()
    said = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert (said["accepted"], said["repeated"], said["refused"]) == (ROWS, 0, 0), answer
    return took


async def _empty_tables(pool: asyncpg.Pool[asyncpg.Record]) -> list[str]:
    """Those that hold nothing yet, each after those it refers to."""
    after: dict[str, set[str]] = {
        row["relname"]: set()
        for row in await pool.fetch(TABLES)
        if not await pool.fetchval(f"SELECT count(*) FROM {row['relname']}")
    }
    for row in await pool.fetch(NEEDS):
        if {row["one"], row["other"]} <= after.keys():
            after[row["one"]].add(row["other"])
    return list(TopologicalSorter(after).static_order())


async def _copy(pool: asyncpg.Pool[asyncpg.Record], tables: list[str]) -> tuple[float, int]:
    """Take out what the upload left, empty the tables, and put it back in one transaction. Seconds, and rows."""
    async with pool.acquire() as conn:
        held: dict[str, tuple[list[str], io.BytesIO]] = {}
        rows = 0
        for table in tables:
            if count := await conn.fetchval(f"SELECT count(*) FROM {table}"):
                columns, out = [row["attname"] for row in await conn.fetch(COLUMNS, table)], io.BytesIO()
                await conn.copy_from_table(table, columns=columns, output=out, format="binary")
                held[table] = columns, io.BytesIO(out.getvalue())
                rows += count
        await conn.execute(f"TRUNCATE {', '.join(tables)}")
        started = time.perf_counter()
        async with conn.transaction():
            for table, (columns, content) in held.items():
                await conn.copy_to_table(table, source=content, columns=columns, format="binary")
        return time.perf_counter() - started, rows
