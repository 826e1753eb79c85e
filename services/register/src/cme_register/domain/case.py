"""One case of one child: what may happen to it, and in which order."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cme_register.domain.codes import Category, Kind, Outcome, Proof, Role, Stage, Status
from cme_register.domain.errors import RegisterError
from cme_register.domain.outcomes import OutcomeRule
from cme_register.domain.risk import RAISED, WHEREABOUTS_UNKNOWN, Match, Rating, Risk, While


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


class MayNotLower(RegisterError):
    """The rules say more: to lower it below them is a manager's decision."""

    code = "may-not-lower"


class NotAnEnd(RegisterError):
    """A child who was not found stays on the register."""

    code = "not-an-end"


class ClosureIsProposed(RegisterError):
    """Somebody has proposed how the case ends; that is agreed or refused first."""

    code = "closure-is-proposed"


class NotDormant(RegisterError):
    """Only a case that is on review can be put to sleep no more, or woken."""

    code = "case-not-dormant"


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
    risk: Risk = Risk.GREEN
    """Its rating, as it was computed last (`application.rating`)."""
    risk_rules: tuple[str, ...] = ()
    """The rules by which it has that rating, the gravest first: each a `Match`."""
    raised_to: Risk | None = None
    """By a person: its rating is never below it."""
    set_aside: tuple[str, ...] = ()
    """Rules that a person has decided count no more: each a `Match`, until its fact is said again."""
    rated_as: str | None = None
    """What was so of it when it was rated last, and"""
    rated_since: datetime | None = None
    """since when it is that."""
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
    def holds(self) -> frozenset[While]:
        """What is so of it that rules of risk ask for."""
        unknown = self.category is Category.MISSING or (
            self.kind is Kind.ON_ROLL_ENQUIRY and WHEREABOUTS_UNKNOWN in self.factors
        )
        lost = {While.WHEREABOUTS_UNKNOWN} if unknown and self.located_at is None else set()
        unplaced = {While.WITHOUT_SCHOOL_PLACE} if self.category is Category.WITHOUT_SCHOOL_PLACE else set()
        return frozenset(lost | unplaced)

    def take_factors(self, factors: Iterable[str]) -> tuple[str, ...]:
        """Note what is known of risk. What is said again counts again, whoever has set it aside. Returns what is new."""
        said = tuple(dict.fromkeys(factors))
        self.set_aside = tuple(one for one in self.set_aside if Match.read(one).fact not in said)
        added = tuple(factor for factor in said if factor not in self.factors)
        self.factors += added
        return added

    def forget_factors(self, factors: Collection[str]) -> None:
        """What was known of risk was known of another child."""
        self.factors = tuple(one for one in self.factors if one not in factors)

    def stand_for(self, waiting: Iterable[Case]) -> None:
        """These cases wait behind it, and no others: what is known of them counts for its rank."""
        told = (factor for case in waiting for factor in (*case.factors, *case.told_by_hand))
        self.joined_factors = tuple(dict.fromkeys(told))

    @property
    def told_by_hand(self) -> tuple[str, ...]:
        """What it tells, while it waits, of a rating by hand."""
        return (RAISED[self.raised_to],) if self.raised_to else ()

    def raise_to(self, rating: Risk) -> None:
        """A person says that it is more urgent than the rules say. Raises `CaseNotOpen`, `NothingChanges`."""
        self.must_be_open()
        if rating <= self.risk:
            raise NothingChanges(f"case {self.id} is rated so already")
        self.raised_to = rating

    def lower_to(self, rating: Risk, by_rule: Rating, against: Iterable[Match], *, may_overrule: bool) -> None:
        """A person says that it is less urgent. `against`: the rules that hold and say more than `rating`.

        Raises `CaseNotOpen`, `NothingChanges`, and `MayNotLower` where the rules say more and it is not theirs to decide.
        """
        self.must_be_open()
        if rating >= self.risk:
            raise NothingChanges(f"case {self.id} is rated so already")
        if by_rule.risk > rating and not may_overrule:
            raise MayNotLower(f"the rules rate case {self.id} higher")
        self.set_aside = tuple(dict.fromkeys((*self.set_aside, *map(str, against))))
        self.raised_to = rating or None

    def move_to(self, kind: Kind, category: Category | None) -> None:
        """Change what the case is. Raises `CaseNotOpen`, `NothingChanges`."""
        self.must_be_open()
        if (kind, category) == (self.kind, self.category):
            raise NothingChanges(f"case {self.id} is that already")
        self.kind, self.category = kind, category

    def assign(self, officer_id: UUID) -> None:
        """Give it to a Lead Officer. Raises `CaseNotOpen`, `NothingChanges`."""
        self.must_be_open()
        if officer_id == self.lead_officer_id:
            raise NothingChanges(f"case {self.id} is theirs already")
        self.lead_officer_id = officer_id

    def pass_on(self, officer_id: UUID | None) -> None:
        """By rule, to whoever there is; None: to the team. Also of a case that waits."""
        self.lead_officer_id = officer_id

    def locate(self, proof: Proof, at: datetime) -> None:
        """The child has been found. Raises `CaseNotOpen`, `AlreadyLocated`."""
        self.must_be_open()
        if self.located_at is not None:
            raise AlreadyLocated(f"the child of case {self.id} was located before")
        self.located_at, self.location_proof = at, proof

    def close(self, rule: OutcomeRule, proof: Proof, at: datetime) -> None:
        """End it. Raises `CaseNotOpen`, `ChildNotLocated`, `ProofDoesNotFit`: no case is closed because time has passed."""
        self.must_be_open()
        if rule.dormant:
            raise NotAnEnd(f"{rule.outcome} ends no case")
        if rule.needs_located and self.located_at is None:
            raise ChildNotLocated(f"nobody has recorded that the child of case {self.id} was found")
        if proof not in rule.proofs:
            raise ProofDoesNotFit(f"{rule.outcome} is shown by {', '.join(sorted(rule.proofs))}")
        self.status, self.closed_at, self.outcome, self.outcome_proof = Status.CLOSED, at, rule.outcome, proof
        self.stage, self.dormant_as, self.dormant_at = Stage.WORKING, None, None

    def reopen(self, at: datetime, kind: Kind | None = None, category: Category | None = None) -> Outcome:
        """Open again, as `kind` if that is said. Nobody knows any more where the child is. Returns how it had ended."""
        assert self.status is Status.CLOSED and self.outcome is not None
        ended = self.outcome
        self.status, self.stage, self.repeat, self.reopened_at = Status.OPEN, Stage.WORKING, self.repeat + 1, at
        self.closed_at = self.outcome = self.outcome_proof = self.located_at = self.location_proof = self.met_at = None
        self.rated_as = ""  # how long nobody has known where the child is counts from now
        if kind is not None:
            self.kind, self.category = kind, category
        return ended

    def propose(self) -> None:
        """Somebody says how it may end. Raises `CaseNotOpen`, `ClosureIsProposed`."""
        self.must_be_open()
        if self.stage is Stage.CLOSURE_PROPOSED:
            raise ClosureIsProposed(f"a closure of case {self.id} is proposed already")
        self.stage = Stage.CLOSURE_PROPOSED

    def take_back_proposal(self) -> None:
        """It does not end so: it is worked on, or on review, as before."""
        if self.stage is Stage.CLOSURE_PROPOSED:
            self.stage = Stage.WORKING if self.dormant_as is None else Stage.DORMANT

    def sleep(self, outcome: Outcome, at: datetime) -> None:
        """Not closed, but on review. Raises `CaseNotOpen`."""
        self.must_be_open()
        self.stage, self.dormant_as, self.dormant_at, self.reviews = Stage.DORMANT, outcome, at, 0

    def wake(self) -> None:
        """Worked on again. Raises `CaseNotOpen`, `NotDormant`, `ClosureIsProposed`."""
        self.must_be_open()
        if self.dormant_as is None:
            raise NotDormant(f"case {self.id} is not on review")
        if self.stage is Stage.CLOSURE_PROPOSED:
            raise ClosureIsProposed(f"a closure of case {self.id} is proposed")
        self.stage, self.dormant_as, self.dormant_at, self.reviews = Stage.WORKING, None, None, 0

    def wait_for(self, other: UUID) -> None:
        """Its child's record was absorbed by one that has an open case. Raises `CaseNotOpen`."""
        self.must_be_open()
        self.status, self.waits_for = Status.JOINED, other

    def come_back(self) -> None:
        """Its child's record stands by itself again. Raises `CaseNotOpen` unless it waited."""
        if self.status is not Status.JOINED:
            raise CaseNotOpen(f"case {self.id} does not wait")
        self.status, self.waits_for = Status.OPEN, None

    def must_be_open(self) -> None:
        """Raises `CaseNotOpen`."""
        if self.status is not Status.OPEN:
            raise CaseNotOpen(f"case {self.id} is {self.status}")
