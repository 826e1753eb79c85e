"""Migrations are applied once, in order, whole or not at all, and cannot be changed afterwards."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest

from cme_bus.migrate import MigrationError, migrate


def folder(path: Path, **files: str) -> Path:
    path.mkdir(exist_ok=True)
    for name, sql in files.items():
        (path / f"{name.removeprefix('m')}.sql").write_text(sql)
    return path


async def test_the_bus_comes_first_and_many_at_once_apply_each_file_once(dsn: str, tmp_path: Path) -> None:
    files = folder(
        tmp_path, m0001_case="CREATE TABLE a (n int)", m0002_more="ALTER TABLE a ADD m int; SELECT FROM outbox"
    )
    applied = await asyncio.gather(*(migrate(dsn, component="register", folder=files) for _ in range(4)))
    assert max(applied, key=len) == [
        "bus/0001_bus.sql", "bus/0002_announced.sql", "register/0001_case.sql", "register/0002_more.sql"
    ]  # fmt: skip
    assert sum(map(len, applied)) == 4
    folder(tmp_path, m0003_next="CREATE TABLE b (n int)")
    assert await migrate(dsn, component="register", folder=files) == ["register/0003_next.sql"]


async def test_a_file_that_fails_leaves_nothing_and_those_before_it_stay(dsn: str, tmp_path: Path) -> None:
    files = folder(tmp_path, m0001_good="CREATE TABLE a (n int)", m0002_bad="CREATE TABLE b (n int); SELECT 1 / 0")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(dsn, component="register", folder=files)
    conn = await asyncpg.connect(dsn)
    assert await conn.fetchval("SELECT to_regclass('a') IS NOT NULL AND to_regclass('b') IS NULL")
    await conn.close()


async def test_an_applied_file_that_was_changed_is_refused(dsn: str, tmp_path: Path) -> None:
    files = folder(tmp_path, m0001_a="CREATE TABLE a (n int)")
    await migrate(dsn, component="register", folder=files)
    folder(tmp_path, m0001_a="CREATE TABLE a (n bigint)")
    with pytest.raises(MigrationError, match="changed"):
        await migrate(dsn, component="register", folder=files)


@pytest.mark.parametrize("names", [["m0001_a", "m0003_c"], ["m0001_a", "m0001_b"], ["mtables"]])
async def test_a_gap_a_double_or_a_stranger_is_refused(dsn: str, tmp_path: Path, names: list[str]) -> None:
    files = folder(tmp_path, **dict.fromkeys(names, "SELECT 1"))
    with pytest.raises(MigrationError):
        await migrate(dsn, component="register", folder=files)


async def test_an_older_release_starts_on_a_newer_database(dsn: str, tmp_path: Path) -> None:
    files = folder(tmp_path, m0001_a="SELECT 1", m0002_b="SELECT 2")
    await migrate(dsn, component="register", folder=files)
    (tmp_path / "0002_b.sql").unlink()
    assert await migrate(dsn, component="register", folder=files) == []
