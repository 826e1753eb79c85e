"""Two records turn out not to be one child (policy 8). Everything comes back, and what came since goes to whose it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from cme_contracts.register_matching import RecordsSeparated
from cme_register.application.clocks import go_on
from cme_register.application.following import bring, clocks_follow, take_along
from cme_register.application.holding import watch
from cme_register.application.ports import Entry, Kept, Transaction
from cme_register.application.rating import rate_open_of
from cme_register.application.rules import NewId, Rules
from cme_register.application.school_age import look_at_age, take_outside
from cme_register.application.settling import Settled, settle
from cme_register.application.showing import show
from cme_register.application.telling import Said, tell
from cme_register.application.triaging import Arrival
from cme_register.application.waiting import due_before, let_wait, rank_again
from cme_register.domain.case import Case
from cme_register.domain.errors import NotOnRegister, RegisterError
from cme_register.domain.triage import Move, triage


class RecordsNotJoined(RegisterError):
    """Only a record that this one absorbed can be separated from it."""

    code = "records-not-joined"


async def separate(
    tx: Transaction, child_id: UUID, restored_id: UUID, rules: Rules, *, by: UUID, at: datetime, new_id: NewId
) -> None:
    """Take a join back, for what came since as well: whatever fitted the restored record is the restored record's.

    Raises `NotOnRegister`, `RecordsNotJoined`.
    """
    if await tx.children.lock_two(child_id, restored_id) != {child_id, restored_id}:
        raise NotOnRegister("there is no such record")
    if child_id == restored_id or await tx.children.shown_as(restored_id) != child_id:
        raise RecordsNotJoined(f"{restored_id} is not shown as {child_id}")
    restored = await tx.children.separate(restored_id, at, by)
    remaining = await records_of(tx, child_id)
    await tx.reviews.set_apart(remaining, [restored_id, *restored], pair_id=new_id(), by=by, at=at)
    await part(tx, child_id, restored_id, rules, by=by, at=at, new_id=new_id)


async def part(
    tx: Transaction,
    child_id: UUID,
    restored_id: UUID,
    rules: Rules,
    *,
    submission_id: UUID | None = None,
    by: UUID,
    at: datetime,
    new_id: NewId,
) -> None:
    """Two children have each their own records and cases again: each case goes on, and whoever referred either is owed one.

    `submission_id`: what shows it, where it is a submission that was taken out. The caller has locked the records.
    """
    remaining, restored = await records_of(tx, child_id), await records_of(tx, restored_id)
    cases = await tx.cases.of_records(restored)
    said = await _come_back(tx, cases, rules, at=at, new_id=new_id)
    said += await _come_back(tx, await tx.cases.of_records(remaining), rules, at=at, new_id=new_id)
    await show(tx, [child_id, restored_id], findable=rules.matching is not None)
    for records in (
        remaining,
        restored,
    ):  # of a school's returns the latest about this child counts, and not the other's
        again = await tx.submissions.count_latest(records)
        await watch(tx, [one for one in again if one.case_id is None], rules, at=at)
    strays = [
        *[(one, child_id) for one in await _strays(tx, child_id, remaining)],
        *[(one, restored_id) for one in await _strays(tx, restored_id, restored)],
    ]
    brought = await take_along(tx, [one for one, _ in strays], rules)
    settled = await _settle_again(tx, strays, rules, at=at, new_id=new_id)
    await bring(tx, brought, settled.cases, rules)
    for case in await tx.cases.of_records([*restored, *remaining]):
        await rank_again(tx, case)
    said += [*settled.said, *await clocks_follow(tx, [child_id, restored_id], rules, at=at, new_id=new_id)]
    await take_outside(tx, settled.outside, rules, at=at, new_id=new_id)
    theirs = await tx.cases.of_records(restored)  # with those just opened: a reader may hear of them first, or last
    event = RecordsSeparated(
        child_id=child_id, restored_child_id=restored_id, submission_id=submission_id,
        submission_ids=tuple(dict.fromkeys(one.submission.first_id for one in await tx.submissions.of_records(restored))),
        case_ids=tuple(case.id for case in theirs), recorded_ids=await tx.recorded.of_records(restored),
        decided_by=by, separated_at=at,
    )  # fmt: skip
    detail = event.model_dump(
        mode="json", include={"restored_child_id", "submission_id", "decided_by"}, exclude_none=True
    )
    said += await rate_open_of(tx, [child_id, restored_id], rules, at=at)
    await tell(tx, [Said(event, at), *said])
    subjects = [await tx.cases.latest_of(one) or one for one in (child_id, restored_id)]
    subjects = list(dict.fromkeys((*subjects, *(case.id for case in cases))))
    await tx.chronology.add([Entry(subject, at, event.type, detail) for subject in subjects])
    for one in (child_id, restored_id):
        await look_at_age(tx, one, rules, at=at, new_id=new_id)


async def records_of(tx: Transaction, child_id: UUID) -> list[UUID]:
    """The records that a child is shown by, itself first."""
    return [child_id, *sorted(await tx.children.absorbed_by(child_id))]


async def _come_back(
    tx: Transaction, cases: Sequence[Case], rules: Rules, *, at: datetime, new_id: NewId
) -> list[Said]:
    """Cases that waited for one of the other record go on; one that waits for a case of its own side still waits.

    Where another was opened since, the one that is due first goes on, and the other waits for it: no deadline is lost.
    """
    said = []
    for case in _apart(cases):
        since = (await tx.cases.open_of([case.child_id])).get(case.child_id)
        case.come_back()
        if since and not await due_before(tx, case, since):
            await let_wait(tx, case, since)
            continue
        if since:
            await let_wait(tx, since, case)
        said += await go_on(tx, case, rules, at=at, new_id=new_id)
        await tx.cases.save([case])
    return said


async def _strays(tx: Transaction, child_id: UUID, records: Collection[UUID]) -> list[Kept]:
    """Submissions of these records whose case is not theirs, whether it is still open or was closed for another child.

    With them, of a child without any case, those that would have opened one had the other child not been taken for this one.
    """
    cases = await tx.cases.of_records(records)
    ours = {case.id for case in cases} - {case.id for case in _apart(cases)}
    kept = await tx.submissions.of_records(records)
    strays = [one for one in kept if one.case_id is not None and one.case_id not in ours]
    if cases or strays:
        return strays
    standing = (await tx.statuses.standings([child_id]))[child_id]
    unanswered = [one for one in kept if one.case_id is None and not one.superseded]
    return [one for one in unanswered if triage(one.triaged, None, standing).move is Move.OPEN]


def _apart(cases: Sequence[Case]) -> list[Case]:
    """Those of one side's cases that wait for a case of the other."""
    ours = {case.id for case in cases}
    return [case for case in cases if case.waits_for is not None and case.waits_for not in ours]


async def _settle_again(
    tx: Transaction, strays: list[tuple[Kept, UUID]], rules: Rules, *, at: datetime, new_id: NewId
) -> Settled:
    """A referral that was answered with another child's case is owed a case of its own."""
    arrivals = [Arrival(one.triaged, one.record_id, owner) for one, owner in strays]
    settled = await settle(tx, arrivals, rules, at=at, new_id=new_id)
    await tx.submissions.assign(settled.cases)
    await watch(tx, [one for one, _ in strays if settled.cases[one.submission.id] is None], rules, at=at)
    return settled
