"""The local run's channel: a table one can read, where no e-mail may leave the machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import asyncpg

from cme_bus.errors import describe, passes
from cme_notifications.application.ports import Letter
from cme_notifications.domain.messages import NotNow, Outcome, Taken


@dataclass(frozen=True, slots=True)
class Mail:
    """One message in the mailbox."""

    message_id: UUID
    address: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    received_at: datetime


class Mailbox:
    """A channel that cannot doubt: the same message again overwrites itself."""

    name = "mailbox"

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self._pool = pool

    async def send(self, letter: Letter) -> Outcome:
        try:
            await self._pool.execute(PUT, letter.id, letter.address, letter.subject, letter.body)
        except Exception as error:
            if not passes(error):
                raise
            return NotNow(describe(error))
        return Taken(str(letter.id))

    async def find(self, message_id: UUID) -> Outcome | None:
        return None  # it may be sent again: it would only overwrite itself

    async def read(self, address: str | None, limit: int) -> Sequence[Mail]:
        """The newest first; of one address or of all."""
        return [Mail(**row) for row in await self._pool.fetch(READ, address, limit)]


PUT = """
INSERT INTO mailbox (message_id, address, subject, body) VALUES ($1, $2, $3, $4)
ON CONFLICT (message_id) DO UPDATE SET address = excluded.address, subject = excluded.subject, body = excluded.body"""

READ = """
SELECT message_id, address, subject, body, received_at FROM mailbox
WHERE $1::text IS NULL OR lower(address) = lower($1) ORDER BY place DESC LIMIT $2"""
