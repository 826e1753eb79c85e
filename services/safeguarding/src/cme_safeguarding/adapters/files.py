"""Whose is what (by kit/identity), and one row to lock for each child or unmatched chain."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import cme_identity
from cme_bus.database import Connection
from cme_safeguarding.application.ports import File


class PostgresFiles:
    """Every change of what is kept about a child takes the lock here first: two facts about one child never cross."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def lock(self, *keys: UUID) -> None:
        wanted = sorted(set(keys))
        found = await self._conn.fetch(LOCK, wanted)
        if len(found) < len(wanted):
            await self._conn.execute(
                "INSERT INTO file (key) SELECT key FROM unnest($1::uuid[]) AS key ORDER BY key ON CONFLICT DO NOTHING",
                wanted,
            )
            await self._conn.fetch(LOCK, wanted)

    async def open(self, subject: UUID) -> File:
        while True:
            child_id = await self.child_of(subject)
            await self.lock(child_id or subject)
            if await self.child_of(subject) == child_id:  # else it was matched or joined while we waited for the lock
                break
        subjects = await cme_identity.subjects_of(self._conn, child_id) if child_id else [subject]
        return File(subject, child_id, subjects)

    async def of_child(self, child_id: UUID) -> File | None:
        subjects = await cme_identity.subjects_of(self._conn, child_id)
        return File(subjects[0], child_id, subjects) if subjects else None

    async def child_of(self, subject: UUID) -> UUID | None:
        return await cme_identity.child_of(self._conn, subject)

    async def place(self, subject: UUID, child_id: UUID, at: datetime) -> None:
        await cme_identity.place(self._conn, subject, child_id, at=at)

    async def join(self, absorbed: UUID, surviving: UUID, at: datetime) -> None:
        await cme_identity.join(self._conn, absorbed, surviving, at=at)

    async def separate(self, child_id: UUID, restored: UUID, subjects: Collection[UUID], at: datetime) -> None:
        await cme_identity.separate(self._conn, child_id, restored, subjects, at=at)


LOCK = "SELECT key FROM file WHERE key = ANY($1::uuid[]) ORDER BY key FOR UPDATE"
