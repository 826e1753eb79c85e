"""Who may do what: one row per endpoint, in one table a person can read.

    ACCESS = AccessTable(
        Row("POST", "/v1/referrals", bearer, roles={"school", "officer"}, idempotent=True),
        Row("GET", "/v1/cases/{case_id}", bearer, roles={"officer"}, hidden=True),
        Row("GET", "/v1/progress/{token}", link, purpose="progress"),
        Row("POST", "/v1/callbacks/notify", signature, callback="notify"),
        Row("POST", "/v1/tip-offs", public, why="a neighbour has no account (policy 6.1)", per_minute=10),
    )

`make_app` refuses a route without a row and a row without a route, and does the guarding itself: an endpoint
cannot forget it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Proof(StrEnum):
    """What a request must bring before its endpoint is called, or its body read."""

    BEARER = "bearer"
    """An access token of the council's issuer, carrying one of the row's roles."""
    LINK = "link"
    """A signed link of the row's purpose, for people without an account. The path has a `{token}`."""
    SIGNATURE = "signature"
    """A callback's own signature over its body."""
    PUBLIC = "public"
    """Nothing. The row says why, and how often one address may ask."""


bearer, link, signature, public = Proof


@dataclass(frozen=True, slots=True)
class Row:
    """One endpoint. Raises `TypeError` if it is not complete: a table with a gap must not start."""

    method: str
    path: str
    """As the route has it, parameters included: `/v1/cases/{case_id}`."""
    proof: Proof
    roles: Iterable[str] = field(default=())
    """bearer: any one of these is enough. Which objects the caller sees is the use case's business."""
    why: str = ""
    """public: the reason nobody has to say who they are."""
    per_minute: int | None = None
    """Requests one address may make in a minute, in each process. Required for public, allowed for all."""
    purpose: str = ""
    """link: what the link was made for."""
    callback: str = ""
    """signature: which sender's proof, by its name in `make_app(callbacks=...)`."""
    idempotent: bool = False
    """The request must carry an Idempotency-Key."""
    hidden: bool = False
    """bearer: to those without the role the endpoint does not exist (404 instead of 403)."""
    max_body: int | None = None
    """Bytes of a request's body, where the endpoint takes more than the app does because it reads as it receives.
    The limit is known before the route is: such a path has no parameters."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "roles", frozenset(self.roles))
        needs = {
            Proof.BEARER: ("roles", self.roles),
            Proof.LINK: ("a purpose, and {token} in its path", self.purpose and "{token}" in self.path),
            Proof.SIGNATURE: ("callback", self.callback),
            Proof.PUBLIC: ("why and per_minute", self.why and self.per_minute),
        }
        name, given = needs[self.proof]
        if not given:
            raise TypeError(f"{self.method} {self.path}: a {self.proof} row needs {name}")
        if self.max_body is not None and "{" in self.path:
            raise TypeError(f"{self.method} {self.path}: a row with max_body needs a path without parameters")

    @property
    def place(self) -> tuple[str, str]:
        """Method and path: what identifies the row."""
        return self.method, self.path


class AccessTable:
    """The rows of one service. Raises `TypeError` if two rows speak of one endpoint."""

    def __init__(self, *rows: Row | Iterable[Row]) -> None:
        flat = [one for row in rows for one in ([row] if isinstance(row, Row) else row)]
        self._rows = {row.place: row for row in flat}
        if len(self._rows) < len(flat):
            raise TypeError("two rows for one endpoint")

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def get(self, method: str, path: str) -> Row | None:
        """The row of an endpoint, if the table has one."""
        return self._rows.get((method, path))

    def __add__(self, other: "AccessTable") -> "AccessTable":
        return AccessTable(self, other)
