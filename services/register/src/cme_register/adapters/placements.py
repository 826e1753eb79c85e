"""School places, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from cme_bus.database import Connection
from cme_register.domain.placement import Placement, Step, Taken


class PgPlacements:
    """See `application.ports_placement.Placements`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def record_of(self, placement_id: UUID) -> UUID | None:
        record: UUID | None = await self._conn.fetchval("SELECT record_id FROM placement WHERE id = $1", placement_id)
        return record

    async def find(self, placement_id: UUID) -> Placement | None:
        found = await self._gather(f"{PLACEMENTS} WHERE placement.id = $1", placement_id)
        return found[0] if found else None

    async def of_children(self, child_ids: Collection[UUID]) -> list[Placement]:
        return await self._gather(OF_CHILDREN, list(child_ids)) if child_ids else []

    async def put(self, placement: Placement, at: datetime) -> None:
        await self._conn.execute(PUT, placement.id, placement.record_id, placement.school_urn, placement.school_la, at)

    async def add_step(self, placement_id: UUID, taken: Taken) -> None:
        await self._conn.execute(
            STEP, placement_id, taken.step, taken.on, taken.expected_on, taken.submission_id, taken.recorded_by,
            taken.recorded_at,
        )  # fmt: skip

    async def _gather(self, query: str, *arguments: object) -> list[Placement]:
        found = {
            row["id"]: Placement(
                id=row["id"], record_id=row["record_id"], school_urn=row["school_urn"], school_la=row["school_la"]
            )
            for row in await self._conn.fetch(query, *arguments)
        }
        for row in await self._conn.fetch(STEPS, list(found)) if found else ():
            found[row["placement_id"]].steps.append(Taken(
                step=Step(row["step"]), on=row["on_day"], expected_on=row["expected_on"],
                submission_id=row["submission_id"], recorded_by=row["recorded_by"], recorded_at=row["recorded_at"],
            ))  # fmt: skip
        return [*found.values()]


PLACEMENTS = "SELECT placement.id, placement.record_id, school_urn, school_la FROM placement"

OF_CHILDREN = f"""
{PLACEMENTS} JOIN child AS record ON record.id = placement.record_id
WHERE record.id = ANY($1) OR (record.shown_as = ANY($1) AND record.joined_into IS NOT NULL)
ORDER BY placement.made_at, placement.id"""

STEPS = """
SELECT placement_id, step, on_day, expected_on, submission_id, recorded_by, recorded_at FROM placement_step
WHERE placement_id = ANY($1) ORDER BY id"""

PUT = """
INSERT INTO placement (id, record_id, school_urn, school_la, made_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO UPDATE SET school_urn = excluded.school_urn, school_la = excluded.school_la"""

STEP = """
INSERT INTO placement_step (placement_id, step, on_day, expected_on, submission_id, recorded_by, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)"""
