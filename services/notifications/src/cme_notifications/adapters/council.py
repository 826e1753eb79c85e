"""The council's own values, as its file gives them on a day (kit/council)."""

from __future__ import annotations

from datetime import date

import cme_council
from cme_notifications.application.ports import Council
from cme_notifications.domain.recipients import SOCIAL_CARE

TEAM = "cme_team"


def council_on(file: cme_council.Council, on: date) -> Council:
    """Who writes, and to whom, on that day. A way to reach somebody that is not known is empty, never a guess.

    Raises `cme_council.NotGivenError` if the file has no such contact on that day.
    """
    team, care = file.contact(TEAM, on), file.contact(SOCIAL_CARE, on)
    return Council(
        name=file.name,
        team=team.name,
        email=team.email or "",
        telephone=team.telephone or "",
        social_care_name=care.name,
        social_care_telephone=care.telephone or "",
        social_care_mailbox=care.email,
        team_mailboxes={code: team.email for code, team in file.teams(on).items() if team.email},
    )
