"""What is owed and what became of it, in PostgreSQL. Leases and pauses go by the database's clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from cme_bus.database import Connection
from cme_bus.meta import Meta
from cme_notifications.application.ports import About, Claimed, Message, Owed
from cme_notifications.domain.messages import BY_HAND, Settlement, State
from cme_notifications.domain.recipients import Kind, Recipient
from cme_notifications.domain.routing import Link


class MessageRows:
    """The table `message`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def owe(self, owed: Iterable[Owed]) -> None:
        await self._conn.executemany(OWE, [
            (
                one.id, one.cause.id, one.cause.type, one.cause.headers(), one.template, one.audience,
                one.recipient.kind, one.recipient.name, one.urgent, one.informs_referrer,
                one.about.subject, one.about.child_id, one.about.submission_id, one.about.case_id,
                one.link, dict(one.facts), BY_HAND if one.by_hand else None,
            )
            for one in owed
        ])  # fmt: skip

    async def expand_roles(self) -> int:
        return int((await self._conn.execute(EXPAND)).split()[-1])

    async def claim(self, claim: UUID, *, lease: timedelta, urgent_only: bool) -> Claimed | None:
        row = await self._conn.fetchrow(CLAIM, claim, lease, urgent_only, BY_HAND)
        if row is None:
            return None
        return Claimed(
            **_fields(row),
            claim=claim,
            age=row["age"],
            doubtful=row["doubtful"],
            address=row["address"],
            name=row["addressee"],
            reference=row["reference"],
        )

    async def unreachable(self, *, waited: timedelta, limit: int) -> Sequence[Message]:
        return [Message(**_fields(row)) for row in await self._conn.fetch(UNREACHABLE, waited, limit, BY_HAND)]

    async def find(self, message_id: UUID) -> Message | None:
        row = await self._conn.fetchrow(FIND, message_id)
        return None if row is None else Message(**_fields(row))

    async def settle(
        self,
        message: Message,
        settlement: Settlement,
        *,
        at: datetime,
        claim: UUID | None,
        channel: str | None = None,
        template_version: int | None = None,
    ) -> bool:
        return await self._conn.fetchval(
            SETTLE, message.id, claim, settlement.state, settlement.reason, settlement.retry_in, at,
            channel, settlement.channel_id, template_version,
        ) is not None  # fmt: skip


def _fields(row: asyncpg.Record) -> dict[str, Any]:
    return {
        "id": row["id"],
        "cause": Meta.parse((name, value.encode()) for name, value in row["cause"].items()),
        "template": row["template"], "audience": row["audience"],
        "recipient": Recipient(Kind(row["recipient_kind"]), row["recipient"]),
        "about": About(
            subject=row["subject"], child_id=row["whose"], submission_id=row["submission_id"], case_id=row["case_id"]
        ),
        "link": Link(row["link"]), "facts": row["facts"],
        "urgent": row["urgent"], "informs_referrer": row["informs_referrer"],
        "state": State(row["state"]), "attempts": row["attempts"], "channel": row["channel"], "reason": row["reason"],
    }  # fmt: skip


OWE = """
INSERT INTO message (
    id, event_id, prompted_by, cause, template, audience, recipient_kind, recipient, urgent, informs_referrer,
    subject, child_id, submission_id, case_id, link, facts, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
ON CONFLICT DO NOTHING"""

# The row of the role gives way to a row for each holder. Who is owed the message already, by another rule or because
# the event was read again, is not owed it twice.
EXPAND = """
WITH due AS (
    DELETE FROM message WHERE id IN (
        SELECT id FROM message AS m
        WHERE state = 'queued' AND recipient_kind = 'role' AND reason IS NULL
          AND EXISTS (SELECT FROM officer AS o WHERE o.role = m.recipient AND o.active)
        ORDER BY place LIMIT 100 FOR UPDATE SKIP LOCKED)
    RETURNING *
)
INSERT INTO message (
    id, event_id, prompted_by, cause, template, audience, recipient_kind, recipient, urgent, informs_referrer,
    subject, child_id, submission_id, case_id, link, facts, queued_at)
SELECT gen_random_uuid(), due.event_id, due.prompted_by, due.cause, due.template, due.audience,
    'officer', o.officer_id::text, due.urgent, due.informs_referrer,
    due.subject, due.child_id, due.submission_id, due.case_id, due.link, due.facts, due.queued_at
FROM due JOIN officer AS o ON o.role = due.recipient AND o.active
ORDER BY due.place, o.officer_id
ON CONFLICT DO NOTHING"""

# Where a message goes, as far as is known now.
ADDRESSED = """
    LEFT JOIN officer AS o ON o.officer_id = CASE m.recipient_kind WHEN 'officer' THEN m.recipient::uuid END
    LEFT JOIN submission AS s ON s.submission_id = CASE m.recipient_kind WHEN 'submission' THEN m.recipient::uuid END
    LEFT JOIN contact AS k ON k.link_id = CASE m.recipient_kind WHEN 'contact' THEN m.recipient::uuid END
    LEFT JOIN school AS c ON c.urn = CASE m.recipient_kind WHEN 'school' THEN m.recipient ELSE s.school_urn END"""

# Whose it is now; what the event said, while the register has not spoken.
WHOSE = "coalesce((SELECT w.child_id FROM whose AS w WHERE w.subject = m.subject), m.child_id) AS whose"

CLAIM = f"""
WITH free AS (
    SELECT m.id, m.state IN ('sending', 'in doubt') AS doubtful,
        coalesce(CASE WHEN o.active THEN o.email END, s.email, k.email, c.mailbox) AS address,
        coalesce(o.name, s.name, c.name) AS addressee, s.reference
    FROM message AS m {ADDRESSED}
    WHERE m.state IN ('queued', 'sending', 'temporarily failed', 'in doubt')
      AND (m.urgent OR NOT $3)
      AND m.reason IS DISTINCT FROM $4
      AND (m.leased_until IS NULL OR m.leased_until <= now())
      AND (m.retry_at IS NULL OR m.retry_at <= now())
      AND (m.recipient_kind IN ('partner', 'team')
        OR m.state IN ('sending', 'in doubt')  -- what may be out is looked up anyway
        OR coalesce(CASE WHEN o.active THEN o.email END, s.email, k.email, c.mailbox) IS NOT NULL)
    ORDER BY m.urgent DESC, m.place LIMIT 1
    FOR UPDATE OF m SKIP LOCKED
)
UPDATE message AS m
SET state = 'sending', attempts = attempts + 1, claim = $1, leased_until = now() + $2, retry_at = NULL
FROM free WHERE m.id = free.id
RETURNING m.*, {WHOSE}, now() - m.queued_at AS age, free.doubtful, free.address, free.addressee, free.reference"""

UNREACHABLE = f"""
SELECT m.*, {WHOSE} FROM message AS m {ADDRESSED}
WHERE m.state IN ('queued', 'temporarily failed') AND m.recipient_kind NOT IN ('partner', 'team')
  AND (m.reason = $3
    OR NOT o.active
    OR (c.urn IS NOT NULL AND c.mailbox IS NULL AND s.email IS NULL)
    OR (s.referrer_kind IS NOT NULL AND s.email IS NULL AND s.school_urn IS NULL)
    OR (coalesce(o.email, s.email, k.email, c.mailbox) IS NULL AND m.queued_at <= now() - $1::interval))
ORDER BY m.place LIMIT $2
FOR UPDATE OF m SKIP LOCKED"""

FIND = f"SELECT m.*, {WHOSE} FROM message AS m WHERE m.id = $1 FOR UPDATE"

SETTLE = """
UPDATE message SET
    state = $3, reason = $4, retry_at = now() + $5::interval, claim = NULL, leased_until = NULL,
    channel = coalesce($7, channel), channel_id = coalesce($8, channel_id),
    template_version = coalesce($9, template_version),
    sent_at = CASE WHEN $3 = 'sent' THEN $6::timestamptz ELSE sent_at END,
    settled_at = CASE WHEN $3 IN ('sent', 'delivered', 'permanently failed') THEN $6::timestamptz END
WHERE id = $1 AND claim IS NOT DISTINCT FROM $2::uuid
RETURNING id"""
