"""Checks, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from operator import attrgetter
from typing import Any
from uuid import UUID

import asyncpg

from cme_bus.database import Connection
from cme_register.domain.checks import Check, Result, WaiverReason

NAMES = tuple(field.name for field in fields(Check))
"""The columns are the fields."""
_row = attrgetter(*NAMES)


class PgChecks:
    """See `application.ports_work.Checks`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def put(self, check: Check) -> None:
        await self._conn.execute(PUT, *_row(check))

    async def find(self, check_id: UUID) -> Check | None:
        row = await self._conn.fetchrow(f"SELECT {COLUMNS} FROM child_check WHERE id = $1", check_id)
        return None if row is None else check_of(row)

    async def of_cases(self, case_ids: Collection[UUID]) -> list[Check]:
        return [check_of(row) for row in await self._conn.fetch(OF_CASES, list(case_ids))]


COLUMNS = ", ".join(NAMES)
PLACES = ", ".join(f"${number}" for number in range(1, len(NAMES) + 1))
PUT = f"""
INSERT INTO child_check ({COLUMNS}) VALUES ({PLACES})
ON CONFLICT (id) DO UPDATE SET ({COLUMNS}) = ({", ".join(f"excluded.{name}" for name in NAMES)})"""
OF_CASES = f"""
SELECT {COLUMNS} FROM child_check WHERE case_id = ANY($1) ORDER BY coalesce(requested_at, waived_at), id"""


def check_of(row: asyncpg.Record | Mapping[str, Any]) -> Check:
    """From a row of `COLUMNS`."""
    coded = {
        "result": Result(row["result"]) if row["result"] else None,
        "waiver_reason": WaiverReason(row["waiver_reason"]) if row["waiver_reason"] else None,
    }
    return Check(**(dict(row) | coded))
