"""The version of what is known of a child, as HTTP says it: `ETag` of a consideration, `If-Match` of a decision about it."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Header

from cme_web.problems import Fault, Problem

Seen = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The ETag of the consideration as you saw it: refused where anything was heard or decided about the child"
        " since. Left out: not asked.",
    ),
]
ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})"')


def etag(version: int) -> str:
    """What a version is called in HTTP."""
    return f'"{version}"'


def version_of(seen: str | None) -> int | None:
    """Of an If-Match; None where any will do. Raises `Problem` 400."""
    if seen is None or seen.strip() == "*":
        return None
    if found := ETAG.fullmatch(seen.strip()):
        return int(found[1])
    mend = "Send the ETag that the consideration came with, or leave it out."
    raise Problem(
        400,
        "unreadable-etag",
        "If-Match cannot be read",
        errors=[Fault("If-Match", "is no ETag of ours", mend, in_body=False)],
    )
