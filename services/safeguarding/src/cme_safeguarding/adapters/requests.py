"""Requests to bodies, and what became of them. What people wrote is sealed."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from uuid import UUID

from cme_bus.database import Connection
from cme_bus.sealing import Keyring
from cme_safeguarding.domain.errors import UnknownRequest
from cme_safeguarding.domain.requests import Request, Step


class PostgresRequests:
    """Changed under the lock of the child's file; sealed under the key of the case or chain it is about."""

    def __init__(self, conn: Connection, keyring: Keyring) -> None:
        self._conn, self._keyring = conn, keyring

    async def add(self, request: Request) -> None:
        await self._conn.execute(
            "INSERT INTO request (id, body, subject, case_id, made_at, follows) VALUES ($1, $2, $3, $4, $5, $6)",
            request.id,
            request.body,
            request.subject,
            request.case_id,
            request.made_at,
            request.follows,
        )

    async def take(self, request: Request, step: Step) -> None:
        kid, sealed = None, None
        if step.form:
            subject = str(request.subject)
            key = (await self._keyring.for_sealing({subject}))[subject]
            kid, sealed = key.kid, key.encrypt(json.dumps(dict(step.form)).encode(), _bound_to(step.id))
        await self._conn.execute(
            "INSERT INTO request_step (id, request_id, step, happened_at, recorded_at, taken_by, reference, kid, sealed)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            step.id,
            request.id,
            step.step,
            step.happened_at,
            step.recorded_at,
            step.by,
            step.reference,
            kid,
            sealed,
        )
        await self._conn.execute("UPDATE request SET ended_at = $2 WHERE id = $1", request.id, request.ended_at)

    async def get(self, request_id: UUID) -> Request:
        found = await self._read("WHERE id = $1", request_id)
        if not found:
            raise UnknownRequest
        return found[0]

    async def of(self, subjects: Collection[UUID]) -> Sequence[Request]:
        return await self._read("WHERE subject = ANY($1::uuid[]) ORDER BY made_at, seq", list(subjects))

    async def _read(self, which: str, value: object) -> list[Request]:
        rows = await self._conn.fetch(
            f"SELECT id, body, subject, case_id, made_at, follows, ended_at FROM request {which}", value
        )
        found = {row["id"]: Request(**row) for row in rows}
        steps = await self._conn.fetch(
            "SELECT * FROM request_step WHERE request_id = ANY($1::uuid[]) ORDER BY happened_at, seq",
            [*found],
        )
        keys = await self._keyring.for_opening({row["kid"] for row in steps if row["kid"]})
        for row in steps:
            form: dict[str, str] | None = {}
            if row["kid"]:
                key = keys.get(row["kid"])
                form = json.loads(key.decrypt(row["sealed"], _bound_to(row["id"]))) if key else None
            found[row["request_id"]].steps.append(
                Step(
                    row["id"],
                    row["step"],
                    row["happened_at"],
                    row["recorded_at"],
                    row["taken_by"],
                    row["reference"],
                    form,
                )
            )
        return [*found.values()]


def _bound_to(step_id: UUID) -> bytes:
    return f"request_step {step_id}".encode()
