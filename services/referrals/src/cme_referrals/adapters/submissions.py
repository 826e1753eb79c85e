"""Submissions as received. The form itself is sealed: nothing here is searched by what a child is called."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from cme_bus.database import Connection
from cme_bus.sealing import Key, Keyring
from cme_referrals.adapters.copying import copy, field, instant, text, texts
from cme_referrals.application.ports import Submission

ADD = """
INSERT INTO submission (id, first_submission_id, reference, kind, received_at, sender, sender_urn, referrer_kind,
                        school_urn, still_missing, quarantined, kid, as_received, family_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, string_to_array($10, ' '), string_to_array($11, ' '), $12, $13, $14)"""
"""Names of fields have no spaces; and an array would be looked at by the driver entry by entry, in Python."""

COLUMNS = (
    "id", "first_submission_id", "reference", "as_received", "family_id", "kind", "received_at", "sender", "sender_urn",
    "referrer_kind", "school_urn", "still_missing", "quarantined", "kid",
)  # fmt: skip

FORM = "SELECT kid, as_received FROM submission WHERE id = $1"


class PostgresSubmissions:
    """Implements the port `Submissions`."""

    def __init__(self, conn: Connection, keyring: Keyring) -> None:
        self._conn, self._keyring = conn, keyring

    async def add(self, submission: Submission) -> None:
        """See the port."""
        subject = str(submission.first_submission_id)
        key = (await self._keyring.for_sealing([subject]))[subject]
        await self._conn.execute(
            ADD, submission.id, submission.first_submission_id, submission.reference, submission.kind,
            submission.received_at, submission.sender, submission.sender_urn, submission.referrer_kind,
            submission.school_urn, " ".join(submission.still_missing), " ".join(submission.quarantined),
            key.kid, _sealed(submission, key), submission.family_id,
        )  # fmt: skip

    async def add_many(self, submissions: Sequence[Submission]) -> None:
        """See the port."""
        if not submissions:
            return
        subjects = [str(one.first_submission_id) for one in submissions]
        keys = await self._keyring.for_sealing(set(subjects))
        rows = [
            field(one.id.bytes)
            + field(one.first_submission_id.bytes)
            + text(one.reference)
            + field(_sealed(one, key))
            + field(one.family_id.bytes if one.family_id else None)
            + _in_common(
                one.kind, one.received_at, one.sender, one.sender_urn, one.referrer_kind, one.school_urn,
                one.still_missing, one.quarantined, key.kid,
            )
            for one, key in zip(submissions, map(keys.__getitem__, subjects), strict=True)
        ]  # fmt: skip
        await copy(self._conn, "submission", COLUMNS, rows)

    async def as_received(self, submission_id: UUID) -> Mapping[str, Any] | None:
        """See the port."""
        row = await self._conn.fetchrow(FORM, submission_id)
        key = row and (await self._keyring.for_opening([row["kid"]])).get(row["kid"])
        if row is None or not key:
            return None
        form: Mapping[str, Any] = json.loads(key.decrypt(row["as_received"], _bound_to(submission_id)))
        return form


@lru_cache(maxsize=256)
def _in_common(
    kind: str, received_at: datetime, sender: str, sender_urn: str | None, referrer_kind: str, school_urn: str | None,
    still_missing: tuple[str, ...], quarantined: tuple[str, ...], kid: str,
) -> bytes:  # fmt: skip
    """What many rows of one chunk have in common: no name, nothing of a form."""
    return b"".join((
        text(kind), instant(received_at), text(sender), text(sender_urn), text(referrer_kind), text(school_urn),
        texts(still_missing), texts(quarantined), text(kid),
    ))  # fmt: skip


def _sealed(submission: Submission, key: Key) -> bytes:
    return key.encrypt(submission.as_received, _bound_to(submission.id))


def _bound_to(submission_id: UUID) -> bytes:
    return f"{submission_id} submission".encode()
