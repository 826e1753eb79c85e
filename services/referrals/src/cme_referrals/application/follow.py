"""Whoever sent something sees how far it has come, from what the register and notifications say (policy 7)."""

from __future__ import annotations

from collections.abc import Sequence

from cme_contracts.notifications import ReferrerInformed
from cme_contracts.register import CaseClosed, CaseOpened, DuplicateLinked, LeadOfficerAssigned
from cme_contracts.register_cases import CaseBecameDormant, CaseLeftToTeam, CaseReopened, CaseWoken
from cme_contracts.register_clocks import ClockRecomputed, ClockStarted
from cme_contracts.register_matching import RecordsJoined, RecordsSeparated, SubmissionMatched
from cme_contracts.register_recorded import HandedOver
from cme_referrals.application.ports import Follows

INITIAL_INVESTIGATION = "INIT-10"
"""The clock whose due date is shown: the Lead Officer's ten working days (policy 7.2)."""


async def note_matched(tx: Follows, facts: Sequence[SubmissionMatched]) -> None:
    """The register has said which child a chain is about."""
    for fact in facts:
        await tx.identity.place(fact.first_submission_id, fact.child_id, at=fact.matched_at)


async def note_known(tx: Follows, facts: Sequence[SubmissionMatched]) -> None:
    """The submission is with the register: where it opens no case, that is as far as it goes."""
    await tx.following.matched([(fact.submission_id, fact.matched_at) for fact in facts])


async def note_handed_over(tx: Follows, facts: Sequence[HandedOver]) -> None:
    """Another team of the council has it."""
    await tx.following.handed_over([(fact.first_submission_id, fact.team, fact.handed_over_at) for fact in facts])


async def note_opened(tx: Follows, facts: Sequence[CaseOpened]) -> None:
    """The submission put a child on the register."""
    await tx.following.on_register([(fact.submission_id, fact.case_id, fact.opened_at) for fact in facts])


async def note_linked(tx: Follows, facts: Sequence[DuplicateLinked]) -> None:
    """The submission joined a case that was open already."""
    await tx.following.on_register([(fact.submission_id, fact.case_id, fact.linked_at) for fact in facts])


async def note_assigned(tx: Follows, facts: Sequence[LeadOfficerAssigned]) -> None:
    """A Lead Officer investigates."""
    await tx.following.assigned([(fact.case_id, fact.assigned_at) for fact in facts])


async def note_clock(tx: Follows, facts: Sequence[ClockStarted | ClockRecomputed]) -> None:
    """The investigation has a due date, or another than before."""
    await tx.following.due([(fact.case_id, fact.due_on) for fact in facts if fact.clock == INITIAL_INVESTIGATION])


async def note_closed(tx: Follows, facts: Sequence[CaseClosed]) -> None:
    """The case has an outcome. Who may read which part of it is decided when it is read."""
    await tx.following.closed([(fact.case_id, fact.closed_at, fact.outcome, fact.repeat) for fact in facts])


async def note_reopened(tx: Follows, facts: Sequence[CaseReopened]) -> None:
    """The case is open again: its end is none, and its new clocks say when it is due."""
    await tx.following.reopened([(fact.case_id, fact.reopened_at, fact.repeat) for fact in facts])


async def note_dormant(tx: Follows, facts: Sequence[CaseBecameDormant]) -> None:
    """The child was not found and is still looked for. What is believed of where they are stays in the register."""
    await tx.following.on_review([(fact.case_id, fact.dormant_at) for fact in facts])


async def note_woken(tx: Follows, facts: Sequence[CaseWoken]) -> None:
    """The case is worked on again."""
    await tx.following.woken([(fact.case_id, fact.woken_at) for fact in facts])


async def note_left_to_team(tx: Follows, facts: Sequence[CaseLeftToTeam]) -> None:
    """No Lead Officer has the case: whoever asks is to ask for the team."""
    await tx.following.left_to_team([(fact.case_id, fact.left_at) for fact in facts])


async def note_informed(tx: Follows, facts: Sequence[ReferrerInformed]) -> None:
    """The referrer has been told."""
    await tx.following.informed([(fact.submission_id, fact.informed_at) for fact in facts])


async def note_joined(tx: Follows, fact: RecordsJoined) -> None:
    """Two records are one child: what is kept for either is the surviving one's."""
    await tx.identity.join(fact.absorbed_child_id, fact.child_id, at=fact.joined_at)


async def note_separated(tx: Follows, fact: RecordsSeparated) -> None:
    """They were not: exactly what is named goes back, and no sender goes on seeing the other child's case (policy 10).

    `CaseOpened` and `DuplicateLinked` say what a chain belongs to instead, before or after this; it may be nothing.
    """
    subjects = [*fact.submission_ids, *fact.recorded_ids]
    await tx.identity.separate(fact.child_id, fact.restored_child_id, subjects, at=fact.separated_at)
    await tx.following.separated(fact.submission_ids, fact.case_ids)
