"""Access tokens: signed by the council's issuer, for us, and still good (OIDC, RFC 9068)."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic, time
from typing import Annotated, Any

import httpx2
import structlog
from fastapi import Depends, Request
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from cme_web.problems import Problem, Unwell

log = structlog.get_logger()

LEEWAY = 30
"""Seconds two clocks may differ."""
OLD = 3600.0
"""Seconds after which keys are fetched again, so that a withdrawn key stops working."""
REMEMBERED = 1000
"""Tokens whose signature need not be checked again: it costs more than all else that is done with a token."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking, as their token says."""

    subject: str
    """The issuer's identifier of the person or program. Never a name."""
    roles: frozenset[str] = frozenset()
    urn: str | None = field(default=None)
    """The school they speak for (its URN), if they speak for one."""
    partner_kind: str | None = field(default=None)
    """What kind of partner they are (health, police, ...), where the issuer says so."""

    def may(self, *roles: str) -> bool:
        """Whether the caller has any of these roles."""
        return not self.roles.isdisjoint(roles)


class InvalidToken(Problem):
    """401: no token, or not one we accept. It does not say which, nor why."""

    def __init__(self, *, given: bool = True) -> None:
        challenge = 'Bearer error="invalid_token"' if given else "Bearer"
        super().__init__(
            401,
            "not-signed-in",
            "Sign in",
            "Send a current access token as Authorization: Bearer.",
            headers={"WWW-Authenticate": challenge},
        )


@dataclass(frozen=True, slots=True)
class Checked:
    """A token that was good: for as long as its key is the one in force, and until it expires."""

    caller: Caller
    kid: str
    key: RSAKey
    until: float


class TokenChecker:
    """Checks tokens against the issuer's published keys.

    Keys are fetched when first needed, when a token names one we do not know (at most every `pause` seconds:
    anybody can invent a key id) and when they are old. While the issuer is away the ones we have stay in use.
    A token that was good is remembered by its digest, never itself.
    """

    def __init__(
        self,
        *,
        issuer: str,
        audience: str,
        jwks_url: str,
        client: httpx2.AsyncClient | None = None,
        pause: float = 30.0,
        roles_claim: str = "roles",
        urn_claim: str = "urn",
        partner_claim: str = "partner_kind",
    ) -> None:
        self._url, self._pause = jwks_url, pause
        self._client = client
        self._roles, self._urn, self._partner = roles_claim, urn_claim, partner_claim
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._keys: dict[str, RSAKey] = {}
        self._checked: dict[bytes, Checked] = {}
        self._fetched = self._tried = float("-inf")
        self._turn = asyncio.Lock()

    async def caller(self, token: str) -> Caller:
        """Who the token speaks for. Raises `InvalidToken`, or `Unwell` while no key could be fetched yet."""
        digest = hashlib.sha256(token.encode()).digest()
        known = self._checked.get(digest)
        if known and time() < known.until and await self._key(known.kid) is known.key:
            return known.caller
        checked = await self._check(token)
        if len(self._checked) >= REMEMBERED:
            self._checked.clear()
        self._checked[digest] = checked
        return checked.caller

    async def _check(self, token: str) -> Checked:
        try:
            kid = jws.extract_compact(token.encode()).headers().get("kid")
            key = await self._key(kid) if isinstance(kid, str) else None
            if key is None:
                raise InvalidToken
            claims = jwt.decode(token, key, algorithms=["RS256"]).claims  # pinned: the header does not choose
            self._claims.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise InvalidToken from error
        return Checked(self._read(claims), str(kid), key, claims["exp"] + LEEWAY)

    def _read(self, claims: Mapping[str, Any]) -> Caller:
        roles, urn, partner = claims.get(self._roles, ()), claims.get(self._urn), claims.get(self._partner)
        roles = [roles] if isinstance(roles, str) else roles
        if not isinstance(roles, list | tuple) or not claims["sub"]:
            raise InvalidToken
        return Caller(
            claims["sub"], frozenset(map(str, roles)), str(urn) if urn else None, str(partner) if partner else None
        )

    async def _key(self, kid: str) -> RSAKey | None:
        if kid not in self._keys or monotonic() - self._fetched > OLD:
            async with self._turn:
                wait = self._pause if self._keys else 1.0
                stale = kid not in self._keys or monotonic() - self._fetched > OLD
                if stale and monotonic() - self._tried > wait:
                    await self._fetch()
        if not self._keys:
            raise Unwell
        return self._keys.get(kid)

    async def _fetch(self) -> None:
        self._tried = monotonic()
        try:
            if self._client is None:
                self._client = httpx2.AsyncClient(timeout=5)
            answer = (await self._client.get(self._url)).raise_for_status().json()
            keys = {
                one["kid"]: RSAKey.import_key(one)
                for one in answer["keys"]
                if one.get("kty") == "RSA" and one.get("use", "sig") == "sig" and "kid" in one
            }
        except (httpx2.HTTPError, JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("issuer.unreachable", error=type(error).__name__, keys=len(self._keys))
            return
        if keys:
            self._keys, self._fetched = keys, monotonic()


async def current_caller(request: Request) -> Caller:
    """The caller of a `bearer` endpoint, put there by the guard before the endpoint was called.

    `async`, as all our dependencies: FastAPI runs any other in a thread, which costs more than what it does.
    """
    caller: Caller = request.state.caller
    return caller


CurrentCaller = Annotated[Caller, Depends(current_caller)]
"""`async def endpoint(caller: CurrentCaller)`."""
