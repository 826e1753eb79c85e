"""Two records turn out to be one child, or turn out not to be (policy 8). Everything comes back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from cme_contracts.register_matching import RecordsJoined, RecordsSeparated
from cme_register.application.clocks import go_on
from cme_register.application.holding import watch
from cme_register.application.ports import Entry, Kept, Transaction
from cme_register.application.rating import rate_and_save
from cme_register.application.rules import NewId, Rules
from cme_register.application.school_age import look_at_age, take_outside
from cme_register.application.settling import Settled, settle
from cme_register.application.showing import show
from cme_register.application.telling import BESIDE, Said, tell
from cme_register.application.triaging import Arrival
from cme_register.application.waiting import let_wait, rank_again
from cme_register.domain.case import Case
from cme_register.domain.clocks import INITIAL_INVESTIGATION, Clock
from cme_register.domain.errors import NotOnRegister, RegisterError


class RecordsNotApart(RegisterError):
    """Only two records that both stand by themselves can be joined."""

    code = "records-not-apart"


class RecordsNotJoined(RegisterError):
    """Only a record that this one absorbed can be separated from it."""

    code = "records-not-joined"


class DeadlineWouldMove(RegisterError):
    """The absorbed record's case is due first: join the other way round, so that no deadline is lost."""

    code = "deadline-would-move"


async def join(
    tx: Transaction, child_id: UUID, absorbed_id: UUID, rules: Rules, *, by: UUID, at: datetime, new_id: NewId
) -> None:
    """Show two records as one. Of two open cases the absorbed one's waits, and its clocks with it.

    Raises `NotOnRegister`, `RecordsNotApart`, `DeadlineWouldMove`.
    """
    if await tx.children.lock_two(child_id, absorbed_id) != {child_id, absorbed_id}:
        raise NotOnRegister("there is no such record")
    owners = {await tx.children.shown_as(child_id), await tx.children.shown_as(absorbed_id)}
    if child_id == absorbed_id or owners != {child_id, absorbed_id}:
        raise RecordsNotApart(f"{child_id} and {absorbed_id} do not both stand by themselves")
    open_cases = await tx.cases.open_of([child_id, absorbed_id])
    surviving, waiting = open_cases.get(child_id), open_cases.get(absorbed_id)
    if surviving and waiting:
        if await _due_before(tx, waiting, surviving):
            raise DeadlineWouldMove(f"case {waiting.id} is due before case {surviving.id}")
        await let_wait(tx, waiting, surviving)
    await tx.children.join(absorbed_id, child_id, at, by)
    await show(tx, [child_id])
    event = RecordsJoined(child_id=child_id, absorbed_child_id=absorbed_id, decided_by=by, joined_at=at)
    await tell(tx, [Said(event, at), *await _rate(tx, [child_id], rules, at=at)])
    detail = event.model_dump(mode="json", exclude=BESIDE - {"child_id"})
    await tx.chronology.add([Entry(case.id, at, event.type, detail) for case in open_cases.values()])
    await look_at_age(tx, child_id, rules, at=at, new_id=new_id)  # the other record may have known the birth date


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
    remaining = await _records(tx, child_id)
    cases = await tx.cases.of_records(restored)
    back = await _come_back(tx, cases, rules, at=at, new_id=new_id)
    back += await _come_back(tx, await tx.cases.of_records(remaining), rules, at=at, new_id=new_id)
    for case in await tx.cases.of_records([*restored, *remaining]):
        await rank_again(tx, case)
    await show(tx, [child_id, restored_id])
    await tx.reviews.set_apart(remaining, [restored_id, *restored], pair_id=new_id(), by=by, at=at)
    strays = [
        *[(one, child_id) for one in await _strays(tx, remaining)],
        *[(one, restored_id) for one in await _strays(tx, restored)],
    ]
    settled = await _settle_again(tx, strays, rules, at=at, new_id=new_id)
    await take_outside(tx, settled.outside, rules, at=at, new_id=new_id)
    theirs = await tx.cases.of_records(restored)  # with those just opened: a reader may hear of them first, or last
    event = RecordsSeparated(
        child_id=child_id, restored_child_id=restored_id,
        submission_ids=tuple(dict.fromkeys(one.submission.first_id for one in await tx.submissions.of_records(restored))),
        case_ids=tuple(case.id for case in theirs), recorded_ids=await tx.recorded.of_records(restored),
        decided_by=by, separated_at=at,
    )  # fmt: skip
    detail = event.model_dump(mode="json", include={"restored_child_id", "decided_by"})
    await tx.chronology.add([Entry(case.id, at, event.type, detail) for case in cases])
    rated = await _rate(tx, [child_id, restored_id], rules, at=at)
    await tell(tx, [Said(event, at), *back, *settled.said, *rated])
    for one in (child_id, restored_id):
        await look_at_age(tx, one, rules, at=at, new_id=new_id)


async def _rate(tx: Transaction, child_ids: Collection[UUID], rules: Rules, *, at: datetime) -> list[Said]:
    """What is known of these children is other than it was."""
    return await rate_and_save(tx, [*(await tx.cases.open_of(child_ids)).values()], rules, at=at)


async def _due_before(tx: Transaction, one: Case, other: Case) -> bool:
    """Whether letting `one` wait for `other` would lose the earlier deadline."""
    ours, theirs = await _investigation(tx, one), await _investigation(tx, other)
    return ours is not None and theirs is not None and ours.due_at < theirs.due_at


async def _investigation(tx: Transaction, case: Case) -> Clock | None:
    return next((one for one in await tx.clocks.running(case.id) if one.code == INITIAL_INVESTIGATION), None)


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
        if since and not await _due_before(tx, case, since):
            await let_wait(tx, case, since)
            continue
        if since:
            await let_wait(tx, since, case)
        said += await go_on(tx, case, rules, at=at, new_id=new_id)
        await tx.cases.save([case])
    return said


async def _records(tx: Transaction, child_id: UUID) -> list[UUID]:
    """The records that a child is shown by, itself first."""
    return [child_id, *sorted(await tx.children.absorbed_by(child_id))]


async def _strays(tx: Transaction, records: Collection[UUID]) -> list[Kept]:
    """Submissions of these records whose case is not theirs, whether it is still open or was closed for another child."""
    cases = await tx.cases.of_records(records)
    ours = {case.id for case in cases} - {case.id for case in _apart(cases)}
    kept = await tx.submissions.of_records(records)
    return [one for one in kept if one.case_id is not None and one.case_id not in ours]


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
