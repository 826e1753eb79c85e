"""The running system as a user meets it: HTTP addresses, tokens, and the topics to read along."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import uuid4

import httpx2

from deploy.local.folders import STATE

UNAVAILABLE = 503
PATIENCE = 90.0
"""Seconds of real time a process is given to come back."""


class UnexpectedAnswerError(Exception):
    """A service answered what the story cannot go on with."""


@dataclass(slots=True)
class System:
    """Speaks to the services' public HTTP APIs, and to nothing else of theirs."""

    urls: dict[str, str]
    kafka: str
    social_care_secret: str
    """What social care's own system signs its callbacks with."""
    http: httpx2.AsyncClient = field(default_factory=lambda: httpx2.AsyncClient(timeout=40))
    _tokens: dict[tuple[str, str | None], str] = field(default_factory=dict)

    @classmethod
    def local(cls) -> Self:
        """The system that `make run` started, which wrote down where it is. Raises `FileNotFoundError` where none did."""
        return cls.of(json.loads((STATE / "environment.json").read_text(encoding="utf-8")))

    @classmethod
    def of(cls, told: dict[str, str]) -> Self:
        """The system whose services were told this."""
        services = ("referrals", "register", "safeguarding", "notifications")
        urls = {name: told[f"CME_{name.upper()}_URL"] for name in services} | {"authority": told["CME_ISSUER"]}
        return cls(urls, told["CME_KAFKA"], told["CME_SOCIAL_CARE_SECRET"])

    async def token(self, role: str, *, urn: str | None = None, subject: str | None = None) -> str:
        known = (role, urn or subject)
        if known not in self._tokens:
            body = {"role": role, "school_urn": urn, "subject": subject}
            answer = await self.patiently("POST", f"{self.urls['authority']}/token", {}, body)
            self._tokens[known] = _accepted(answer, "token")["access_token"]
        return self._tokens[known]

    async def post(
        self, service: str, path: str, body: dict[str, Any], *, token: str, key: str | None = None
    ) -> dict[str, Any]:
        """Send a command once: the key makes it safe to repeat, so an answer that got lost is asked for again."""
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key or str(uuid4())}
        return _accepted(await self.patiently("POST", self.urls[service] + path, headers, body), path)

    async def get(self, service: str, path: str, *, token: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        return _accepted(await self.patiently("GET", self.urls[service] + path, headers), path)

    async def signed(self, service: str, path: str, body: str, headers: dict[str, str]) -> dict[str, Any]:
        """A callback that carries its own signature, over these very bytes."""
        return _accepted(await self.patiently("POST", self.urls[service] + path, headers, content=body), path)

    async def patiently(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        body: dict[str, Any] | None = None,
        content: str | None = None,
    ) -> httpx2.Response:
        """A process that is being started again answers nothing, or 503, for a moment: a good client asks again."""
        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(httpx2.TransportError):
                    answer = await self.http.request(method, url, headers=headers, json=body, content=content)
                    if answer.status_code != UNAVAILABLE:
                        return answer
                await asyncio.sleep(0.5)

    async def close(self) -> None:
        await self.http.aclose()


def _accepted(answer: httpx2.Response, what: str) -> dict[str, Any]:
    if answer.is_success:
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found
    message = f"{what} answered {answer.status_code}: {answer.text[:500]}"
    raise UnexpectedAnswerError(message)
