"""Where links lead: to what one signs in for, or to the progress page made for one referrer alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from cme_notifications.application.ports import Message
from cme_notifications.domain.routing import Link

PROGRESS_LASTS = timedelta(days=180)
"""Longer than most cases; a new link comes with the outcome."""

type Sign = Callable[[str, str, timedelta], str]
"""Purpose, subject and life of a link to its token: `cme_web.links.Links.make`."""


class Places:
    """The addresses of the other services' pages."""

    def __init__(self, *, referrals: str, register: str, safeguarding: str, sign: Sign) -> None:
        self._referrals, self._register, self._safeguarding, self._sign = referrals, register, safeguarding, sign

    def __call__(self, message: Message) -> str:
        """Where this message's link leads."""
        about = message.about
        match message.link:
            case Link.PROGRESS:
                token = self._sign("progress", str(about.submission_id), PROGRESS_LASTS)
                return f"{self._referrals}/v1/progress/{token}"
            case Link.SUBMISSION:
                return f"{self._referrals}/v1/submissions/{about.submission_id}"
            case Link.CASE:
                return f"{self._register}/v1/cases/{about.case_id}"
            case Link.CONCERN if about.case_id:
                return f"{self._safeguarding}/v1/considerations?case_id={about.case_id}"
            case Link.CONCERN if about.child_id:
                return f"{self._safeguarding}/v1/considerations?child_id={about.child_id}"
            case Link.CONCERN:
                return f"{self._safeguarding}/v1/considerations?undecided=true"
            case Link.ESCALATION:
                return f"{self._safeguarding}/v1/escalations/{message.facts['escalation_id']}"
