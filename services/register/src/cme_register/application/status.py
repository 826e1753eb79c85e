"""A child's status in law follows from what is told of them, and nothing has to remember to change it (policy 3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from cme_bus.meta import Meta
from cme_calendars import local_date
from cme_contracts.codes_status import LegalStatus as Code
from cme_contracts.register import CaseClosed, CaseOpened, CategoryChanged
from cme_contracts.register_cases import CaseReopened
from cme_contracts.register_matching import RecordsJoined, RecordsSeparated, SubmissionMatched
from cme_contracts.register_status import StatusChanged
from cme_register.application.ports import Entry, Kept, Transaction
from cme_register.application.ports_status import OpeningFacts
from cme_register.application.said import Said
from cme_register.domain.codes import SubmissionKind
from cme_register.domain.counting import first_moment
from cme_register.domain.status import AFTER_GROUND, AFTER_OUTCOME, LegalStatus, Line, Stretch, Told, status_of
from cme_register.domain.submission import Submission
from cme_timers import Wanted

TURN = "status.turns"
"""The kind of timer for a day on which what was said of a record begins to hold; each is about one record."""
BY_AGE = "age"
"""Because of what a status is that nobody said, but the birth date makes."""

type AboutCase = CaseOpened | CategoryChanged | CaseClosed | CaseReopened


async def follow(tx: Transaction, said: Sequence[Said]) -> None:
    """Whatever opens, changes or closes a case, or was received of a pupil, may change what the child is in law.

    Called with all that is told, and after it: so no use case can forget it. The children are locked.
    """
    events = [one.event for one in said]
    matched = [one for one in events if isinstance(one, SubmissionMatched)]
    about = [one for one in events if isinstance(one, CaseOpened | CategoryChanged | CaseClosed | CaseReopened)]
    apart = [one for one in events if isinstance(one, RecordsJoined | RecordsSeparated)]
    if not (matched or about or apart):
        return
    at = max(one.at for one in said)
    causes = {one.event.key: one.cause for one in said if one.cause}
    latest = {one.first_submission_id: one.submission_id for one in matched}
    corrected = [first for first, last in latest.items() if first != last]
    records = await tx.statuses.void(corrected, at, but=[*latest.values()]) if corrected else set()
    speaking = await tx.statuses.speaking([*latest.values()]) if latest else []
    lines = [*_of_submissions(speaking), *await _of_cases(tx, about)]
    children = {one.child_id for one in apart}
    children |= {one.restored_child_id for one in apart if isinstance(one, RecordsSeparated)}
    await _say(tx, lines, at, records=records, children=children, causes=causes)


async def say(
    tx: Transaction, lines: Sequence[Line], *, at: datetime, causes: Mapping[str, Meta] | None = None
) -> None:
    """Something was said that is told in no event of its own. Lock the children first."""
    await _say(tx, lines, at, causes=causes)


async def note_returns(tx: Transaction, kept: Sequence[Kept], *, at: datetime) -> None:
    """These deletions are held back no longer: what they say of the child holds. Lock the children first."""
    await _say(tx, [*_of_submissions(kept)], at)


async def take_back(tx: Transaction, first_id: UUID, *, at: datetime) -> None:
    """What a chain said of a child does not hold: it was taken back, or a rule holds it back. Lock the child first."""
    await _say(tx, [], at, records=await tx.statuses.void([first_id], at))


async def turn(tx: Transaction, record_id: UUID, *, at: datetime) -> None:
    """A day has come from which something holds that was known before."""
    child = (await tx.children.lock([record_id]))[record_id]
    await restate(tx, [child.id], at=at)


async def restate(
    tx: Transaction, child_ids: Collection[UUID], *, at: datetime, causes: Mapping[str, Meta] | None = None
) -> None:
    """Say of each child what they are in law now, if it is not what was said last. Lock the children first."""
    day = local_date(at)
    standings = await tx.statuses.standings(child_ids)
    told = await tx.statuses.told(child_ids)
    lines: list[Entry] = []
    changed: dict[UUID, Told] = {}
    for child_id, standing in sorted(standings.items()):
        before = told.get(child_id)
        now = standing.on(day) or (Stretch(LegalStatus.NOT_KNOWN, day) if before else None)
        if now is None or (before is not None and before == _told(now)):
            continue
        changed[child_id] = _told(now)
        event = _event(child_id, now, before, at)
        tx.publish(event, cause=(causes or {}).get(str(child_id)))
        detail = event.model_dump(mode="json", exclude={"child_id"}, exclude_none=True)
        lines.append(Entry(now.line.record_id if now.line else child_id, at, event.type, detail))
    await tx.statuses.note_told(changed)
    await tx.chronology.add(lines)


async def _say(
    tx: Transaction,
    lines: Sequence[Line],
    at: datetime,
    *,
    records: Collection[UUID] = (),
    children: Collection[UUID] = (),
    causes: Mapping[str, Meta] | None = None,
) -> None:
    """Write the lines, and say of their children, of those of `records` and of `children` what they are now."""
    await tx.statuses.add(lines)
    touched = {line.record_id for line in lines} | {*records}
    if not (touched or children):
        return
    owners = await tx.statuses.children_of(touched)
    await restate(tx, {*owners.values(), *children}, at=at, causes=causes)
    day = local_date(at)
    await tx.timers.set_timers([
        Wanted(TURN, line.record_id, first_moment(line.since), cause=(causes or {}).get(str(owners[line.record_id])))
        for line in lines if line.since > day
    ])  # fmt: skip


def _event(child_id: UUID, now: Stretch, before: Told | None, at: datetime) -> StatusChanged:
    line = now.said
    return StatusChanged(
        child_id=child_id, status=Code(now.status), since=now.since, learnt_at=line.learnt_at if line else None,
        because=line.because if line else BY_AGE, previous=Code(before.status) if before else None,
        school_urn=line.school_urn if line else None, la_code=line.la_code if line else None,
        case_id=line.case_id if line else None, decided_by=line.decided_by if line else None, changed_at=at,
    )  # fmt: skip


def _told(now: Stretch) -> Told:
    line = now.said
    return Told(now.status, now.since, line.school_urn if line else None, line.la_code if line else None)


def _of_submissions(kept: Iterable[Kept]) -> Iterator[Line]:
    """What a return, or a notice of home education, says by itself. One that is held back says nothing."""
    for one in kept:
        sent = one.submission
        status = _by_itself(sent, one.case_id)
        if status is not None:
            yield Line(
                record_id=one.record_id, status=status, since=sent.effective_on or local_date(sent.received_at),
                learnt_at=sent.received_at, because=sent.kind.value, submission_id=sent.id,
                first_submission_id=sent.first_id,
                school_urn=sent.school_urn if status in {LegalStatus.RECEIVING_EDUCATION, LegalStatus.LEFT_ROLL} else None,
            )  # fmt: skip


def _by_itself(sent: Submission, case_id: UUID | None) -> LegalStatus | None:
    match sent.kind:
        case SubmissionKind.ADDITION:
            return LegalStatus.RECEIVING_EDUCATION
        case SubmissionKind.HOME_EDUCATION:
            return LegalStatus.HOME_EDUCATION_NOT_ASSESSED
        case SubmissionKind.DELETION if sent.held_by:
            return None
        case SubmissionKind.DELETION if sent.ground in AFTER_GROUND:
            return AFTER_GROUND[sent.ground]
        case SubmissionKind.DELETION if case_id is None:
            return LegalStatus.LEFT_ROLL
    return None


async def _of_cases(tx: Transaction, events: Sequence[AboutCase]) -> list[Line]:
    """What is told of cases says what their children are."""
    if not events:
        return []
    pairs = {one.case_id: one.submission_id if isinstance(one, CaseOpened) else None for one in reversed(events)}
    kept = await tx.statuses.opened([*pairs.items()])
    found = [_of_case(one, kept[one.case_id]) for one in events]
    return [line for line in found if line is not None]


def _of_case(event: AboutCase, kept: OpeningFacts) -> Line | None:
    match event:
        case CaseOpened():
            status = status_of(event.kind.value, event.category and event.category.value)
            returned = kept.effective_on if kept.received_at == event.opened_at else None
            since, learnt_at, why, by = returned or local_date(event.opened_at), event.opened_at, "case_opened", None
        case CategoryChanged():
            status = status_of(event.kind.value, event.category and event.category.value)
            since, learnt_at, why, by = (
                local_date(event.changed_at),
                event.changed_at,
                "category_changed",
                event.decided_by,
            )
        case CaseReopened():
            status = status_of(kept.kind, kept.category)
            since, learnt_at, why, by = (
                local_date(event.reopened_at),
                event.reopened_at,
                "case_reopened",
                event.reopened_by,
            )
        case CaseClosed():
            closing = AFTER_OUTCOME.get(event.outcome.value)
            if closing is None:
                return None
            status = closing
            since, learnt_at, why, by = local_date(event.closed_at), event.closed_at, "case_closed", event.decided_by
    return Line(
        record_id=kept.record_id, status=status, since=since, learnt_at=learnt_at, because=why, case_id=event.case_id,
        submission_id=kept.submission_id, decided_by=by,
    )  # fmt: skip
