"""What the council decided about a child's home education (Education Act 1996 ss 7, 436A, 437)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One decision. Until the first, home education is not assessed, and the child is not missing education."""

    record_id: UUID
    suitable: bool
    decided_on: date
