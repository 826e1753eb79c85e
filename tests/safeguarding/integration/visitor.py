"""Somebody with a token, or social care's system with its secret, at the door of safeguarding."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx2
from standardwebhooks import Webhook

from cme_contracts.codes import Factor
from tests.kit.issuer import Issuer
from tests.safeguarding.support import Safeguarding, Someone

OFFICER, MANAGER = "00000000-0000-4000-8000-00000000000f", "00000000-0000-4000-8000-0000000000ff"
SECRET = "whsec_" + "c29jaWFsLWNhcmUtc29jaWFsLWNhcmUtc2VjcmV0"
ISSUER = Issuer()


class Visitor:
    """Somebody with a token, or social care's system with its secret."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def get(self, path: str, *, role: str = "lead_officer", sub: str = OFFICER) -> httpx2.Response:
        return await self._http.get(path, headers={"Authorization": f"Bearer {ISSUER.token(role, sub=sub)}"})

    async def post(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        role: str = "lead_officer",
        sub: str = OFFICER,
        key: str | None = None,
        seen: str | None = None,
    ) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {ISSUER.token(role, sub=sub)}", "Idempotency-Key": key or str(uuid4())}
        headers |= {"If-Match": seen} if seen else {}
        return await self._http.post(path, json=dict(body), headers=headers)

    async def call_back(
        self, escalation_id: str, reference: str, *, message: str, secret: str = SECRET, sent: datetime | None = None
    ) -> httpx2.Response:
        path = f"/v1/escalations/{escalation_id}/acknowledgement"
        return await self._signed(path, {"their_reference": reference}, message, secret, sent)

    async def decide(
        self, escalation_id: str, decision: str, reference: str, *, message: str, reasons: str | None = None
    ) -> httpx2.Response:
        body = {"decision": decision, "their_reference": reference} | ({"reasons": reasons} if reasons else {})
        return await self._signed(f"/v1/escalations/{escalation_id}/decision", body, message)

    async def _signed(
        self, path: str, said: Mapping[str, str], message: str, secret: str = SECRET, sent: datetime | None = None
    ) -> httpx2.Response:
        body, at = json.dumps(said), sent or datetime.now(UTC)
        headers = {
            "webhook-id": message,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret).sign(message, at, body),
            "content-type": "application/json",
        }
        return await self._http.post(path, content=body, headers=headers)


async def open_case(safeguarding: Safeguarding, *factors: Factor) -> Someone:
    child, submission = Someone(), uuid4()
    await safeguarding.hear(child.matched(submission), child.opened(submission, *factors))
    return child
