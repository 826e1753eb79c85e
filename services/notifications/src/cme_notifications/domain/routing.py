"""Which event tells whom by which template, from which day. The table itself is data (`routes.toml`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cme_notifications.domain.errors import BadRoute


class Tells(StrEnum):
    """Whom a route tells, as a rule about the event."""

    REFERRER = "referrer"
    SCHOOL = "school"
    OFFICER = "officer"
    LEAD_OFFICER = "lead_officer"
    """The case's; the team manager where there is none."""
    LEAD_OFFICER_IF_KNOWN = "lead_officer_if_known"
    LEAD_OFFICERS = "lead_officers"
    """Every Lead Officer there is."""
    WHOM_IT_NAMES = "whom_it_names"
    """The roles in the event's `tell`."""
    TEAM_MANAGER = "team_manager"
    SERVICE_LEAD = "service_lead"
    SOCIAL_CARE = "social_care"
    SAFEGUARDING = "safeguarding"
    TEAM = "team"
    """The team of the council that the event names."""
    WHO_ASKED = "who_asked"
    """Whoever asked for a link, at the address they gave."""
    EVERY_SENDER = "every_sender"
    """Whoever sent any of the event's `submission_ids`."""


class Link(StrEnum):
    """Where a message's link leads: always to something one signs in for, or that was made for its reader alone."""

    PROGRESS = "progress"
    """The progress of one submission: a link of its own for a referrer without an account."""
    TELL = "tell"
    """The form for somebody without an account: works once."""
    FOLLOW = "follow"
    """All that was sent with one proven address."""
    SUBMISSION = "submission"
    CASE = "case"
    CONCERN = "concern"
    ESCALATION = "escalation"
    REQUEST = "request"
    SENT = "sent"
    """All that whoever signs in has sent."""
    COHORT = "cohort"
    """Who was expected to start at a school."""


NEEDS: Mapping[Tells, str] = {
    Tells.REFERRER: "submission_id",
    Tells.SCHOOL: "school_urn",
    Tells.OFFICER: "officer_id",
    Tells.WHOM_IT_NAMES: "tell",
    Tells.TEAM: "team",
    Tells.WHO_ASKED: "link_id",
    Tells.EVERY_SENDER: "submission_ids",
}
"""The field an event must have to tell them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One row of the table."""

    event: str
    """The event's type."""
    tells: Tells
    template: str
    link: Link
    fields: tuple[str, ...] = ()
    """The event's fields that the template uses, and nothing more is kept of it."""
    valid_from: date
    because: str
    """The clause this row follows from."""
    urgent: bool = False
    """Sent before everything that is not."""
    only_if: str | None = None
    """A field of the event that must be true."""
    unless: str | None = None
    """A field of the event that must not be true."""
    only_where: Mapping[str, tuple[str, ...]] | None = None
    """Field and codes: anybody is told only where the field holds one of them."""
    never_where: Mapping[str, tuple[str, ...]] | None = None
    """Field and codes: nobody is told where the field holds one of them."""
    by_hand_if: Mapping[str, tuple[str, ...]] | None = None
    """Field and codes for which no message is sent by itself: somebody must find the words."""
    informs_referrer: bool = False
    """Once it is sent the referrer counts as told the outcome (policy 7)."""


class RoutingTable:
    """The routes of every event, each with the day it holds from.

    The rows of an event that hold on a day are those of its latest `valid_from` not after it: a change of
    routing is a new set of rows, and the old ones stay readable.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        """Raises `BadRoute` if two rows of a set say the same."""
        self._routes = tuple(routes)
        seen: set[tuple[object, ...]] = set()
        for route in self._routes:
            row = (route.event, route.valid_from, route.tells, route.template)
            if row in seen:
                raise BadRoute(f"{route.event} tells {route.tells} twice by {route.template}")
            seen.add(row)

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    @property
    def events(self) -> set[str]:
        """The types of every event that tells somebody."""
        return {route.event for route in self._routes}

    def on(self, day: date, event: str) -> list[Route]:
        """The rows of `event` that hold on `day`, in the table's order."""
        rows = [route for route in self._routes if route.event == event and route.valid_from <= day]
        latest = max((route.valid_from for route in rows), default=None)
        return [route for route in rows if route.valid_from == latest]
