"""Whose hand it was."""

from __future__ import annotations

from uuid import UUID

from cme_web.problems import Problem
from cme_web.tokens import Caller


def officer(caller: Caller) -> UUID:
    """Who decides, by id. Raises `Problem` 403 for somebody who is no officer."""
    try:
        return UUID(caller.subject)
    except ValueError:
        raise Problem(
            403, "not-an-officer", "Only an officer may decide", "Sign in as an officer of the council."
        ) from None
