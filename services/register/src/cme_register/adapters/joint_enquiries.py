"""Joint enquiries and their signatures, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from cme_bus.database import Connection
from cme_register.domain.joint_enquiry import JointEnquiry, Party, Signature


class PgJointEnquiries:
    """See `application.ports.JointEnquiries`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def of_child(self, child_id: UUID) -> list[JointEnquiry]:
        return [_enquiry(row) for row in await self._conn.fetch(OF_CHILD, child_id)]

    async def find(self, enquiry_id: UUID) -> JointEnquiry | None:
        row = await self._conn.fetchrow(FIND, enquiry_id)
        return None if row is None else _enquiry(row)

    async def put(self, enquiry: JointEnquiry, at: datetime) -> None:
        await self._conn.execute(
            PUT, enquiry.id, enquiry.record_id, enquiry.school_urn, enquiry.ground, enquiry.began_on, at
        )

    async def sign(
        self,
        enquiry_id: UUID,
        party: Party,
        signature: Signature,
        *,
        made: Sequence[Mapping[str, str]] = (),
        submission: tuple[UUID, UUID] | None = None,
        by: UUID | None = None,
        at: datetime,
    ) -> None:
        submission_id, first_id = submission or (None, None)
        await self._conn.execute(
            SIGN, enquiry_id, party, signature.found, signature.return_expected, signature.enquiries,
            [dict(one) for one in made], signature.signed_on, submission_id, first_id, by, at,
        )  # fmt: skip

    async def signed_by(self, submission_id: UUID) -> bool:
        return bool(await self._conn.fetchval(SIGNED_BY, submission_id))

    async def withdraw_authority(self, enquiry_id: UUID, at: datetime) -> bool:
        return bool(await self._conn.fetch(WITHDRAW_AUTHORITY, enquiry_id, at))

    async def withdraw_chain(self, first_id: UUID, at: datetime) -> set[UUID]:
        return {row["enquiry_id"] for row in await self._conn.fetch(WITHDRAW_CHAIN, first_id, at)}


def _enquiry(row: asyncpg.Record) -> JointEnquiry:
    def signature(party: str) -> Signature | None:
        if row[f"{party}_signed_on"] is None:
            return None
        signed_on: date = row[f"{party}_signed_on"]
        said: dict[str, Any] = {name: row[f"{party}_{name}"] for name in ("found", "return_expected", "enquiries")}
        return Signature(signed_on=signed_on, **said)

    return JointEnquiry(
        id=row["id"], record_id=row["record_id"], school_urn=row["school_urn"], ground=row["ground"],
        began_on=row["began_on"], school=signature("school"), authority=signature("authority"),
        submission_id=row["submission_id"], reference=row["reference"], signed_by=row["signed_by"],
    )  # fmt: skip


SELECT = """
SELECT joint.id, joint.record_id, joint.school_urn, joint.ground, joint.began_on,
       school.signed_on AS school_signed_on, school.found AS school_found, school.enquiries AS school_enquiries,
       school.return_expected AS school_return_expected, school.submission_id, sent.reference,
       authority.signed_on AS authority_signed_on, authority.found AS authority_found, authority.signed_by,
       authority.enquiries AS authority_enquiries, authority.return_expected AS authority_return_expected
FROM joint_enquiry AS joint JOIN child ON child.id = joint.record_id
LEFT JOIN LATERAL (SELECT * FROM joint_signature WHERE enquiry_id = joint.id AND party = 'school' AND withdrawn_at IS NULL
                   ORDER BY id DESC LIMIT 1) AS school ON true
LEFT JOIN submission AS sent ON sent.id = school.submission_id
LEFT JOIN LATERAL (SELECT * FROM joint_signature WHERE enquiry_id = joint.id AND party = 'authority' AND withdrawn_at IS NULL
                   ORDER BY id DESC LIMIT 1) AS authority ON true
"""
OF_CHILD = SELECT + "WHERE child.shown_as = $1 ORDER BY joint.made_at DESC, joint.id"
FIND = SELECT + "WHERE joint.id = $1"
PUT = """
INSERT INTO joint_enquiry (id, record_id, school_urn, ground, began_on, made_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO UPDATE SET began_on = excluded.began_on"""
SIGN = """
INSERT INTO joint_signature (enquiry_id, party, found, return_expected, enquiries, made, signed_on, submission_id,
                             first_submission_id, signed_by, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"""
SIGNED_BY = "SELECT EXISTS (SELECT FROM joint_signature WHERE submission_id = $1)"
WITHDRAW_AUTHORITY = """
UPDATE joint_signature SET withdrawn_at = $2
WHERE enquiry_id = $1 AND party = 'authority' AND withdrawn_at IS NULL RETURNING id"""
WITHDRAW_CHAIN = """
UPDATE joint_signature SET withdrawn_at = $2 WHERE first_submission_id = $1 AND withdrawn_at IS NULL RETURNING enquiry_id"""
