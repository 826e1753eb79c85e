"""What the register says of a case. Each fact may be the first that is heard of it (see `CaseFile`)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cme_safeguarding.application.consider import Prompt, consider
from cme_safeguarding.application.markers import say
from cme_safeguarding.application.ports import File, Practice, Transaction
from cme_safeguarding.domain.case_file import CaseFile, last_closing
from cme_safeguarding.domain.factors import DEADLINE_BREACHED
from cme_safeguarding.domain.markers import SUBMISSION


async def open_case(
    tx: Transaction,
    practice: Practice,
    prompt: Prompt,
    *,
    case_id: UUID,
    child_id: UUID,
    submission_id: UUID,
    kind: str,
    category: str | None,
    factors: frozenset[str],
    opened_at: datetime,
    now: datetime,
) -> None:
    """A child is on the register: always considered, whatever is known (policy 5.1, 9)."""
    decided_at = (
        await tx.submissions.matched_at(submission_id) or opened_at
    )  # a case is placed when it is decided, not received
    file = await _file(tx, case_id, child_id, decided_at, again=True)
    case = await tx.cases.get(case_id)
    case.begin(kind, category, opened_at)
    await _keep(tx, case, opened_at)
    brought = await _say(tx, practice, submission_id, factors, opened_at)
    await tx.chronology.note(
        case_id, opened_at, "case_opened", case_id=case_id, kind=kind, category=category, factors=sorted(factors)
    )
    await consider(
        tx,
        practice,
        prompt,
        file,
        brought=brought | case.factors,
        source_id=submission_id,
        opens=True,
        case_id=case_id,
        now=now,
    )


async def link_duplicate(
    tx: Transaction,
    practice: Practice,
    prompt: Prompt,
    *,
    case_id: UUID,
    child_id: UUID,
    submission_id: UUID,
    factors: frozenset[str],
    linked_at: datetime,
    now: datetime,
) -> None:
    """Another submission about the child: considered where it says what no other submission has said in this matter."""
    file = await _file(tx, case_id, child_id, linked_at)
    await tx.cases.save(await tx.cases.get(case_id))
    ended = last_closing(await tx.cases.of(file.subjects))
    news = factors - await tx.factors.said(file.subjects, but_not_by=submission_id, since=ended)
    brought = await _say(tx, practice, submission_id, factors, linked_at)
    await tx.chronology.note(
        case_id, linked_at, "duplicate_linked", submission_id=submission_id, factors=sorted(factors)
    )
    if news:
        await consider(
            tx, practice, prompt, file, brought=brought, news=news, source_id=submission_id, case_id=case_id, now=now
        )


async def change_category(
    tx: Transaction,
    practice: Practice,
    prompt: Prompt,
    *,
    case_id: UUID,
    child_id: UUID,
    kind: str,
    category: str | None,
    changed_at: datetime,
    now: datetime,
) -> None:
    """The case has moved between the policy's categories: considered where the child has become missing."""
    file = await _file(tx, case_id, child_id, changed_at)
    case = await tx.cases.get(case_id)
    became_missing = case.categorise(kind, category, changed_at)
    await _keep(tx, case, changed_at)
    await tx.chronology.note(case_id, changed_at, "category_changed", case_id=case_id, kind=kind, category=category)
    if became_missing:
        await consider(tx, practice, prompt, file, brought=case.factors, case_id=case_id, now=now)


async def note_breach(
    tx: Transaction,
    practice: Practice,
    prompt: Prompt,
    *,
    case_id: UUID,
    child_id: UUID,
    clock: str,
    about: UUID | None,
    breached_at: datetime,
    now: datetime,
) -> None:
    """A deadline has passed: before safeguarding, unless the case is closed. It escalates nothing by itself.

    One that is `about` something of the case only (a check that a body has not answered) says nothing of the child.
    """
    file = await _file(tx, case_id, child_id, breached_at)
    case = await tx.cases.get(case_id)
    if about is not None:
        await tx.chronology.note(case_id, breached_at, "deadline_breached", case_id=case_id, clock=clock)
        return
    case.breached_at = case.breached_at or breached_at
    await tx.cases.save(case)
    await tx.chronology.note(case_id, breached_at, "deadline_breached", case_id=case_id, clock=clock)
    if case.open:
        await consider(tx, practice, prompt, file, brought=frozenset({DEADLINE_BREACHED}), case_id=case_id, now=now)


async def note_officer(tx: Transaction, *, case_id: UUID, child_id: UUID, officer_id: UUID, at: datetime) -> None:
    """The case has an owner: shown beside what waits for a decision."""
    await _file(tx, case_id, child_id, at)
    case = await tx.cases.get(case_id)
    case.assign(officer_id, at)
    await tx.cases.save(case)
    await tx.chronology.note(case_id, at, "lead_officer_assigned", case_id=case_id, officer_id=officer_id)


async def note_located(tx: Transaction, *, case_id: UUID, child_id: UUID, proof: str, at: datetime) -> None:
    """The child is found: where they are is no longer unknown. What waits for a person still waits."""
    await _file(tx, case_id, child_id, at)
    case = await tx.cases.get(case_id)
    case.located_at = at
    await _keep(tx, case, at)
    await tx.chronology.note(case_id, at, "child_located", case_id=case_id, proof=proof)


async def note_ceased(tx: Transaction, *, case_id: UUID, child_id: UUID, team: str | None, at: datetime) -> None:
    """The child is over compulsory school age: the case ends, what safeguarding has in hand does not. It goes to whoever has them now.

    Escalations stay open, and silence goes on being raised; the chronology says with whom each is to be followed up.
    """
    file = await _file(tx, case_id, child_id, at)
    await tx.chronology.note(case_id, at, "school_age_ceased", case_id=case_id, team=team)
    for escalation in await tx.escalations.of(file.subjects):
        if escalation.matter_ended_at is None:
            await tx.chronology.note(
                escalation.subject, at, "goes_on_after_school_age", escalation_id=escalation.id, team=team
            )


async def reopen_case(
    tx: Transaction,
    practice: Practice,
    prompt: Prompt,
    *,
    case_id: UUID,
    child_id: UUID,
    repeat: int,
    kind: str | None,
    category: str | None,
    reopened_at: datetime,
    now: datetime,
) -> None:
    """The case is not over: always considered, as if it were opened."""
    file = await _file(tx, case_id, child_id, reopened_at)
    case = await tx.cases.get(case_id)
    case.reopen(repeat, reopened_at)
    if kind is not None:
        case.categorise(kind, category, reopened_at)
    if case.closed_at is not None:
        await tx.episodes.resume(case_id, case.closed_at)
    await _keep(tx, case, reopened_at)
    await tx.chronology.note(case_id, reopened_at, "case_reopened", case_id=case_id, kind=kind, category=category)
    await consider(tx, practice, prompt, file, brought=case.factors, opens=True, case_id=case_id, now=now)


async def close_case(
    tx: Transaction, *, case_id: UUID, child_id: UUID, outcome: str, repeat: int, at: datetime
) -> None:
    """The matter has ended: what is said of the child later alerts and acts afresh. Silence goes on being raised."""
    file = await _file(tx, case_id, child_id, at)
    case = await tx.cases.get(case_id)
    case.close(repeat, at)
    await _keep(tx, case, at)
    await tx.chronology.note(case_id, at, "case_closed", case_id=case_id, outcome=outcome)
    if any(other.open for other in await tx.cases.of(file.subjects)):
        return
    await tx.concerns.settle(file.subjects, at)
    for escalation in await tx.escalations.of(file.subjects):
        if escalation.matter_ended_at is None:
            escalation.matter_ended_at = at
            await tx.escalations.save(escalation)


async def _keep(tx: Transaction, case: CaseFile, at: datetime) -> None:
    """Write the case down; and since when the child is missing by it, or is not any more."""
    await tx.cases.save(case)
    await tx.episodes.follow(case.id, missing=case.missing, at=at)


async def _say(
    tx: Transaction, practice: Practice, submission_id: UUID, factors: frozenset[str], at: datetime
) -> frozenset[str]:
    chain = await tx.submissions.chain(submission_id)
    return await say(tx, practice, source_id=submission_id, subject=chain, factors=factors, source=SUBMISSION, at=at)


async def _file(tx: Transaction, case_id: UUID, child_id: UUID, at: datetime, *, again: bool = False) -> File:
    """Lock the child's file; whose the case is was said by its opening, or by the first fact that is heard of it."""
    await tx.files.lock(child_id)
    if again or await tx.files.child_of(case_id) is None:
        await tx.files.place(case_id, child_id, at)
    return await tx.files.open(case_id)
