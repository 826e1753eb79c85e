"""A place is sought, found and started at, or not: each step a fact, told and put on its clock (policy 5.1, 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from cme_bus.meta import Meta
from cme_calendars import local_date
from cme_contracts import register_placement as events
from cme_register.application.clocks import School, occurred
from cme_register.application.ports import Child, Transaction
from cme_register.application.recording import DecidedInTheFuture
from cme_register.application.reopening import closed_of, reopen
from cme_register.application.rules import NewId, Rules
from cme_register.application.status import say
from cme_register.application.telling import Said, entry, tell
from cme_register.application.triaging import Arrival
from cme_register.application.versions import note_of_child
from cme_register.domain.case import Case
from cme_register.domain.codes import DID_NOT_ARRIVE, Outcome, SubmissionKind, Waking
from cme_register.domain.counting import first_moment
from cme_register.domain.errors import NotOnRegister, RegisterError
from cme_register.domain.occurrences import Occurrence
from cme_register.domain.placement import FIRST, Placement, Step, Taken
from cme_register.domain.status import LegalStatus, Line, status_of

EVENTS: dict[Step, type[events.PlacementEvent]] = {
    Step.APPLIED: events.PlacementApplied,
    Step.OFFERED: events.PlacementOffered,
    Step.REFUSED: events.PlacementRefused,
    Step.FAIR_ACCESS_REFERRED: events.PlacementReferredToFairAccess,
    Step.SCHOOL_IDENTIFIED: events.PlacementSchoolIdentified,
    Step.START_EXPECTED: events.PlacementStartExpected,
    Step.STARTED: events.PlacementStarted,
    Step.NO_SHOW: events.PlacementNoShow,
    Step.WITHDRAWN: events.PlacementWithdrawn,
}
OCCURRENCES: dict[Step, Occurrence] = {
    Step.APPLIED: Occurrence.PLACEMENT_APPLIED,
    Step.OFFERED: Occurrence.PLACEMENT_OFFERED,
    Step.REFUSED: Occurrence.PLACEMENT_REFUSED,
    Step.FAIR_ACCESS_REFERRED: Occurrence.FAIR_ACCESS_REFERRED,
    Step.SCHOOL_IDENTIFIED: Occurrence.SCHOOL_IDENTIFIED,
    Step.START_EXPECTED: Occurrence.PLACEMENT_START_EXPECTED,
    Step.STARTED: Occurrence.PLACEMENT_STARTED,
    Step.NO_SHOW: Occurrence.PLACEMENT_NO_SHOW,
    Step.WITHDRAWN: Occurrence.PLACEMENT_WITHDRAWN,
}
"""What each step is to the table of clocks."""


class NoOpenCase(RegisterError):
    """A place is sought in a case: its clocks are the case's."""

    code = "no-open-case"


async def seek(
    tx: Transaction,
    child_id: UUID,
    taken: Taken,
    rules: Rules,
    *,
    placement_id: UUID,
    school_urn: str | None,
    school_la: str | None,
    at: datetime,
    new_id: NewId,
) -> None:
    """Begin to seek a place: an application, or a Fair Access panel that is to find one.

    Raises `NotOnRegister`, `NoOpenCase`, `DecidedInTheFuture`, `StepDoesNotFit`.
    """
    children = await tx.children.lock([child_id])
    if child_id not in children:
        raise NotOnRegister("there is no such record")
    child = children[child_id]
    if taken.step in FIRST and child.id not in await tx.cases.open_of([child.id]):
        raise NoOpenCase("a place is sought in a case that is open")
    placement = Placement(id=placement_id, record_id=child_id)
    await _take(tx, child, placement, taken, rules, school_urn, school_la, at=at, new_id=new_id)


async def step(
    tx: Transaction,
    placement_id: UUID,
    taken: Taken,
    rules: Rules,
    *,
    school_urn: str | None = None,
    school_la: str | None = None,
    at: datetime,
    new_id: NewId,
) -> UUID:
    """Take the next step. Returns the child.

    Raises `NotOnRegister`, `DecidedInTheFuture`, `StepDoesNotFit`, `SchoolNotNamed`, `StepTooEarly`.
    """
    record_id = await tx.placements.record_of(placement_id)
    if record_id is None:
        raise NotOnRegister("there is no such placement")
    child = (await tx.children.lock([record_id]))[record_id]
    placement = await tx.placements.find(placement_id)
    assert placement is not None
    if taken.step is Step.NO_SHOW and taken.recorded_by:
        await _open_again(tx, child.id, taken.recorded_by, rules, at=at, new_id=new_id)
    await _take(tx, child, placement, taken, rules, school_urn, school_la, at=at, new_id=new_id)
    return child.id


async def _open_again(tx: Transaction, child_id: UUID, by: UUID, rules: Rules, *, at: datetime, new_id: NewId) -> None:
    """A case that ended because the child had started goes on where an officer learns that the child never came (scenario 28)."""
    if child_id in await tx.cases.open_of([child_id]):
        return
    ended = (await closed_of(tx, [child_id], rules)).get(child_id)
    if ended and ended.case.outcome is Outcome.PLACE_OFFERED_AND_STARTED and local_date(at) <= ended.until:
        await reopen(tx, ended.case.id, Waking.DID_NOT_START, rules, note=None, by=by, at=at, new_id=new_id)


async def hear_of_places(
    tx: Transaction, arrivals: Sequence[Arrival], rules: Rules, *, at: datetime, new_id: NewId
) -> None:
    """A school's new pupil return confirms that the child has started there; its word that the child did not come ends that.

    The children are locked. What does not fit where the place stands says nothing of it.
    """
    spoken = [one for one in arrivals if _says(one) is not None]
    if not spoken:
        return
    places = await tx.placements.of_children({one.child_id for one in spoken})
    owners = await tx.statuses.children_of({one.record_id for one in places})
    for one in spoken:
        sent, what = one.submission, _says(one)
        assert what is not None
        taken = Taken(
            step=what, on=min(sent.effective_on or local_date(sent.received_at), local_date(at)), submission_id=sent.id,
            recorded_at=at,
        )  # fmt: skip
        for place in places:
            there = owners[place.record_id] == one.child_id and place.school_urn == sent.school_urn
            if there and place.may_take(taken):
                child = (await tx.children.lock([place.record_id]))[place.record_id]
                await _take(tx, child, place, taken, rules, None, None, at=at, new_id=new_id, cause=one.cause)


def _says(arrival: Arrival) -> Step | None:
    sent = arrival.submission
    if sent.kind is SubmissionKind.ADDITION:
        return Step.STARTED
    return Step.NO_SHOW if sent.kind is SubmissionKind.REFERRAL and sent.reason == DID_NOT_ARRIVE else None


async def _take(
    tx: Transaction,
    child: Child,
    placement: Placement,
    taken: Taken,
    rules: Rules,
    school_urn: str | None,
    school_la: str | None,
    *,
    at: datetime,
    new_id: NewId,
    cause: Meta | None = None,
) -> None:
    if taken.on > local_date(at):
        raise DecidedInTheFuture("the day of the step lies ahead")
    before = placement.stands
    placement.take(taken, school_urn=school_urn, school_la=school_la)
    await tx.placements.put(placement, at)
    await tx.placements.add_step(placement.id, taken)
    await note_of_child(tx, child.id, f"placements.{placement.id}")
    case = (await tx.cases.open_of([child.id])).get(child.id)
    more: dict[str, object] = {}
    if taken.step is Step.START_EXPECTED:
        more = {"expected_on": taken.expected_on}
    elif taken.step is Step.STARTED:
        more = {"submission_id": taken.submission_id}
    elif taken.step is Step.NO_SHOW:
        more = {"submission_id": taken.submission_id, "had_started": before is Step.STARTED}
    event = EVENTS[taken.step].model_validate({
        "child_id": child.id, "placement_id": placement.id, "case_id": case.id if case else None,
        "school_urn": placement.school_urn, "school_la": placement.school_la, "on": taken.on,
        "recorded_by": taken.recorded_by, "recorded_at": at, **more,
    })  # fmt: skip
    tx.publish(event, cause=cause)
    await tx.chronology.add([entry(placement.record_id, event, at)])
    if case:
        clocks = await _on_its_clocks(tx, case, placement, taken, rules, at=at, new_id=new_id)
        await tx.cases.save([case])
        await tell(tx, [replace(one, cause=one.cause or cause) for one in clocks])
    await _say_status(tx, placement, taken, before, case, at, cause)


async def _on_its_clocks(
    tx: Transaction, case: Case, placement: Placement, taken: Taken, rules: Rules, *, at: datetime, new_id: NewId
) -> list[Said]:
    """What the step meets, ends and starts. It was done on its day, however late somebody records it."""
    school = School(placement.school_urn, placement.school_la) if placement.school_urn and placement.school_la else None
    return await occurred(
        tx, case, OCCURRENCES[taken.step], rules, at=at if taken.on == local_date(at) else first_moment(taken.on),
        new_id=new_id, on=taken.expected_on or taken.on, about=placement.id, school=school, heard_at=at,
    )  # fmt: skip


async def _say_status(
    tx: Transaction,
    placement: Placement,
    taken: Taken,
    before: Step | None,
    case: Case | None,
    at: datetime,
    cause: Meta | None,
) -> None:
    """A start that an officer records is said here; that of a new pupil return, by the return. Who never came was never there."""
    if taken.step is Step.STARTED and taken.submission_id is None:
        status, since = LegalStatus.RECEIVING_EDUCATION, taken.on
    elif taken.step is Step.NO_SHOW and before is Step.STARTED:
        status = status_of(case.kind, case.category) if case else LegalStatus.WITHOUT_SCHOOL_PLACE
        since = next(one.on for one in reversed(placement.steps) if one.step is Step.STARTED)
    else:
        return
    line = Line(
        record_id=placement.record_id, status=status, since=since, learnt_at=at, because=f"placement_{taken.step}",
        school_urn=placement.school_urn if taken.step is Step.STARTED else None, submission_id=taken.submission_id,
        case_id=case.id if case else None, decided_by=taken.recorded_by,
    )  # fmt: skip
    owner = (await tx.statuses.children_of([placement.record_id]))[placement.record_id]
    await say(tx, [line], at=at, causes={str(owner): cause} if cause else None)
