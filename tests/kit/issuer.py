"""An issuer of access tokens: keys, tokens, and the address where it publishes its keys."""

import time
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.jwk import RSAKey

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
