"""An issuer of access tokens: keys, tokens, and the address where it publishes its keys."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import uvicorn
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import RSAKey

from deploy.local.ports import free_port

NAME = "https://issuer.test"


class Issuer:
    """Signs as the council's issuer would. `transport` answers what it publishes, while it is not `away`."""

    def __init__(self) -> None:
        self.keys = {"k1": RSAKey.generate_key(2048)}
        self.away = False
        self.asked = 0
        self.transport = httpx2.MockTransport(self._publish)

    def published(self) -> dict[str, Any]:
        return {"keys": [{**key.as_dict(private=False), "kid": kid, "use": "sig"} for kid, key in self.keys.items()]}

    def token(self, *roles: str, kid: str = "k1", header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A good token, except for what is said otherwise. A claim of None is left out."""
        now = int(time.time())
        plain = {"iss": NAME, "aud": "cme", "sub": "someone", "exp": now + 600, "roles": list(roles)} | claims
        plain = {name: value for name, value in plain.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": kid} | (header or {}), plain, self.keys[kid])

    def _publish(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        if self.away:
            raise httpx2.ConnectError("away")
        return httpx2.Response(200, json=self.published())


@asynccontextmanager
async def issuer_at_an_address() -> AsyncIterator[tuple[Issuer, str]]:
    """An issuer, and where it publishes its keys: a real address, as a process asks it over HTTP."""
    made, app, port = Issuer(), FastAPI(), free_port()
    app.get("/jwks")(made.published)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    serving = asyncio.ensure_future(server.serve())
    yield made, f"http://127.0.0.1:{port}/jwks"
    server.should_exit = True
    await serving
