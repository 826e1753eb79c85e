"""What goes wrong is answered as RFC 9457 problem+json: a stable `code`, what is wrong, and how to mend it.

Nothing a caller sent is ever repeated: an error page ends up in logs, screenshots and tickets.

A domain error is any exception with a `code`. One table per service says what it becomes:

    ANSWERS = {
        "case-closed": Answer(409, "The case is closed", "Raise a new referral instead."),
        "no-such-case": Answer(404, "Not found"),
    }
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from http import HTTPStatus
from itertools import takewhile
from typing import Any

from fastapi import HTTPException
from fastapi.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Fault:
    """One field that is wrong: which, what about it, and what to do. Never its value."""

    field: str
    wrong: str
    mend: str
    in_body: bool = True
    """False: it is a parameter or a header, to which no pointer leads."""
    more: Mapping[str, str] = attribute(default_factory=dict)
    """Of a conflict: what the field is `now`, and `by` whom. Ids and codes of ours."""

    def told(self) -> dict[str, str]:
        """As a member of `errors`, with the JSON Pointer that RFC 9457 (section 3) shows."""
        said = {"field": self.field, "wrong": self.wrong, "mend": self.mend, **self.more}
        return said | {"pointer": self._pointer()} if self.in_body else said

    def _pointer(self) -> str:
        steps = [] if self.field == "body" else self.field.split(".")
        ours = list(takewhile(lambda step: step != "*", steps))  # the member itself is the caller's own word
        return "/".join(("#", *ours))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a domain error's `code` becomes."""

    status: int
    title: str
    detail: str = ""
    """How to go on, for the person or program that asked."""


type Answers = Mapping[str, Answer]


class Problem(HTTPException):
    """Raise it anywhere below an endpoint to answer with problem+json. Its texts are ours, never the caller's."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str = "",
        detail: str = "",
        *,
        errors: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.code, self.title, self.detail, self.errors = (
            code,
            title or HTTPStatus(status).phrase,
            detail,
            tuple(errors),
        )

    def response(self) -> JSONResponse:
        """The answer: `{type, status, code, title, detail?, errors?}`."""
        body: dict[str, Any] = {
            "type": f"urn:cme:problem:{self.code}",
            "status": self.status_code,
            "code": self.code,
            "title": self.title,
        }
        if self.detail:
            body["detail"] = self.detail
        if self.errors:
            body["errors"] = [one.told() for one in self.errors]
        return JSONResponse(body, self.status_code, dict(self.headers or {}), MEDIA_TYPE)


class NotVisible(Problem):
    """It does not exist, or you may not see it: to you that is the same answer."""

    def __init__(self) -> None:
        super().__init__(404, "not-found", "Not found")


class Unwell(Problem):
    """Something we depend on is away. Nothing was changed; the same request may be made again."""

    def __init__(self, retry_after: int = 5) -> None:
        super().__init__(
            503,
            "unavailable",
            "Temporarily unavailable",
            "Nothing was changed. Make the same request again later.",
            headers={"Retry-After": str(retry_after)},
        )


class TooLarge(Problem):
    """The body is longer than the app takes."""

    def __init__(self) -> None:
        super().__init__(413, "too-large", "The body is too large", "Send less at once.")


class Wrong(ValueError):
    """Raise it in a request model's validator: both texts reach the caller, so neither may quote the input."""

    def __init__(self, wrong: str, mend: str = "") -> None:
        super().__init__(wrong)
        self.wrong, self.mend = wrong, mend
