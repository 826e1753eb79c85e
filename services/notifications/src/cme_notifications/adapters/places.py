"""Where links lead: to what one signs in for, or to the progress page made for one referrer alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol
from uuid import UUID

from cme_notifications.application.ports import About, Message
from cme_notifications.domain.routing import Link

PROGRESS_LASTS = timedelta(days=180)
"""Longer than most cases; a new link comes with the outcome."""
TELL_LASTS = timedelta(hours=24)
"""Long enough for a surgery that looks into its mail once a day."""
FOLLOW_LASTS = timedelta(days=7)
"""Long enough to look again; a new one is asked for at any time."""


class Sign(Protocol):
    """`cme_web.links.Links.make`."""

    def __call__(
        self, purpose: str, subject: str, lasts: timedelta, *, one_time: bool = False, id_: UUID | None = None
    ) -> str: ...


class Places:
    """The addresses of the other services' pages."""

    def __init__(self, *, referrals: str, register: str, safeguarding: str, sign: Sign) -> None:
        self._referrals, self._register, self._safeguarding, self._sign = referrals, register, safeguarding, sign

    def __call__(self, message: Message) -> str:
        """Where this message's link leads."""
        about, facts = message.about, message.facts
        match message.link:
            case Link.PROGRESS | Link.TELL | Link.FOLLOW:
                place = self._referrals, self._for_one_reader(message)
            case Link.SUBMISSION:
                place = self._referrals, f"v1/submissions/{about.submission_id}"
            case Link.SENT:
                place = self._referrals, "v1/submissions"
            case Link.CASE:
                place = self._register, f"v1/cases/{about.case_id}"
            case Link.COHORT:
                place = self._register, f"v1/cohorts/{facts['september']}/{facts['intake']}/{facts['school_urn']}"
            case Link.CONCERN:
                place = self._safeguarding, f"v1/considerations?{_which(about)}"
            case Link.REQUEST:
                return f"{self._safeguarding}/v1/requests/{message.facts['request_id']}"
            case Link.ESCALATION:
                place = self._safeguarding, f"v1/escalations/{facts['escalation_id']}"
        return "/".join(place)

    def _for_one_reader(self, message: Message) -> str:
        asked = message.recipient.name
        match message.link:
            case Link.TELL:  # sent again it is the same link, and works once all the same
                return f"tell-us/{self._sign('tell', asked, TELL_LASTS, one_time=True, id_=UUID(asked))}"
            case Link.FOLLOW:
                return f"following/{self._sign('follow', asked, FOLLOW_LASTS)}"
            case _:
                return f"v1/progress/{self._sign('progress', str(message.about.submission_id), PROGRESS_LASTS)}"


def _which(about: About) -> str:
    if about.case_id:
        return f"case_id={about.case_id}"
    return f"child_id={about.child_id}" if about.child_id else "undecided=true"
