"""Somebody at the door of intake, and a look at what is in its outbox."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2

from tests.kit.issuer import Issuer
from tests.referrals.invented import SCHOOL

URL = "https://referrals.test"


@dataclass
class Visitor:
    client: httpx2.AsyncClient
    issuer: Issuer
    pool: asyncpg.Pool

    def school(self, urn: str | None = SCHOOL) -> dict[str, str]:
        return self.bearer("school", sub=f"clerk-of-{urn}", urn=urn)

    def bearer(self, *roles: str, **claims: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.issuer.token(*roles, **claims)}"}

    async def send(
        self, path: str, body: Any, *, who: dict[str, str] | None = None, key: str | None = None
    ) -> httpx2.Response:
        headers = (self.school() if who is None else who) | {"Idempotency-Key": key or str(uuid4())}
        return await self.client.post(path, json=body, headers=headers)

    async def accepted(self, path: str, body: Any, *, who: dict[str, str] | None = None) -> dict[str, Any]:
        answer = await self.send(path, body, who=who)
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def get(self, path: str, who: dict[str, str] | None = None) -> httpx2.Response:
        return await self.client.get(path, headers=who or {})

    async def said(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Type, key and body of what waits in the outbox, in order."""
        rows = await self.pool.fetch("SELECT headers, key, payload FROM outbox ORDER BY seq")
        return [(json.loads(row["headers"])["ce_type"], row["key"], json.loads(row["payload"])) for row in rows]

    async def count(self, table: str) -> int:
        found: int = await self.pool.fetchval(f"SELECT count(*) FROM {table}")
        return found
