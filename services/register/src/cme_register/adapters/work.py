"""The work on a case, in PostgreSQL: notes, contacts, support, brothers and sisters, groups."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

from cme_bus.database import Connection
from cme_register.adapters.checks import PgChecks
from cme_register.application.ports_work import Attempt, Contact, Note, Offer, SaidOfGroups


class PgWork:
    """See `application.ports_work.Work`."""

    def __init__(self, conn: Connection) -> None:
        self.checks = PgChecks(conn)
        self.notes = PgNotes(conn)
        self.contacts = PgContacts(conn)
        self.support = PgSupport(conn)
        self.family = PgFamily(conn)
        self.groups = PgGroups(conn)


class PgNotes:
    """See `application.ports_work.Notes`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def add(self, note: Note) -> None:
        await self._conn.execute(
            ADD_NOTE, note.id, note.case_id, note.record_id, note.about, note.corrects, note.sensitive, note.words,
            note.written_by, note.written_at,
        )  # fmt: skip

    async def find(self, note_id: UUID) -> Note | None:
        row = await self._conn.fetchrow("SELECT * FROM case_note WHERE id = $1", note_id)
        return None if row is None else Note(**dict(row))

    async def corrected(self, note_id: UUID) -> bool:
        return bool(await self._conn.fetchval("SELECT true FROM case_note WHERE corrects = $1", note_id))


class PgContacts:
    """See `application.ports_work.Contacts`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def put(self, contact: Contact) -> None:
        await self._conn.execute(
            PUT_CONTACT, contact.id, contact.case_id, contact.record_id, contact.role, dict(contact.particulars),
            contact.safe_to_contact, contact.recorded_by, contact.recorded_at,
        )  # fmt: skip

    async def find(self, contact_id: UUID) -> Contact | None:
        row = await self._conn.fetchrow(
            "SELECT * FROM contact WHERE contact_id = $1 ORDER BY id DESC LIMIT 1", contact_id
        )
        if row is None:
            return None
        return Contact(
            id=row["contact_id"], case_id=row["case_id"], record_id=row["record_id"], role=row["role"],
            particulars=row["particulars"], safe_to_contact=row["safe_to_contact"], recorded_by=row["recorded_by"],
            recorded_at=row["recorded_at"],
        )  # fmt: skip

    async def add_attempt(self, attempt: Attempt, at: datetime) -> None:
        await self._conn.execute(
            ADD_ATTEMPT, attempt.id, attempt.case_id, attempt.record_id, attempt.contact_id, attempt.role, attempt.method,
            attempt.outcome, attempt.made_at, attempt.made_by, at,
        )  # fmt: skip


class PgSupport:
    """See `application.ports_work.Support`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def offer(self, offer: Offer, at: datetime) -> None:
        await self._conn.execute(
            OFFER, offer.id, offer.case_id, offer.record_id, offer.support, offer.offered_on, offer.offered_by, at
        )

    async def find(self, support_id: UUID) -> Offer | None:
        row = await self._conn.fetchrow(
            "SELECT id, case_id, record_id, support, offered_on, offered_by FROM support_offer WHERE id = $1",
            support_id,
        )
        return None if row is None else Offer(**dict(row))

    async def answer(self, support_id: UUID, answer: str, answered_on: date, *, by: UUID, at: datetime) -> None:
        await self._conn.execute(ANSWER, support_id, answer, answered_on, by, at)


class PgFamily:
    """See `application.ports_work.Family`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def linked(self, child_id: UUID, sibling_id: UUID) -> bool:
        return bool(await self._conn.fetchval(LINKED, child_id, sibling_id))

    async def link(self, record_id: UUID, sibling_record_id: UUID, *, by: UUID, at: datetime) -> None:
        await self._conn.execute(LINK, *sorted((record_id, sibling_record_id)), by, at)

    async def unlink(self, child_id: UUID, sibling_id: UUID, *, by: UUID, at: datetime) -> None:
        await self._conn.execute(UNLINK, child_id, sibling_id, by, at)


class PgGroups:
    """See `application.ports_work.Groups`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def say(self, record_id: UUID, code: str, belongs: bool, *, by: UUID, at: datetime) -> None:
        await self._conn.execute(SAY_GROUP, record_id, code, belongs, by, at)

    async def of_children(self, child_ids: Collection[UUID]) -> Mapping[UUID, SaidOfGroups]:
        belongs: dict[UUID, set[str]] = {}
        left: dict[UUID, dict[str, datetime]] = {}
        for row in await self._conn.fetch(GROUPS_OF, list(child_ids)):
            if row["belongs"]:
                belongs.setdefault(row["child_id"], set()).add(row["code"])
            else:
                left.setdefault(row["child_id"], {})[row["code"]] = row["recorded_at"]
        return {
            child_id: SaidOfGroups(frozenset(belongs.get(child_id, ())), left.get(child_id, {}))
            for child_id in belongs.keys() | left.keys()
        }


ADD_NOTE = """
INSERT INTO case_note (id, case_id, record_id, about, corrects, sensitive, words, written_by, written_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"""

PUT_CONTACT = """
INSERT INTO contact (contact_id, case_id, record_id, role, particulars, safe_to_contact, recorded_by, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"""

ADD_ATTEMPT = """
INSERT INTO contact_attempt (id, case_id, record_id, contact_id, role, method, outcome, made_at, made_by, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"""

OFFER = """
INSERT INTO support_offer (id, case_id, record_id, support, offered_on, offered_by, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)"""

ANSWER = """
INSERT INTO support_answer (support_id, answer, answered_on, recorded_by, recorded_at) VALUES ($1, $2, $3, $4, $5)"""

LINK = """
INSERT INTO sibling_link (record_id, sibling_record_id, linked, recorded_by, recorded_at) VALUES ($1, $2, true, $3, $4)"""

LATEST = """
WITH latest AS (
    SELECT DISTINCT ON (record_id, sibling_record_id) record_id, sibling_record_id, linked
    FROM sibling_link JOIN child AS one ON one.id = record_id JOIN child AS other ON other.id = sibling_record_id
    WHERE (one.shown_as, other.shown_as) IN (($1, $2), ($2, $1))
    ORDER BY record_id, sibling_record_id, sibling_link.id DESC
)"""
"""What was said last of any record that either child is shown by and any of the other's."""

LINKED = f"{LATEST} SELECT bool_or(linked) FROM latest"

UNLINK = f"""
{LATEST} INSERT INTO sibling_link (record_id, sibling_record_id, linked, recorded_by, recorded_at)
SELECT record_id, sibling_record_id, false, $3, $4 FROM latest WHERE linked"""

SAY_GROUP = """
INSERT INTO vulnerable_group (record_id, code, belongs, recorded_by, recorded_at) VALUES ($1, $2, $3, $4, $5)"""

GROUPS_OF = """
SELECT DISTINCT ON (child.shown_as, code) child.shown_as AS child_id, code, belongs, recorded_at
FROM vulnerable_group JOIN child ON child.id = record_id WHERE child.shown_as = ANY($1)
ORDER BY child.shown_as, code, vulnerable_group.id DESC"""
