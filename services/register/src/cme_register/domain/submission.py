"""What somebody sent about a child, as far as the register's rules go by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from cme_register.domain.codes import RETURNS, SubmissionKind
from cme_register.domain.details import Details


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred:
    """What a rule has made of a submission that was no referral: one, from then on."""

    reason: str
    referred_at: datetime
    """What it counts from."""
    on_roll: bool = False
    factors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One referral or return. `first_id` is the first of its chain of submission, correction and withdrawal."""

    id: UUID
    first_id: UUID
    kind: SubmissionKind
    reference: str
    received_at: datetime
    details: Details
    """The child as this submission gives them: kept apart, so that a wrong join can be taken back."""
    on_roll: bool | None = None
    reason: str | None = None
    ground: str | None = None
    destination_known: bool | None = None
    factors: tuple[str, ...] = ()
    held_by: tuple[str, ...] = ()
    """Deletions: intake's rules by which the child is treated as still registered at the school."""
    watch_over: bool = False
    """Deletions: it is held, and nobody had answered when its watch was over."""
    school_urn: str | None = None
    school_la: str | None = None
    home_la: str | None = None
    enquiries: tuple[Mapping[str, str], ...] = ()
    """What the referrer had tried: day, method and outcome of each, as codes."""
    facts: Mapping[str, object] = field(default_factory=dict)
    """What else it says, as codes and days, to stand in the chronology where it is only noted."""
    effective_on: date | None = None
    """The day from which what it says holds: the name was entered or deleted, or home education begins."""
    family_id: UUID | None = None
    """The same in every submission of one form about brothers and sisters: no two of them are one child."""

    @property
    def is_return(self) -> bool:
        """Whether a school made it, which may be asked about it: not of a child who has died (ground k)."""
        return self.kind in RETURNS and self.ground != "k"

    def made_referral(self, referred: Referred) -> Submission:
        """As it is triaged once a rule has made it a referral."""
        return replace(
            self, kind=SubmissionKind.REFERRAL, received_at=referred.referred_at, reason=referred.reason,
            on_roll=referred.on_roll, factors=referred.factors, held_by=(),
        )  # fmt: skip
