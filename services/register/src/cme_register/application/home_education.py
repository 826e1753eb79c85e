"""The council decides whether a child's home education is suitable: if not, the child is without a school place from that day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from cme_calendars import local_date
from cme_contracts.codes import Team
from cme_contracts.register_status import HomeEducationAssessed
from cme_register.application.clocks import occurred
from cme_register.application.handing_over import ForTeam, hand_over
from cme_register.application.ports import Child, Kept, Transaction
from cme_register.application.rating import rate_and_save
from cme_register.application.recording import DecidedInTheFuture
from cme_register.application.referring import refer, refer_no_more
from cme_register.application.rules import NewId, Rules
from cme_register.application.status import say
from cme_register.application.telling import Said, entry, tell
from cme_register.application.triaging import category_changed
from cme_register.application.versions import note_of_child
from cme_register.domain.codes import NO_SCHOOL_PLACE, Category, Kind, SubmissionKind
from cme_register.domain.counting import first_moment
from cme_register.domain.errors import NotOnRegister
from cme_register.domain.handover import Handover
from cme_register.domain.home_education import Assessment
from cme_register.domain.occurrences import Occurrence
from cme_register.domain.status import LegalStatus, Line
from cme_register.domain.submission import Referred

UNSUITABLE = "home-education-unsuitable"
FAILED = "home_education_failed"
"""What is known of risk by it."""
SOURCE = "Education Act 1996 s 437: if it appears that a child is not receiving suitable education"


async def assess(
    tx: Transaction,
    child_id: UUID,
    rules: Rules,
    *,
    suitable: bool,
    decided_on: date,
    assessment_id: UUID,
    by: UUID,
    at: datetime,
    new_id: NewId,
) -> UUID | None:
    """Record a decision. Returns the case, where an unsuitable education opens one or is the open one's category now.

    Counted once: the status moves, and an open case becomes one without a school place. The ten working days count from the day
    of the decision. Raises `NotOnRegister`, `DecidedInTheFuture`.
    """
    if decided_on > local_date(at):
        raise DecidedInTheFuture("the day of the decision lies ahead")
    children = await tx.children.lock([child_id])
    if child_id not in children:
        raise NotOnRegister("there is no such record")
    child = children[child_id]
    assessment = Assessment(record_id=child.id, suitable=suitable, decided_on=decided_on)
    await tx.home_education.add(assessment, assessment_id=assessment_id, by=by, at=at)
    event = HomeEducationAssessed(
        child_id=child.id, assessment_id=assessment_id, suitable=suitable, decided_on=decided_on, decided_by=by,
        recorded_at=at,
    )  # fmt: skip
    tx.publish(event)
    await tx.chronology.add([entry(child.id, event, at)])
    await note_of_child(tx, child.id, "home_education")
    decided_at = at if decided_on == local_date(at) else first_moment(decided_on)
    status = LegalStatus.HOME_EDUCATION_SUITABLE if suitable else LegalStatus.WITHOUT_SCHOOL_PLACE
    line = Line(
        record_id=child.id, status=status, since=decided_on, learnt_at=at, because="home_education_assessed",
        decided_by=by,
    )  # fmt: skip
    if suitable:
        await _waits_no_more(tx, child.id, at)
        await say(tx, [line], at=at)
        return None
    return await _find_a_place(tx, child, line, decided_at, rules, at=at, new_id=new_id)


async def _find_a_place(
    tx: Transaction, child: Child, line: Line, decided_at: datetime, rules: Rules, *, at: datetime, new_id: NewId
) -> UUID | None:
    records = [child.id, *await tx.children.absorbed_by(child.id)]
    about = _about_home_education(await tx.submissions.of_records(records))
    case = (await tx.cases.open_of([child.id])).get(child.id)
    if case is None:
        unsuitable = Referred(reason=NO_SCHOOL_PLACE, referred_at=decided_at)
        cases = await refer(tx, [(about, unsuitable)], {about.record_id: child.id}, rules, at=at, new_id=new_id)
        case_id = cases[about.submission.id]
    else:
        case_id = case.id
        if (case.kind, case.category) != (Kind.CME, Category.WITHOUT_SCHOOL_PLACE):
            before = case.kind, case.category
            case.move_to(Kind.CME, Category.WITHOUT_SCHOOL_PLACE)
            case.take_factors([FAILED])
            clocks = await occurred(tx, case, Occurrence.BECAME_WITHOUT_SCHOOL_PLACE, rules, at=at, new_id=new_id)
            rated = await rate_and_save(tx, [case], rules, at=at)
            await tell(tx, [Said(category_changed(case, before, line.decided_by, at), at), *clocks, *rated])
    if case_id is not None:
        await say(tx, [replace(line, case_id=case_id)], at=at)
        await _offer_the_order(tx, about, child.id, at=at, new_id=new_id)
    return case_id


async def _waits_no_more(tx: Transaction, child_id: UUID, at: datetime) -> None:
    """An earlier decision of a child too young for a case: none is to be opened by it once they are of age."""
    records = [child_id, *await tx.children.absorbed_by(child_id)]
    referred = [
        one.submission.id
        for one in await tx.submissions.of_records(records)
        if one.referred and one.referred.reason == NO_SCHOOL_PLACE
    ]
    await refer_no_more(tx, referred, at=at, because="home_education_suitable")


async def _offer_the_order(tx: Transaction, about: Kept, child_id: UUID, *, at: datetime, new_id: NewId) -> None:
    """Whether to serve notice on the parent is for whoever looks after attendance orders to decide (scenario 9)."""
    sent = about.submission
    handover = Handover(
        id=new_id(), record_id=about.record_id, submission_id=sent.id, first_submission_id=sent.first_id,
        reference=sent.reference, team=Team.ATTENDANCE_ORDERS.value, reason=UNSUITABLE, source=SOURCE,
    )  # fmt: skip
    await hand_over(tx, [ForTeam(handover, child_id)], at=at)


def _about_home_education(kept: list[Kept]) -> Kept:
    """What the council was told of it last; or, where nobody wrote of it, what was received of the child last."""
    told = [one for one in kept if one.submission.kind is SubmissionKind.HOME_EDUCATION or one.submission.ground == "f"]
    return (told or kept)[-1]
