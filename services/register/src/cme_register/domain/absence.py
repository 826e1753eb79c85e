"""An officer is away, and somebody covers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """One absence, known by its first day: recorded again, it is changed."""

    officer_id: UUID
    first_day: date
    last_day: date | None = None
    """None: until further notice."""
    cover_id: UUID | None = None
    """None: nobody; warnings still go to the officer, new cases to the others."""
    cancelled: bool = False
    """It does not take place after all."""
