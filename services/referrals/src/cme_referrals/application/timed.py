"""Whether returns were in time, as it is kept: the port of `punctuality`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from cme_referrals.domain.completeness import Kind
from cme_referrals.domain.returns import Timing


@dataclass(slots=True, kw_only=True)  # not frozen: one is made of each form (`Receipt`)
class Timed:
    """A return as its punctuality is kept: one for each chain, ids, codes and days."""

    submission_id: UUID
    first_submission_id: UUID
    reference: str
    received_at: datetime
    kind: Kind
    school_urn: str
    school_la: str
    done_on: date
    """The local day that is held against the day it was due: of receipt, or of what it tells was done."""
    counted_from: date | None
    """None: not said."""
    in_class: bool | None
    """In the class whose returns may not be needed. None: not said, or another kind."""
    ground: str | None = None
    """A deletion return's."""
    exempt: bool | None
    """It was not needed. None: it cannot be said, or another kind."""
    timing: Timing
    standing: Timed | None = field(default=None, compare=False)
    """What is kept of its chain already, where this is a correction."""


class KeepsPunctuality(Protocol):
    """Whether returns were in time, a row for each chain."""

    async def add(self, timed: Timed) -> None:
        """Keep a new one."""

    async def of_chain(self, first_submission_id: UUID) -> Timed | None:
        """What is kept of a chain."""

    async def replace(self, timed: Timed) -> None:
        """More is known of a chain than is kept."""


class Punctuality(KeepsPunctuality, Protocol):
    """The same, of many."""

    async def add_many(self, timed: Sequence[Timed]) -> None:
        """Keep many new ones."""

    async def waiting(self, *, la_code: str | None, urn: str | None) -> Sequence[Timed]:
        """Those of an authority's schools, or of one, that a calendar may decide; the rows of their submissions are held.

        What was withdrawn waits for nothing.
        """
