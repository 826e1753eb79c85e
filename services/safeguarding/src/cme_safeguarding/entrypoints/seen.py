"""The version in which somebody has seen a consideration, a request or markers, as HTTP says it: `ETag`, and `If-Match` of what they do."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Header
from pydantic import WithJsonSchema

from cme_web.problems import Fault, Problem

ETAG = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')
"""With or without its quotes: some clients lose them."""
Seen = Annotated[
    str | None,
    WithJsonSchema({"type": "string", "pattern": rf"^(\*|{ETAG.pattern})$"}),
    Header(
        alias="If-Match",
        description="The ETag of what you saw: refused where anything was heard, decided or recorded of it since."
        " Left out: not asked.",
    ),
]


def etag(version: int) -> str:
    """What a version is called in HTTP."""
    return f'"{version}"'


def version_of(seen: str | None) -> int | None:
    """Of an If-Match; None where any will do. Raises `Problem` 400."""
    if seen is None or seen.strip() == "*":
        return None
    if found := ETAG.fullmatch(seen.strip()):
        return int(found[1])
    mend = "Send the ETag that came with what you saw, or leave it out."
    raise Problem(
        400,
        "unreadable-etag",
        "If-Match cannot be read",
        errors=[Fault("If-Match", "is no ETag of ours", mend, in_body=False)],
    )
