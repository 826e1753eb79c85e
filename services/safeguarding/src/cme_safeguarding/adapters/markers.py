"""Markers and missing episodes. Rows are ended, never deleted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from cme_bus.database import Connection
from cme_safeguarding.domain.markers import SUBMISSION, Ending, Episode, Marker, MarkerLevel

COLUMNS = (
    "id, source_id, subject, type, factor, source, since, level, restricted, recorded_at, recorded_by, ended_on,"
    " ended_because, ended_at, ended_by"
)


class PostgresMarkers:
    """Added once for each source and type; ended under the lock of the child's file."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def add(self, marker: Marker) -> None:
        await self._conn.execute(
            ADD,
            marker.id,
            marker.source_id,
            marker.subject,
            marker.type,
            marker.factor,
            marker.source,
            marker.since,
            marker.level,
            marker.restricted,
            marker.recorded_at,
            marker.recorded_by,
            SUBMISSION,
        )

    async def end(self, marker: Marker) -> None:
        await self._conn.execute(
            "UPDATE marker SET ended_on = $2, ended_because = $3, ended_at = $4, ended_by = $5 WHERE id = $1",
            marker.id,
            marker.ended_on,
            marker.ended_because,
            marker.ended_at,
            marker.ended_by,
        )
        await self._conn.execute(
            "UPDATE factor_said SET ended_at = $3 WHERE source_id = $1 AND factor = $2",
            marker.source_id,
            marker.factor,
            marker.ended_at,
        )

    async def of(self, subjects: Collection[UUID]) -> Sequence[Marker]:
        rows = await self._conn.fetch(
            f"SELECT {COLUMNS} FROM marker WHERE subject = ANY($1::uuid[]) ORDER BY since DESC, recorded_at DESC, id",
            list(subjects),
        )
        return [_marker(row) for row in rows]

    async def of_the_child_of(self, subjects: Collection[UUID]) -> Mapping[UUID, Sequence[Marker]]:
        found: dict[UUID, list[Marker]] = {subject: [] for subject in subjects}
        for row in await self._conn.fetch(OF_THE_CHILD, list(subjects)):
            found[row["asked"]].append(_marker(row))
        return found


def _marker(row: asyncpg.Record) -> Marker:
    """From a row of the columns in `COLUMNS`, and others beside."""
    ended = row["ended_because"]
    fields = {name: row[name] for name in COLUMNS.split(", ")}
    return Marker(**fields | {"level": MarkerLevel(row["level"]), "ended_because": Ending(ended) if ended else None})


class PostgresEpisodes:
    """At most one of a case is open."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def follow(self, case_id: UUID, *, missing: bool, at: datetime) -> None:
        await self._conn.execute(BEGUN if missing else OVER, case_id, at)

    async def resume(self, case_id: UUID, closed_at: datetime) -> None:
        await self._conn.execute(
            "UPDATE missing_episode SET ended_at = NULL WHERE case_id = $1 AND ended_at = $2", case_id, closed_at
        )

    async def of(self, subjects: Collection[UUID]) -> Sequence[Episode]:
        rows = await self._conn.fetch(
            "SELECT case_id, began_at, ended_at FROM missing_episode WHERE case_id = ANY($1::uuid[]) ORDER BY began_at",
            list(subjects),
        )
        return [Episode(**row) for row in rows]


# The same submission's report and case come in either order: the one that names the kind of sender is believed.
ADD = """
INSERT INTO marker AS known (id, source_id, subject, type, factor, source, since, level, restricted, recorded_at, recorded_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (source_id, type) DO UPDATE SET source = excluded.source
WHERE known.source = $12 AND excluded.source <> $12"""

OF_THE_CHILD = """
SELECT asked.subject AS asked, m.* FROM unnest($1::uuid[]) AS asked (subject)
LEFT JOIN whose AS w ON w.subject = asked.subject
JOIN marker AS m ON m.subject = asked.subject OR m.subject IN (SELECT subject FROM whose WHERE child_id = w.child_id)"""

BEGUN = """
INSERT INTO missing_episode (case_id, began_at) VALUES ($1, $2)
ON CONFLICT (case_id) WHERE ended_at IS NULL DO NOTHING"""

OVER = "UPDATE missing_episode SET ended_at = greatest($2, began_at) WHERE case_id = $1 AND ended_at IS NULL"
