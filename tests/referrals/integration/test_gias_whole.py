"""A list of schools as long and as wide as the DfE's, by the command itself: killed half way, run again, run once more."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

import asyncpg
import pytest

from tests.referrals.extract import many, write_extract
from tests.support import eventually
from tests.wiring.services import ROOT, environment

SCHOOLS = 50_000
LONGEST = 60 * 1024 * 1024
MOST_MEMORY = 220 * 1024
"""KiB. A process of this service that has read nothing takes half of it."""


async def start(dsn: str, file: Path, log: Path) -> asyncio.subprocess.Process:
    with log.open("wb") as out:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cme_referrals", "import-gias", str(file),
            env={"PATH": os.environ["PATH"], **environment("referrals", database=dsn)}, cwd=ROOT, stdout=out, stderr=out,
        )  # fmt: skip


def most_memory(pid: int) -> int:
    """KiB; 0 once the process has ended."""
    status = Path(f"/proc/{pid}/status")
    found = re.search(r"VmHWM:\s+(\d+)", status.read_text("utf-8")) if status.exists() else None
    return int(found[1]) if found else 0


@pytest.mark.prove
@pytest.mark.timeout(600)
async def test_sixty_megabytes_are_loaded_in_little_memory_and_may_be_killed_half_way(
    referrals_dsn: str, pool: asyncpg.Pool, tmp_path: Path
) -> None:
    file = write_extract(tmp_path / "edubasealldata.csv", many(SCHOOLS))
    assert file.stat().st_size > LONGEST

    async def kept(at_least: int) -> bool:
        return bool(await pool.fetchval("SELECT count(*) FROM establishment") >= at_least)

    killed = await start(referrals_dsn, file, tmp_path / "killed")
    await eventually(lambda: kept(SCHOOLS // 4), 300)
    killed.send_signal(signal.SIGKILL)
    await killed.wait()
    before = await pool.fetchval("SELECT count(*) FROM outbox")
    assert SCHOOLS // 4 <= before + 2 < SCHOOLS  # two schools were there from the beginning

    peak = 0
    again = await start(referrals_dsn, file, tmp_path / "again")

    async def ended() -> bool:
        nonlocal peak
        peak = max(peak, most_memory(again.pid))
        return again.returncode is not None

    await eventually(ended, 300)
    told = (tmp_path / "again").read_text("utf-8")
    assert told.splitlines()[-1] == f"{SCHOOLS} establishments read, {SCHOOLS - before} new or changed"
    assert 0 < peak < MOST_MEMORY
    assert await pool.fetchval("SELECT count(*) FROM outbox") == SCHOOLS  # each was announced once

    once_more = await start(referrals_dsn, file, tmp_path / "more")
    assert await asyncio.wait_for(once_more.wait(), 300) == 0
    assert (tmp_path / "more").read_text("utf-8").splitlines()[-1].endswith(" 0 new or changed")
