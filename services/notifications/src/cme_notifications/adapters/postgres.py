"""One transaction of this service, and the tables of people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

import asyncpg

import cme_identity
from cme_bus.database import Connection, Tx
from cme_notifications.adapters.message_rows import MessageRows
from cme_notifications.application.ports import About


class NotificationsTx(Tx):
    """What a use case of this service may do."""

    @cached_property
    def messages(self) -> MessageRows:
        return MessageRows(self.conn)

    @cached_property
    def people(self) -> PeopleRows:
        return PeopleRows(self.conn)

    @cached_property
    def identity(self) -> IdentityRows:
        return IdentityRows(self.conn)


class PeopleRows:
    """Who can be written to. A later saying wins, whatever arrives last."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def school(self, urn: str, name: str, mailbox: str | None, at: datetime) -> None:
        await self._conn.execute(
            "INSERT INTO school AS s (urn, name, mailbox, changed_at) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (urn) DO UPDATE"
            " SET name = excluded.name, mailbox = excluded.mailbox, changed_at = excluded.changed_at"
            " WHERE s.changed_at <= excluded.changed_at",
            urn,
            name,
            mailbox,
            at,
        )

    async def officer(self, officer_id: UUID, role: str, name: str, email: str, *, active: bool, at: datetime) -> None:
        await self._conn.execute(
            "INSERT INTO officer AS o (officer_id, role, active, name, email, changed_at) VALUES ($1, $2, $3, $4, $5, $6)"
            " ON CONFLICT (officer_id) DO UPDATE SET role = excluded.role, active = excluded.active,"
            " name = excluded.name, email = excluded.email, changed_at = excluded.changed_at"
            " WHERE o.changed_at <= excluded.changed_at",
            officer_id,
            role,
            active,
            name,
            email,
            at,
        )

    async def referrer(
        self,
        submission_id: UUID,
        first_submission_id: UUID,
        reference: str,
        *,
        kind: str,
        name: str,
        email: str | None,
        school_urn: str | None,
    ) -> None:
        await self._conn.execute(
            "INSERT INTO submission AS s (submission_id, first_submission_id, reference, referrer_kind, name, email, school_urn)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (submission_id) DO UPDATE"
            " SET referrer_kind = excluded.referrer_kind, name = excluded.name, email = excluded.email,"
            " school_urn = coalesce(s.school_urn, excluded.school_urn)",
            submission_id,
            first_submission_id,
            reference,
            kind,
            name,
            email,
            school_urn,
        )

    async def contact(self, link_id: UUID, email: str) -> None:
        await self._conn.execute(
            "INSERT INTO contact (link_id, email) VALUES ($1, $2) ON CONFLICT DO NOTHING", link_id, email
        )

    async def school_return(self, submission_id: UUID, first_submission_id: UUID, reference: str, urn: str) -> None:
        await self._conn.execute(
            "INSERT INTO submission (submission_id, first_submission_id, reference, school_urn) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (submission_id) DO UPDATE SET school_urn = excluded.school_urn",
            submission_id,
            first_submission_id,
            reference,
            urn,
        )

    async def lead_officer(self, case_id: UUID, officer_id: UUID | None, at: datetime) -> None:
        await self._conn.execute(
            "INSERT INTO case_file AS c (case_id, officer_id, assigned_at) VALUES ($1, $2, $3)"
            " ON CONFLICT (case_id) DO UPDATE SET officer_id = excluded.officer_id, assigned_at = excluded.assigned_at"
            " WHERE c.assigned_at <= excluded.assigned_at",
            case_id,
            officer_id,
            at,
        )

    async def lead_officer_of(self, about: About) -> UUID | None:
        officer_id: UUID | None = await self._conn.fetchval(
            "SELECT officer_id FROM case_file"
            " WHERE case_id = $1::uuid OR ($1 IS NULL AND case_id IN (SELECT subject FROM whose WHERE child_id ="
            "   coalesce((SELECT child_id FROM whose WHERE subject = $2::uuid), $3::uuid)))"
            " ORDER BY assigned_at DESC LIMIT 1",
            about.case_id,
            about.subject,
            about.child_id,
        )
        return officer_id


async def forget_contacts(pool: asyncpg.Pool[asyncpg.Record], keep: timedelta) -> int:
    """Forget the addresses of those who asked for a link `keep` ago. Returns how many. Technical time."""
    gone: str = await pool.execute("DELETE FROM contact WHERE learnt_at < now() - $1::interval", keep)
    return int(gone.removeprefix("DELETE "))


class IdentityRows:
    """kit/identity within this transaction."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def matched_at(self, submission_id: UUID) -> datetime | None:
        at: datetime | None = await self._conn.fetchval(
            "SELECT since FROM whose WHERE subject ="
            " coalesce((SELECT first_submission_id FROM submission WHERE submission_id = $1), $1)",
            submission_id,
        )
        return at

    async def place(self, subject: UUID, child_id: UUID, at: datetime) -> None:
        await cme_identity.place(self._conn, subject, child_id, at=at)

    async def join(self, absorbed: UUID, surviving: UUID, at: datetime) -> None:
        await cme_identity.join(self._conn, absorbed, surviving, at=at)

    async def separate(self, from_child: UUID, restored: UUID, subjects: Sequence[UUID], at: datetime) -> None:
        await cme_identity.separate(self._conn, from_child, restored, subjects, at=at)
