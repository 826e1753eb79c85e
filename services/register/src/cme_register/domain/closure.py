"""When a case may close: what must be shown, done and considered first, and who agrees (policy 7, 8, 9)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from cme_register.domain.case import Case
from cme_register.domain.codes import Outcome, Proof, SignOff
from cme_register.domain.errors import RegisterError
from cme_register.domain.outcomes import OutcomeRule


class Unmet(StrEnum):
    """What is missing for a case to end as somebody proposes."""

    CHILD_NOT_LOCATED = "child_not_located"
    PROOF_DOES_NOT_FIT = "proof_does_not_fit"
    EVIDENCE_MISSING = "evidence_missing"
    CHECKS_OPEN = "checks_open"
    SIBLING_NOT_CONSIDERED = "sibling_not_considered"
    SAFEGUARDING_NOT_CONSIDERED = "safeguarding_not_considered"
    BELIEVED_IS_NOT_ENOUGH = "believed_is_not_enough"
    """There is a red marker, and nobody knows that the child is safe."""


@dataclass(frozen=True, slots=True)
class Missing:
    """One condition that is not met, and what it is about: checks by their codes, brothers and sisters by their ids."""

    what: Unmet
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What has been done on a case, as far as its closure depends on it."""

    open_checks: tuple[str, ...] = ()
    """Codes of the mandatory checks neither answered as often as they must be, nor waived."""
    open_siblings: tuple[UUID, ...] = ()
    """Brothers and sisters whom nobody has considered."""
    red_marker: bool = False
    """The rules of risk, or a person, name something about the child that may mean harm; not only that time has passed."""
    safeguarding: bool = False
    """Considered since the case was opened, or opened again."""


class ClosureNotReady(RegisterError):
    """The case cannot end like that yet: every condition that is not met is named."""

    code = "closure-not-ready"

    def __init__(self, missing: tuple[Missing, ...]) -> None:
        super().__init__(", ".join(one.what for one in missing))
        self.missing = missing


class NoClosureProposed(RegisterError):
    """There is nothing to agree to or refuse."""

    code = "no-closure-proposed"


class NotYoursToAgree(RegisterError):
    """It waits for somebody else's agreement: of another role, or of another person than who proposed or agreed before."""

    code = "not-yours-to-agree"


def missing(case: Case, rule: OutcomeRule, proof: Proof, evidence: str | None, done: Done) -> tuple[Missing, ...]:
    """Every condition that is not met, in the order in which people go through them."""
    return tuple(_missing(case, rule, proof, evidence, done))


def _missing(case: Case, rule: OutcomeRule, proof: Proof, evidence: str | None, done: Done) -> Iterator[Missing]:
    if rule.needs_located and case.located_at is None:
        yield Missing(Unmet.CHILD_NOT_LOCATED)
    if proof not in rule.proofs:
        yield Missing(Unmet.PROOF_DOES_NOT_FIT)
    if rule.needs_evidence and not evidence:
        yield Missing(Unmet.EVIDENCE_MISSING)
    if rule.needs_checks and done.open_checks:
        yield Missing(Unmet.CHECKS_OPEN, done.open_checks)
    if done.open_siblings:
        yield Missing(Unmet.SIBLING_NOT_CONSIDERED, tuple(map(str, done.open_siblings)))
    if not done.safeguarding:
        yield Missing(Unmet.SAFEGUARDING_NOT_CONSIDERED)
    if rule.believed and done.red_marker:
        yield Missing(Unmet.BELIEVED_IS_NOT_ENOUGH)


@dataclass(slots=True, kw_only=True)
class Closure:
    """One proposal of how a case ends."""

    id: UUID
    case_id: UUID
    repeat: int
    """How often the case had been reopened before."""
    outcome: Outcome
    proof: Proof
    evidence: str | None = None
    """Where the proof is kept; free text, which stays in the register."""
    needs: tuple[SignOff, ...]
    proposed_by: UUID
    proposed_at: datetime
    signed: Mapping[SignOff, UUID] = field(default_factory=dict)

    @property
    def awaits(self) -> tuple[SignOff, ...]:
        """Whose agreement is still missing."""
        return tuple(one for one in self.needs if one not in self.signed)

    @property
    def agreed_by(self) -> tuple[UUID, ...]:
        """The officers who agreed, in the order asked for."""
        return tuple(self.signed[one] for one in self.needs if one in self.signed)

    def sign(self, by: UUID, may: Collection[SignOff]) -> SignOff:
        """Somebody agrees, as the first of those still missing that they may be. Returns which.

        Raises `NotYoursToAgree`: who proposed it, or agreed before, is no second person.
        """
        fits = [one for one in self.awaits if one in may]
        if not fits or by == self.proposed_by or by in self.signed.values():
            raise NotYoursToAgree(f"closure {self.id} waits for {', '.join(self.awaits)}")
        self.signed = {**self.signed, fits[0]: by}
        return fits[0]
