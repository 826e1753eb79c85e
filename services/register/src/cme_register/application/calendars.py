"""School years are kept as intake says them, so that school days can be counted without asking anybody (policy 5.2)."""

from __future__ import annotations

from datetime import datetime

from cme_register.application.ports import Transaction
from cme_register.domain.school_year import SchoolYear


async def note_calendar(tx: Transaction, whose: str, year: SchoolYear, *, at: datetime) -> None:
    """Keep it, and have the clocks counted again that go by it. What was changed last holds, whatever arrives last."""
    await tx.calendars.put(whose, year, at=at)
    await tx.recounting.ask(whose)
