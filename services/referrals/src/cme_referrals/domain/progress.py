"""How far a submission has come, and how much of it the one who sent it may know (policy 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Stage(StrEnum):
    """The furthest a submission has come."""

    RECEIVED = "received"
    ON_THE_REGISTER = "on_the_register"
    UNDER_INVESTIGATION = "under_investigation"
    CLOSED = "closed"
    REFERRER_INFORMED = "referrer_informed"


class Holder(StrEnum):
    """Who has it: whom a sender asks for. Never a person's name, for the link may be in anybody's hands."""

    INTAKE = "referral_intake"
    CME_TEAM = "cme_team"
    LEAD_OFFICER = "lead_officer"


PROFESSIONAL = frozenset({"school", "health", "social_care", "police", "other_authority"})
"""Kinds of referrer to whom the outcome's code is shown; everybody else learns that the case is closed.

A parent, neighbour or landlord may be whom the family left: where the child is now is not theirs to read on a page.
"""
TOLD_BY_A_PERSON = frozenset({"deceased"})
"""Outcomes nobody should read on a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What has been heard about one submission. Each fact stands by itself: they may arrive in any order."""

    received_at: datetime
    matched_at: datetime | None = None
    """The register knows whose it is. It may open no case by itself."""
    on_register_at: datetime | None = None
    """It belongs to a case."""
    team: str | None = None
    """The other team of the council to which it was handed."""
    investigated_since: datetime | None = None
    due_on: date | None = None
    closed_at: datetime | None = None
    outcome: str | None = None
    informed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    """Its sender took it back; what follows for the case a person decides."""
    corrected_by: str | None = None
    """The reference of the latest correction of its chain, where there is a later one."""

    @property
    def stage(self) -> Stage:
        """The furthest stage that is known; one that was skipped is taken as passed."""
        if self.informed_at:
            return Stage.REFERRER_INFORMED
        if self.closed_at:
            return Stage.CLOSED
        if self.investigated_since:
            return Stage.UNDER_INVESTIGATION
        return Stage.ON_THE_REGISTER if self.known_since else Stage.RECEIVED

    @property
    def known_since(self) -> datetime | None:
        """Since when it is on the register: with a case, or by itself."""
        return self.on_register_at or self.matched_at

    @property
    def with_whom(self) -> str | None:
        """Who has it now: a `Holder`, or the code of another team of the council. None once it is closed."""
        match self.stage:
            case Stage.RECEIVED:
                return Holder.INTAKE
            case Stage.ON_THE_REGISTER:
                return self.team if self.team and not self.on_register_at else Holder.CME_TEAM
            case Stage.UNDER_INVESTIGATION:
                return Holder.LEAD_OFFICER
            case _:
                return None

    def outcome_for(self, referrer_kind: str) -> str | None:
        """The outcome's code where this kind of referrer may have it, otherwise None (policy 7, 10)."""
        if self.outcome in TOLD_BY_A_PERSON or referrer_kind not in PROFESSIONAL:
            return None
        return self.outcome
