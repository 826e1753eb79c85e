"""The council itself, as far as receiving a form depends on it."""

from __future__ import annotations

from dataclasses import dataclass

from cme_calendars import WorkingDays
from cme_referrals.application.telling import Blinds


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Whose intake this is: its schools' returns go to it (regulation 3), and its working days count."""

    la_code: str | None
    """Its code; None where none is configured."""
    working_days: WorkingDays
    addresses: Blinds
    """Makes the tokens that stand for addresses."""
