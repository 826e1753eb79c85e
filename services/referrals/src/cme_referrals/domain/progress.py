"""How far a submission has come, and how much of it the one who sent it may know (policy 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Stage(StrEnum):
    """The furthest a submission has come; of a case that was opened again, since then."""

    RECEIVED = "received"
    ON_THE_REGISTER = "on_the_register"
    UNDER_INVESTIGATION = "under_investigation"
    ON_REVIEW = "on_review"
    """Not found, still looked for, looked at again regularly. What is believed meanwhile is no sender's."""
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
    teams: tuple[str, ...] = ()
    """The other teams of the council to which it was handed, the first first."""
    investigated_since: datetime | None = None
    due_on: date | None = None
    closed_at: datetime | None = None
    outcome: str | None = None
    reopened_at: datetime | None = None
    """When the council learnt what opened the case again, the latest time."""
    on_review_since: datetime | None = None
    woken_at: datetime | None = None
    """When a case that was on review was worked on again."""
    with_team_since: datetime | None = None
    """Since when the team itself has the case; None: a Lead Officer does, or nobody yet."""
    informed_at: datetime | None = None
    """When its referrer was told of an end, the latest time; whether of this end says `told_at`."""
    withdrawn_at: datetime | None = None
    """Its sender took it back; what follows for the case a person decides."""
    corrected_by: str | None = None
    """The reference of the latest correction of its chain, where there is a later one."""

    @property
    def stage(self) -> Stage:
        """The furthest stage that is known; one that was skipped is taken as passed."""
        if self.told_at:
            return Stage.REFERRER_INFORMED
        if self.closed_at:
            return Stage.CLOSED
        if self.on_review_since and not (self.woken_at and self.woken_at >= self.on_review_since):
            return Stage.ON_REVIEW
        if self.investigated_since:
            return Stage.UNDER_INVESTIGATION
        return Stage.ON_THE_REGISTER if self.known_since else Stage.RECEIVED

    @property
    def told_at(self) -> datetime | None:
        """When the referrer was told how it ended. None where that end was undone: what they know is no longer so."""
        if self.reopened_at and not (self.closed_at and self.informed_at and self.informed_at >= self.closed_at):
            return None
        return self.informed_at

    @property
    def known_since(self) -> datetime | None:
        """Since when it is on the register: with a case, or by itself."""
        return self.on_register_at or self.matched_at

    @property
    def with_teams(self) -> tuple[str, ...]:
        """Every other team that has it. None once it belongs to a case: then whoever has the case is asked."""
        return self.teams if self.stage is Stage.ON_THE_REGISTER and not self.on_register_at else ()

    @property
    def with_whom(self) -> str | None:
        """Who has it now: a `Holder`, or the code of another team of the council. None once it is closed."""
        match self.stage:
            case Stage.RECEIVED:
                return Holder.INTAKE
            case Stage.ON_THE_REGISTER:
                return self.with_teams[0] if self.with_teams else Holder.CME_TEAM
            case Stage.UNDER_INVESTIGATION | Stage.ON_REVIEW:
                return Holder.CME_TEAM if self.with_team_since else Holder.LEAD_OFFICER
            case _:
                return None

    def outcome_for(self, referrer_kind: str) -> str | None:
        """The outcome's code where this kind of referrer may have it, otherwise None (policy 7, 10)."""
        if self.outcome in TOLD_BY_A_PERSON or referrer_kind not in PROFESSIONAL:
            return None
        return self.outcome
