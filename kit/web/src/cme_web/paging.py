"""Long lists, a page at a time, by the last row seen. Never by number: rows come and go between two pages.

@router.get("/v1/cases")
async def cases(request: Request, caller: CurrentCaller, page: CurrentPage) -> Response:
    after = page.seen(instant, UUID)                                    # or None: from the beginning
    rows = await read_cases(after=after, limit=page.limit + 1)          # ORDER BY opened_at, id
    return page.response(request, rows, show=shown, place=lambda row: (row.opened_at.isoformat(), str(row.id)))
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.responses import JSONResponse

from cme_web.problems import Fault, Problem

MOST = 100
LARGEST = 2**63 - 1
"""Of PostgreSQL's bigint."""


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows are asked for."""

    limit: int
    after: tuple[str, ...] | None
    """The place of the last row of the page before, as the caller brought it: read it with `seen`."""

    def seen(self, *reads: Callable[[str], Any]) -> tuple[Any, ...] | None:
        """The parts of that place, each by its reader: `page.seen(instant, UUID)`. None: from the beginning.

        Raises `Problem` 422 for a place that is not of this list: anybody can make up a cursor.
        """
        if self.after is None:
            return None
        try:
            return tuple(read(part) for read, part in zip(reads, self.after, strict=True))
        except (ValueError, OverflowError) as error:
            raise _not_ours() from error

    def response[R](
        self, request: Request, rows: Sequence[R], *, show: Callable[[R], Any], place: Callable[[R], tuple[str, ...]]
    ) -> JSONResponse:
        """`{"items": [...]}` and, where there is more, a `Link` to the next page. Give it `limit + 1` rows if there are."""
        items, headers = rows[: self.limit], {}
        if len(rows) > self.limit:
            url = request.url.include_query_params(after=cursor(place(items[-1])), limit=self.limit)
            headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
        return JSONResponse({"items": [show(row) for row in items]}, headers=headers)


def cursor(place: tuple[str, ...]) -> str:
    """A place as one opaque word. Not a secret, so nothing personal may be in it."""
    return urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


async def current_page(
    after: Annotated[str | None, Query(max_length=500)] = None, limit: Annotated[int, Query(ge=1, le=MOST)] = MOST
) -> Page:
    """The page a request asks for. Raises `Problem` 422 for a cursor that is not ours."""
    if after is None:
        return Page(limit, None)
    try:
        place = json.loads(urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        if not isinstance(place, list) or not all(isinstance(part, str) for part in place):
            raise ValueError
    except ValueError as error:
        raise _not_ours() from error
    return Page(limit, tuple(place))


def instant(text: str) -> datetime:
    """Reads an instant of a cursor. Raises ValueError or OverflowError for what is none."""
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return read.astimezone(UTC)


def number(text: str) -> int:
    """Reads a row's number of a cursor. Raises ValueError for what no row can have."""
    read = int(text)
    if not 0 <= read <= LARGEST:
        raise ValueError("no row has this number")
    return read


def _not_ours() -> Problem:
    fault = Fault("after", "is not a place in this list", "Follow the Link of the page before.", in_body=False)
    return Problem(422, "invalid", "The request does not validate", errors=[fault])


CurrentPage = Annotated[Page, Depends(current_page)]
"""`async def endpoint(page: CurrentPage)`."""
