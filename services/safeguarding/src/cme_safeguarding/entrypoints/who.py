"""Whose hand it was, and whose eye."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cme_calendars import local_date
from cme_safeguarding.application.ports import Practice
from cme_safeguarding.application.veiling import Reader
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


def sees_restricted(caller: Caller) -> bool:
    """Restricted markers are for the role safeguarding alone."""
    return "safeguarding" in caller.roles


def reader(caller: Caller, practice: Practice, now: datetime) -> Reader:
    """Who is shown what is known."""
    return Reader(caller.subject, sees_restricted(caller), practice.markers.in_force(local_date(now)))
