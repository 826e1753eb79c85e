"""A school that has deleted a pupil owes others the child's file: it is chased until it says that it has sent it (policy 5.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from cme_bus.meta import Meta
from cme_calendars import local_date
from cme_register.application.clocks import occurred, started, still_to_come
from cme_register.application.ports import Transaction
from cme_register.application.rules import NewId, Rules
from cme_register.application.telling import Said, tell
from cme_register.application.triaging import Arrival
from cme_register.domain.case import Case
from cme_register.domain.clock_table import ClockDefinition
from cme_register.domain.clocks import Beginning, Clock, start_clock
from cme_register.domain.codes import SubmissionKind
from cme_register.domain.counting import Unit, first_moment
from cme_register.domain.occurrences import Occurrence, circumstances
from cme_register.domain.submission import Submission
from cme_register.domain.triage import is_lost

SAID_BY: Mapping[SubmissionKind, Occurrence] = {
    SubmissionKind.LOST_PUPIL: Occurrence.LOST_PUPIL_RECORDED,
    SubmissionKind.TRANSFER_FILE: Occurrence.TRANSFER_FILE_SENT,
}
OWED: Mapping[Occurrence, SubmissionKind] = {
    Occurrence.DELETED_DESTINATION_UNKNOWN: SubmissionKind.LOST_PUPIL,
    Occurrence.DELETED_FROM_ROLL: SubmissionKind.TRANSFER_FILE,
}
"""What a deletion is to the table of clocks, and what the school is to send for it."""

type Sent = Mapping[tuple[UUID, str | None, SubmissionKind], datetime]
"""When a school last sent something of a kind about a child."""


async def chase(
    tx: Transaction, decided: Sequence[tuple[Arrival, Case]], rules: Rules, *, at: datetime, new_id: NewId
) -> list[Said]:
    """Start the clocks of deletions that belong to cases, each about its return; what the school has sent already it does not owe.

    Nothing is owed for a child who has died, nor while a rule holds the deletion back. The children are locked.
    """
    deleted = [(one, case) for one, case in decided if _is_deletion(one.submission)]
    if not deleted:
        return []
    sent = await tx.submissions.sent_by_schools({one.child_id for one, _ in deleted}, SAID_BY)
    days = await tx.calendars.days_of_all({_school(one.submission) for one, _ in deleted})
    fresh: list[tuple[Clock, Case, Meta | None]] = []
    for arrival, case in deleted:
        one = arrival.submission
        calendars = rules.counting(days[_school(one)])
        for definition, day in _asked_for(arrival, case, sent, rules):
            counted = (one.school_urn, one.school_la) if definition.length.unit is Unit.SCHOOL_DAYS else (None, None)
            begins = Beginning(day, one.received_at, one.id, *counted)
            clock = start_clock(definition, begins, calendars, clock_id=new_id(), case_id=case.id)
            fresh.append((clock, case, arrival.cause))
    await tx.clocks.add([clock for clock, _, _ in fresh])
    await tx.timers.set_timers([timer for clock, _, cause in fresh for timer in still_to_come(clock, rules, cause)])
    return [Said(started(clock, case).event, at, cause) for clock, case, cause in fresh]


def _asked_for(arrival: Arrival, case: Case, sent: Sent, rules: Rules) -> Iterator[tuple[ClockDefinition, date]]:
    """The clocks of what this school owes for the deletion, each with its day nought.

    The file is due from the deletion on; the upload is asked for from when the council learns of it.
    """
    one = arrival.submission
    received = local_date(one.received_at)
    since = one.effective_on or received
    for what, owed in OWED.items():
        last = sent.get((arrival.child_id, one.school_urn, owed))
        lost_pupil = owed is SubmissionKind.LOST_PUPIL
        if (last is None or last < first_moment(since)) and (is_lost(one) or not lost_pupil):
            day = received if lost_pupil else since
            yield from ((definition, day) for definition in rules.clocks.started_by(what, day, circumstances(case)))


async def hear_of_uploads(
    tx: Transaction, arrivals: Sequence[Arrival], rules: Rules, *, at: datetime, new_id: NewId
) -> None:
    """A school says that it has sent what it owed: on the day it did, however late it says so. The children are locked."""
    told = [one for one in arrivals if one.submission.kind in SAID_BY]
    if not told:
        return
    cases = await tx.cases.open_of({one.child_id for one in told})
    for one in told:
        if case := cases.get(one.child_id):
            for deletion_id in await _waiting(tx, case, one.submission, rules):
                said = await occurred(
                    tx, case, SAID_BY[one.submission.kind], rules, at=_sent_at(one.submission), about=deletion_id,
                    heard_at=at, new_id=new_id,
                )  # fmt: skip
                await tx.cases.save([case])
                await tell(tx, [replace(each, cause=one.cause) for each in said])


async def chase_no_more(
    tx: Transaction,
    submission_ids: Collection[UUID],
    rules: Rules,
    *,
    at: datetime,
    new_id: NewId,
    causes: Mapping[UUID, Meta | None] | None = None,
) -> None:
    """Nothing is owed for deletions that were taken back, are held back, or for which another return stands.

    `causes`: by child, what brought it about, where that is not plain. Lock the children first.
    """
    for submission_id in sorted(submission_ids):
        kept = await tx.submissions.find(submission_id)
        if kept is None or kept.case_id is None:
            continue
        case = await tx.cases.lock(kept.case_id)
        said = await occurred(
            tx, case, Occurrence.DELETION_COUNTS_NO_MORE, rules, at=at, about=submission_id, new_id=new_id
        )
        await tx.cases.save([case])
        cause = (causes or {}).get(case.child_id)
        await tell(tx, [replace(one, cause=cause) for one in said])


def _school(sent: Submission) -> tuple[str, str]:
    return sent.school_urn or "", sent.school_la or ""


def _is_deletion(sent: Submission) -> bool:
    return sent.kind is SubmissionKind.DELETION and sent.is_return and not sent.held_by


async def _waiting(tx: Transaction, case: Case, sent: Submission, rules: Rules) -> list[UUID]:
    """The deletions of this school for which the case waits for this."""
    what = SAID_BY[sent.kind]
    asked = {
        clock.about
        for clock in await tx.clocks.running(case.id)
        if clock.about and what in rules.clocks(clock.code, clock.starts_on).satisfied_by
    }
    kept = [await tx.submissions.find(one) for one in sorted(asked)]
    return [one.submission.id for one in kept if one and one.submission.school_urn == sent.school_urn]


def _sent_at(sent: Submission) -> datetime:
    day = sent.facts.get("uploaded_on") or sent.facts.get("sent_on")
    done_on = date.fromisoformat(str(day)) if day else local_date(sent.received_at)
    return first_moment(done_on) if done_on < local_date(sent.received_at) else sent.received_at
