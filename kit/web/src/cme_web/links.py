"""Links that are their own permission: signed, for one purpose and one thing, until a day; some work once.

    url = f"{settings.url}/v1/progress/{links.make('progress', str(referral_id), timedelta(days=90))}"

Anybody who has the link has what it allows, so it allows little.
"""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import time
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OctKey
from pydantic_core import to_json

from cme_bus.database import Tx
from cme_bus.meta import new_id
from cme_web.mac import Mac
from cme_web.problems import NotVisible, Problem

SHORTEST_SECRET = 32
HEADER = urlsafe_b64encode(b'{"alg":"HS256"}').rstrip(b"=")
"""A JWT of this form is written by hand, a fifth of the library's time at every answer; it is read by the library."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a link allows, once its signature has been checked."""

    id: UUID
    purpose: str
    subject: str
    """The identifier of what it is about; never personal data, as links stand in logs of others."""
    expires_at: datetime
    one_time: bool


class Links:
    """Makes and reads links. The first secret signs; all are accepted, so a secret can be changed without a gap.

    Raises `ValueError` for a secret shorter than 32 characters.
    """

    def __init__(self, *secrets: str) -> None:
        if not secrets or any(len(secret) < SHORTEST_SECRET for secret in secrets):
            raise ValueError("a link secret needs at least 32 characters")
        self._keys: Sequence[OctKey] = [OctKey.import_key(secret) for secret in secrets]
        self._sign = Mac(secrets[0].encode())
        self._claims = jwt.JWTClaimsRegistry(exp={"essential": True}, sub={"essential": True}, jti={"essential": True})

    def make(
        self, purpose: str, subject: str, lasts: timedelta, *, one_time: bool = False, id_: UUID | None = None
    ) -> str:
        """The link's token: the last part of its URL.

        `id_`: makes it another copy of one link, so that a one-time link works once however often it was sent.
        """
        return self.signed(self.unsigned(purpose, subject, lasts, one_time=one_time, id_=id_))

    @staticmethod
    def unsigned(
        purpose: str, subject: str, lasts: timedelta, *, one_time: bool = False, id_: UUID | None = None
    ) -> str:
        """What may be kept of such a token: whoever reads it has nothing, until it is `signed`."""
        expires = int(time() + lasts.total_seconds())
        claims = {"jti": str(id_ or new_id()), "for": purpose, "sub": subject, "exp": expires, "once": one_time}
        return (HEADER + b"." + _url(to_json(claims))).decode()

    def signed(self, unsigned: str) -> str:
        """The token itself, of what was kept of it."""
        return f"{unsigned}.{_url(self._sign(unsigned.encode())).decode()}"

    def read(self, token: str, purpose: str) -> Link:
        """What the link allows. Raises `NotVisible` if it is not ours or not for this, `Problem` 410 if it is over."""
        for key in self._keys:
            try:
                claims = jwt.decode(token, key, algorithms=["HS256"]).claims
                if claims.get("for") != purpose:
                    break
                self._claims.validate(claims)
                expires_at = datetime.fromtimestamp(claims["exp"], UTC)
                return Link(UUID(claims["jti"]), purpose, claims["sub"], expires_at, bool(claims["once"]))
            except ExpiredTokenError as error:
                raise Problem(410, "link-expired", "This link is no longer valid", "Ask for a new one.") from error
            except (JoseError, ValueError, TypeError, KeyError, RecursionError):
                continue
        raise NotVisible


def _url(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


async def spend(tx: Tx, link: Link) -> None:
    """Use a one-time link up, in the transaction of what it allows. Raises `Problem` 410 if somebody has already."""
    if not link.one_time:
        return
    spent = await tx.conn.fetchval(
        "INSERT INTO link_use (link_id, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true",
        link.id,
        link.expires_at,
    )
    if not spent:
        raise Problem(410, "link-used", "This link has already been used", "Ask for a new one.")


async def is_spent(tx: Tx, link: Link) -> bool:
    """Whether a one-time link was used, for whoever only looks: between this and `spend` somebody else may use it."""
    return link.one_time and bool(await tx.conn.fetchval("SELECT true FROM link_use WHERE link_id = $1", link.id))


async def current_link(request: Request, token: Annotated[str, Path(description="the link's own permission")]) -> Link:
    """The link of a `link` endpoint, checked by the guard before the endpoint was called."""
    checked: Link = request.state.link
    return checked


CurrentLink = Annotated[Link, Depends(current_link)]
"""`async def endpoint(link: CurrentLink)`."""
