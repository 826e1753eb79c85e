"""Children are on the register while they are of compulsory school age, by themselves (Education Act 1996 s 8; policy 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from cme_bus.meta import Meta
from cme_calendars import CompulsorySchoolAge, end_of_day, local_date
from cme_contracts.codes import Team
from cme_contracts.register_status import CsaCeased
from cme_register.application.closing import end
from cme_register.application.handing_over import ForTeam, hand_over
from cme_register.application.ports import Kept, Transaction
from cme_register.application.ports_status import AgeWatch
from cme_register.application.rules import NewId, Rules
from cme_register.application.said import Said
from cme_register.application.settling import settle
from cme_register.application.status import restate, say
from cme_register.application.telling import tell
from cme_register.application.triaging import AGE_ENDS, Arrival, Outside
from cme_register.application.waiting import everything_in
from cme_register.domain.age_teams import Side
from cme_register.domain.case import Case
from cme_register.domain.codes import Outcome, Proof
from cme_register.domain.counting import first_moment
from cme_register.domain.handover import Handover
from cme_register.domain.status import LegalStatus, Line
from cme_timers import Wanted

AGE_BEGINS = "age.begins"
"""The kind of timer for the day on which compulsory school age begins; each is about one record."""
BY_RULE_OF_LAW = UUID(int=0)
"""Who decided, where nobody did: the nil UUID."""


async def take_outside(
    tx: Transaction, outside: Sequence[Outside], rules: Rules, *, at: datetime, new_id: NewId
) -> None:
    """Watch what came too early until its day, and hand over what is another team's by age. The children are locked."""
    if not outside:
        return
    young = [one for one in outside if one.too_young]
    await tx.age_watches.put([_watch(one.arrival, one.age) for one in young], at)
    await tx.timers.set_timers([
        Wanted(AGE_BEGINS, one.arrival.record_id, first_moment(one.age.first_day), cause=one.arrival.cause) for one in young
    ])  # fmt: skip
    causes = {str(one.arrival.child_id): one.arrival.cause for one in outside if one.arrival.cause}
    await say(tx, [_line(one) for one in outside], at=at, causes=causes)
    await hand_over(
        tx,
        [
            wanted
            for one in outside
            for wanted in _for_team(
                Kept(one.arrival.submission, one.arrival.record_id, None), one.arrival.child_id,
                "before" if one.too_young else "after", rules, one.arrival.cause, at=at, new_id=new_id,
            )
        ],
        at=at,
    )  # fmt: skip


async def look_at_age(
    tx: Transaction, record_id: UUID, rules: Rules, *, at: datetime, new_id: NewId, cause: Meta | None = None
) -> None:
    """Compulsory school age begins or ends for the child of a record, or their birth date was corrected.

    What was watched is triaged as if it came on the day on which age begins, or now where that day is long over. A case of a child who is
    outside that age ends by rule of law. Does nothing where nothing has changed, so that it may be asked at any time.
    """
    child = (await tx.children.lock([record_id]))[record_id]
    records = [child.id, *sorted(await tx.children.absorbed_by(child.id))]
    age = (await tx.statuses.standings([child.id]))[child.id].age
    day = local_date(at)
    for one in records:
        await tx.timers.cancel(one, AGE_BEGINS)
        await tx.timers.cancel(one, AGE_ENDS)
    case = (await tx.cases.open_of([child.id])).get(child.id)
    watches = await tx.age_watches.of_records(records)
    if age and day < age.first_day:
        if case:
            watches += await _leave(tx, case, age, rules, cause, at=at, new_id=new_id)
        await tx.age_watches.put([replace(one, begins_on=age.first_day) for one in watches], at)
        await tx.timers.set_timers([
            Wanted(AGE_BEGINS, record, first_moment(age.first_day)) for record in {one.record_id for one in watches}
        ])  # fmt: skip
    elif age and day > age.last_day:
        await _pass_on(tx, watches, child.id, rules, cause, at=at, new_id=new_id)
        if case:
            await _cease(tx, case, age, rules, cause, at=at, new_id=new_id)
    else:
        await _begin(tx, watches, child.id, age, rules, cause, at=at, new_id=new_id)
        case = (await tx.cases.open_of([child.id])).get(child.id)
        if case and age:
            await tx.timers.set_timers([Wanted(AGE_ENDS, case.record_id, end_of_day(age.last_day))])
    await restate(tx, [child.id], at=at, causes={str(child.id): cause} if cause else None)


async def _begin(
    tx: Transaction,
    watches: Sequence[AgeWatch],
    child_id: UUID,
    age: CompulsorySchoolAge | None,
    rules: Rules,
    cause: Meta | None,
    *,
    at: datetime,
    new_id: NewId,
) -> None:
    """What waited is received now, as far as the law is concerned: ten working days count from the day age begins."""
    waiting = [
        kept
        for one in watches
        if (kept := await tx.submissions.find(one.submission_id)) and (kept.referred or not kept.superseded)
    ]
    await tx.age_watches.end([one.submission_id for one in watches], at, "of_age")
    if not waiting:
        return
    begins = first_moment(age.first_day) if age else at
    arrivals = [
        Arrival(
            replace(one.triaged, received_at=begins if begins > one.triaged.received_at else at),
            one.record_id,
            child_id,
            cause=cause,
        )
        for one in waiting
    ]
    settled = await settle(tx, arrivals, rules, at=at, new_id=new_id)
    await tx.submissions.assign({id_: case_id for id_, case_id in settled.cases.items() if case_id is not None})
    await tell(tx, settled.said)


async def _pass_on(
    tx: Transaction,
    watches: Sequence[AgeWatch],
    child_id: UUID,
    rules: Rules,
    cause: Meta | None,
    *,
    at: datetime,
    new_id: NewId,
) -> None:
    await tx.age_watches.end([one.submission_id for one in watches], at, "over_age")
    for one in watches:
        if kept := await tx.submissions.find(one.submission_id):
            await hand_over(tx, _for_team(kept, child_id, "after", rules, cause, at=at, new_id=new_id), at=at)


async def _leave(
    tx: Transaction,
    case: Case,
    age: CompulsorySchoolAge,
    rules: Rules,
    cause: Meta | None,
    *,
    at: datetime,
    new_id: NewId,
) -> list[AgeWatch]:
    """The birth date turns out to be one of a child not yet of that age: the case ends, and what is in it is watched."""
    kept = await everything_in(tx, case)
    said = await end(
        tx, case, Outcome.NOT_COMPULSORY_SCHOOL_AGE, Proof.OFFICIAL_RECORD, rules, by=BY_RULE_OF_LAW, at=at, new_id=new_id
    )  # fmt: skip
    await tell(tx, _caused(said, cause))
    latest = {one.submission.first_id: one for one in kept}
    return [AgeWatch(one.submission.id, one.record_id, age.first_day) for one in latest.values()]


async def _cease(
    tx: Transaction,
    case: Case,
    age: CompulsorySchoolAge,
    rules: Rules,
    cause: Meta | None,
    *,
    at: datetime,
    new_id: NewId,
) -> None:
    """Over compulsory school age: no investigation can be owed any more, and nobody has to decide that (scenario 22)."""
    kept = await everything_in(tx, case)
    team = rules.age_teams.of("after", local_date(at))
    event = CsaCeased(
        child_id=case.child_id, case_id=case.id, last_day=age.last_day, team=Team(team.team) if team else None,
        check_leaving_date=age.check_leaving_date, ceased_at=end_of_day(age.last_day),
    )  # fmt: skip
    said = await end(
        tx, case, Outcome.NOT_COMPULSORY_SCHOOL_AGE, Proof.OFFICIAL_RECORD, rules, by=BY_RULE_OF_LAW, at=at, new_id=new_id
    )  # fmt: skip
    await tell(tx, _caused([Said(event, at), *said], cause))
    if kept:
        await hand_over(tx, _for_team(kept[-1], case.child_id, "after", rules, cause, at=at, new_id=new_id), at=at)


def _for_team(
    kept: Kept, child_id: UUID, side: Side, rules: Rules, cause: Meta | None, *, at: datetime, new_id: NewId
) -> list[ForTeam]:
    """To whom it goes by age: one team, or none."""
    row = rules.age_teams.of(side, local_date(at))
    if row is None:
        return []
    sent = kept.submission
    handover = Handover(
        id=new_id(), record_id=kept.record_id, submission_id=sent.id, first_submission_id=sent.first_id,
        reference=sent.reference, team=row.team, reason=row.reason, source=row.source,
    )  # fmt: skip
    return [ForTeam(handover, child_id, cause)]


def _caused(said: Sequence[Said], cause: Meta | None) -> list[Said]:
    return [replace(one, cause=one.cause or cause) for one in said]


def _watch(arrival: Arrival, age: CompulsorySchoolAge) -> AgeWatch:
    return AgeWatch(arrival.submission.id, arrival.record_id, age.first_day)


def _line(one: Outside) -> Line:
    sent = one.arrival.submission
    status = LegalStatus.BEFORE_SCHOOL_AGE if one.too_young else LegalStatus.AFTER_SCHOOL_AGE
    return Line(
        record_id=one.arrival.record_id, status=status, since=local_date(sent.received_at), learnt_at=sent.received_at,
        because=sent.kind.value, submission_id=sent.id, first_submission_id=sent.first_id,
    )  # fmt: skip
