"""A deletion that a rule holds back leaves the child on the roll until it is answered (policy 5.2.6, 5.3.3)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from cme_calendars import end_of_day, local_date
from cme_contracts.codes_intake import ChallengeState
from cme_contracts.referrals import SubmissionChallenged
from cme_register.application.chasing import chase, chase_no_more
from cme_register.application.clocks import occurred
from cme_register.application.deletion_teams import Returned, hand_over_challenged, hand_over_returns
from cme_register.application.ports import Child, Kept, Transaction
from cme_register.application.rating import rate
from cme_register.application.rules import NewId, Rules
from cme_register.application.school_age import take_outside
from cme_register.application.settling import settle
from cme_register.application.status import note_returns, take_back
from cme_register.application.telling import Said, tell
from cme_register.application.triaging import Arrival, category_changed
from cme_register.application.waiting import everything_in
from cme_register.domain.case import Case
from cme_register.domain.codes import Category, Kind, SubmissionKind
from cme_register.domain.occurrences import BECAME
from cme_register.domain.triage import triage
from cme_timers import Wanted

WATCH = "deletion.watch"
"""The kind of timer; each is about one deletion return."""


async def take_returns(
    tx: Transaction, kept: Sequence[Kept], known: Collection[UUID], rules: Rules, *, at: datetime
) -> set[UUID]:
    """Of a school's returns about one child the latest counts; one that is held and belongs to no case is watched.

    `known`: those of them about a child who was known before. Returns which earlier ones count no more.
    """
    latest = [one.submission.id for one in kept if one.submission.id in known]
    gone = await tx.submissions.supersede_by(latest, at) if latest else set()
    for submission_id in sorted(gone):
        await tx.timers.cancel(submission_id, WATCH)
    await tx.timers.set_timers([
        _watch(one, rules, one.submission.received_at)
        for one in kept
        if one.submission.held_by and one.case_id is None and one.submission.id not in gone
    ])  # fmt: skip
    return gone


async def watch(tx: Transaction, kept: Sequence[Kept], rules: Rules, *, at: datetime) -> None:
    """Watch those that are held from now on: they belong to no case any more."""
    held = [one for one in kept if one.submission.held_by and not one.superseded]
    await tx.timers.set_timers([_watch(one, rules, at) for one in held])


async def note_rule(tx: Transaction, event: SubmissionChallenged, rules: Rules, *, at: datetime, new_id: NewId) -> None:
    """A rule holds a deletion back from now on, or does not any more."""
    found = await _locked(tx, event.submission_id)
    if found is None or event.still_on_roll is None or found[0].submission.kind is not SubmissionKind.DELETION:
        return  # nothing that the register has, or said by an intake that did not know of holding back
    kept, child = found
    if event.still_on_roll and event.state is ChallengeState.CHALLENGED and not kept.superseded:
        await hand_over_challenged(tx, Returned(kept, child.id), event.rule, rules, at=at, new_id=new_id)
    before = set(kept.submission.held_by)
    held = before | {event.rule} if event.still_on_roll else before - {event.rule}
    if held == before:
        return
    await tx.submissions.hold(kept.submission.id, held)
    if kept.superseded:
        return
    if held and not before:
        await take_back(tx, kept.submission.first_id, at=at)
        await chase_no_more(tx, [kept.submission.id], rules, at=at, new_id=new_id)
        await _keep_on_roll(tx, kept, child, rules, at=at, new_id=new_id)
    elif before and not held:
        await tx.timers.cancel(kept.submission.id, WATCH)
        free = replace(kept, submission=replace(kept.submission, held_by=()))
        await _settle_again(tx, free, child, rules, at, new_id)
        await note_returns(tx, [await tx.submissions.find(free.submission.id) or free], at=at)
        await hand_over_returns(tx, [Returned(free, child.id)], rules, at=at, new_id=new_id)


async def forget_chain(tx: Transaction, first_id: UUID, rules: Rules, *, at: datetime, new_id: NewId) -> None:
    """Its sender took it back: nothing is held, and nothing waits for an answer. Opens and closes no case."""
    records, _ = await tx.submissions.chains([first_id])
    await tx.children.lock(set(records.values()))
    gone = await tx.submissions.supersede_chain(first_id, at)
    for submission_id in sorted(gone):
        await tx.timers.cancel(submission_id, WATCH)
    await chase_no_more(tx, gone, rules, at=at, new_id=new_id)
    await tx.age_watches.end_chain(first_id, at)
    await take_back(tx, first_id, at=at)


async def look_again(tx: Transaction, submission_id: UUID, rules: Rules, *, at: datetime, new_id: NewId) -> None:
    """Nobody has answered while it was watched: an on-roll enquiry, so that it is somebody's."""
    found = await _locked(tx, submission_id)
    if found is None or found[0].superseded or not found[0].submission.held_by:
        return
    kept, child = found
    if await _open_case(tx, child):
        return  # somebody has the child already
    await tx.submissions.note_watch_over(submission_id, at)
    await _settle_again(
        tx, replace(kept, submission=replace(kept.submission, watch_over=True)), child, rules, at, new_id
    )


async def _keep_on_roll(
    tx: Transaction, kept: Kept, child: Child, rules: Rules, *, at: datetime, new_id: NewId
) -> None:
    """A case that this return alone has opened becomes an enquiry about a child on the roll."""
    case = await _open_case(tx, child)
    if case is None:
        await tx.timers.set_timers([_watch(kept, rules, at)])
    elif case.id == kept.case_id and case.category is Category.MISSING and case.located_at is None:
        chains = {one.submission.first_id for one in await everything_in(tx, case)}
        if chains == {kept.submission.first_id}:
            await _move(tx, case, Kind.ON_ROLL_ENQUIRY, None, rules, at, new_id)


async def _settle_again(tx: Transaction, kept: Kept, child: Child, rules: Rules, at: datetime, new_id: NewId) -> None:
    """What the return does now. A case that it opens counts from now: before, the child was on the roll."""
    case = await _open_case(tx, child)
    arrival = Arrival(replace(kept.submission, received_at=at), kept.record_id, child.id)
    if case is not None and case.id == kept.case_id:
        decided = triage(kept.submission, case)
        if decided.kind is not None:
            await _move(tx, case, decided.kind, decided.category, rules, at, new_id)
        await tell(tx, await chase(tx, [(arrival, case)], rules, at=at, new_id=new_id))
        return
    settled = await settle(tx, [arrival], rules, at=at, new_id=new_id)
    belongs_to = {id_: case_id for id_, case_id in settled.cases.items() if case_id is not None}
    await tx.submissions.assign(belongs_to)
    await tell(tx, settled.said)
    await take_outside(tx, settled.outside, rules, at=at, new_id=new_id)


async def _move(
    tx: Transaction, case: Case, kind: Kind, category: Category | None, rules: Rules, at: datetime, new_id: NewId
) -> None:
    before = case.kind, case.category
    case.move_to(kind, category)
    clocks = await occurred(tx, case, BECAME[kind, category], rules, at=at, new_id=new_id)
    rated = await rate(tx, [case], rules, at=at)
    await tx.cases.save([case])
    await tell(tx, [Said(category_changed(case, before, None, at), at), *clocks, *rated])


async def _open_case(tx: Transaction, child: Child) -> Case | None:
    return (await tx.cases.open_of([child.id])).get(child.id)


async def _locked(tx: Transaction, submission_id: UUID) -> tuple[Kept, Child] | None:
    """The return as it is once nobody else can change it, and its child."""
    known = await tx.submissions.find(submission_id)
    if known is None:
        return None
    child = (await tx.children.lock([known.record_id]))[known.record_id]
    kept = await tx.submissions.find(submission_id)
    return (kept, child) if kept else None


def _watch(kept: Kept, rules: Rules, at: datetime) -> Wanted:
    """The instant at which the watch is over: the end of its last working day."""
    day = local_date(at)
    return Wanted(WATCH, kept.submission.id, end_of_day(rules.days.add_working_days(day, rules.watch_days(day))))
