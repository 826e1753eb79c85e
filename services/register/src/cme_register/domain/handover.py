"""What is another team's work: who gets it, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cme_register.domain.codes import SubmissionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One thing that somebody sent, for one team of the council. A correction of it is the same thing."""

    id: UUID
    record_id: UUID
    """The record that the submission fitted."""
    submission_id: UUID
    first_submission_id: UUID
    reference: str
    team: str
    """A code of `cme_contracts.codes.Team`; the council's file has its mailbox."""
    reason: str
    source: str
    """The law or clause it follows from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverRule:
    """Whose work a kind of submission is, from a day on."""

    kind: SubmissionKind
    team: str | None
    """None: from then on it is no other team's."""
    valid_from: date
    source: str


class HandOverTable:
    """The rules, each with the day it holds from."""

    def __init__(self, rules: Iterable[HandOverRule]) -> None:
        self._rules = sorted(rules, key=lambda rule: rule.valid_from, reverse=True)

    def team_of(self, kind: SubmissionKind, on: date) -> HandOverRule | None:
        """The rule for what is received on a day. None: it is nobody else's work."""
        rule = next((rule for rule in self._rules if rule.kind is kind and rule.valid_from <= on), None)
        return rule if rule and rule.team else None
