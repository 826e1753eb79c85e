"""One case of one child: what may happen to it, and in which order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cme_register.domain.codes import Category, Kind, Outcome, Proof, Role, Stage, Status
from cme_register.domain.errors import RegisterError
from cme_register.domain.outcomes import OutcomeRule
from cme_register.domain.risk import DEADLINE_BREACHED, Risk, risk


class CaseNotOpen(RegisterError):
    """Only an open case can be worked on."""

    code = "case-not-open"


class AlreadyLocated(RegisterError):
    """The child has been found before; how is kept."""

    code = "already-located"


class NothingChanges(RegisterError):
    """The case is like that already."""

    code = "nothing-changes"


class ChildNotLocated(RegisterError):
    """The outcome asked for can only be true of a child who has been found (policy 7)."""

    code = "child-not-located"


class ProofDoesNotFit(RegisterError):
    """The outcome asks for another kind of proof."""

    code = "proof-does-not-fit"


class NotAnEnd(RegisterError):
    """A child who was not found stays on the register."""

    code = "not-an-end"


@dataclass(slots=True, kw_only=True)
class Case:
    """A case. Its category is None for an on-roll enquiry, which is neither of the policy's two."""

    id: UUID
    record_id: UUID
    """The record it was opened for, whose it is again if records are separated."""
    child_id: UUID
    """Whose it is now."""
    kind: Kind
    category: Category | None
    opened_at: datetime
    status: Status = Status.OPEN
    factors: tuple[str, ...] = ()
    joined_factors: tuple[str, ...] = ()
    """What is known of risk from the cases that wait behind it: kept apart, so that a separation takes it away."""
    school_urn: str | None = None
    school_la: str | None = None
    home_la: str | None = None
    lead_officer_id: UUID | None = None
    due_at: datetime | None = None
    """When its next deadline ends; None while none runs."""
    waits_for: UUID | None = None
    """The case behind which a joined one waits."""
    located_at: datetime | None = None
    location_proof: Proof | None = None
    closed_at: datetime | None = None
    outcome: Outcome | None = None
    outcome_proof: Proof | None = None
    stage: Stage = Stage.WORKING
    repeat: int = 0
    """How often it was reopened."""
    reopened_at: datetime | None = None
    follows_case_id: UUID | None = None
    """The child's closed case that this one follows."""
    met_at: datetime | None = None
    """Closed: when something arrived that a person must look at."""
    dormant_as: Outcome | None = None
    dormant_at: datetime | None = None
    reviews: int = 0
    """Dormant: how often it was looked at since."""
    version: int = 1
    """Counted by the database with every change of what people decide."""

    @property
    def owner_role(self) -> Role:
        """Who answers for it: the Lead Officer, or while there is none the team itself, through its manager."""
        return Role.TEAM_MANAGER if self.lead_officer_id is None else Role.LEAD_OFFICER

    @property
    def risk(self) -> Risk:
        """Its rank in a work list. That the investigation is overdue says nothing of a child whose whereabouts are known."""
        lost = self.category is Category.MISSING and self.located_at is None
        return risk({*self.factors, *self.joined_factors} - (set() if lost else {DEADLINE_BREACHED}))

    def take_factors(self, factors: Iterable[str]) -> tuple[str, ...]:
        """Note what is known of risk. Returns what is new."""
        added = tuple(factor for factor in dict.fromkeys(factors) if factor not in self.factors)
        self.factors += added
        return added

    def stand_for(self, waiting: Iterable[Case]) -> None:
        """These cases wait behind it, and no others: what is known of them counts for its rank."""
        self.joined_factors = tuple(dict.fromkeys(factor for case in waiting for factor in case.factors))

    def move_to(self, kind: Kind, category: Category | None) -> None:
        """Change what the case is. Raises `CaseNotOpen`, `NothingChanges`."""
        self._must_be_open()
        if (kind, category) == (self.kind, self.category):
            raise NothingChanges(f"case {self.id} is that already")
        self.kind, self.category = kind, category

    def assign(self, officer_id: UUID) -> None:
        """Give it to a Lead Officer. Raises `CaseNotOpen`, `NothingChanges`."""
        self._must_be_open()
        if officer_id == self.lead_officer_id:
            raise NothingChanges(f"case {self.id} is theirs already")
        self.lead_officer_id = officer_id

    def pass_on(self, officer_id: UUID | None) -> None:
        """By rule, to whoever there is; None: to the team. Also of a case that waits."""
        self.lead_officer_id = officer_id

    def locate(self, proof: Proof, at: datetime) -> None:
        """The child has been found. Raises `CaseNotOpen`, `AlreadyLocated`."""
        self._must_be_open()
        if self.located_at is not None:
            raise AlreadyLocated(f"the child of case {self.id} was located before")
        self.located_at, self.location_proof = at, proof

    def close(self, rule: OutcomeRule, proof: Proof, at: datetime) -> None:
        """End it. Raises `CaseNotOpen`, `ChildNotLocated`, `ProofDoesNotFit`: no case is closed because time has passed."""
        self._must_be_open()
        if rule.dormant:
            raise NotAnEnd(f"{rule.outcome} ends no case")
        if rule.needs_located and self.located_at is None:
            raise ChildNotLocated(f"nobody has recorded that the child of case {self.id} was found")
        if proof not in rule.proofs:
            raise ProofDoesNotFit(f"{rule.outcome} is shown by {', '.join(sorted(rule.proofs))}")
        self.status, self.closed_at, self.outcome, self.outcome_proof = Status.CLOSED, at, rule.outcome, proof

    def wait_for(self, other: UUID) -> None:
        """Its child's record was absorbed by one that has an open case. Raises `CaseNotOpen`."""
        self._must_be_open()
        self.status, self.waits_for = Status.JOINED, other

    def come_back(self) -> None:
        """Its child's record stands by itself again. Raises `CaseNotOpen` unless it waited."""
        if self.status is not Status.JOINED:
            raise CaseNotOpen(f"case {self.id} does not wait")
        self.status, self.waits_for = Status.OPEN, None

    def _must_be_open(self) -> None:
        if self.status is not Status.OPEN:
            raise CaseNotOpen(f"case {self.id} is {self.status}")
