"""Which officer acts, as their token says."""

from __future__ import annotations

from uuid import UUID

from cme_web.problems import Problem
from cme_web.tokens import Caller


def officer_of(caller: Caller) -> UUID:
    """The officer's id. Raises `Problem` 403 for a token that speaks for no officer: a decision needs a name."""
    try:
        return UUID(caller.subject)
    except ValueError:
        raise Problem(
            403, "not-an-officer", "Your account is no officer's", "Sign in as an officer of the council."
        ) from None
