"""Submissions as received. The form itself is sealed: nothing here is searched by what a child is called."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from cme_bus.database import Connection
from cme_bus.sealing import Keyring
from cme_referrals.application.ports import Submission

ADD = """
INSERT INTO submission (id, first_submission_id, reference, kind, received_at, sender, sender_urn, referrer_kind,
                        school_urn, still_missing, quarantined, kid, as_received)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"""

FORM = "SELECT kid, as_received FROM submission WHERE id = $1"


class PostgresSubmissions:
    """Implements the port `Submissions`."""

    def __init__(self, conn: Connection, keyring: Keyring) -> None:
        self._conn, self._keyring = conn, keyring

    async def add(self, submission: Submission) -> None:
        """See the port."""
        subject = str(submission.first_submission_id)
        key = (await self._keyring.for_sealing([subject]))[subject]
        form = json.dumps(submission.as_received, ensure_ascii=False).encode()
        await self._conn.execute(
            ADD, submission.id, submission.first_submission_id, submission.reference, submission.kind,
            submission.received_at, submission.sender, submission.sender_urn, submission.referrer_kind,
            submission.school_urn, list(submission.still_missing), list(submission.quarantined),
            key.kid, key.encrypt(form, _bound_to(submission.id)),
        )  # fmt: skip

    async def as_received(self, submission_id: UUID) -> Mapping[str, Any] | None:
        """See the port."""
        row = await self._conn.fetchrow(FORM, submission_id)
        key = row and (await self._keyring.for_opening([row["kid"]])).get(row["kid"])
        if row is None or not key:
            return None
        form: Mapping[str, Any] = json.loads(key.decrypt(row["as_received"], _bound_to(submission_id)))
        return form


def _bound_to(submission_id: UUID) -> bytes:
    return f"{submission_id} submission".encode()
