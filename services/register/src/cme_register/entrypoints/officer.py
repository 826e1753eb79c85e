"""Which officer acts and as what, as their token says."""

from __future__ import annotations

from uuid import UUID

from cme_web.problems import Problem
from cme_web.tokens import Caller

OFFICES = ("service_lead", "team_manager", "lead_officer", "safeguarding")
"""Who may change something in the register. Whoever has several acts in the first of them."""


def officer_of(caller: Caller) -> UUID:
    """The officer's id. Raises `Problem` 403 for a token that speaks for no officer: a decision needs a name."""
    try:
        return UUID(caller.subject)
    except ValueError:
        raise Problem(
            403, "not-an-officer", "Your account is no officer's", "Sign in as an officer of the council."
        ) from None


def office_of(caller: Caller) -> str:
    """The role in which the caller acts. The access table has let nobody else through."""
    return next(office for office in OFFICES if caller.may(office))
