"""What is shown of children is gathered again from their submissions, and they are found by it (policy 8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from cme_register.application.ports import Transaction
from cme_register.application.ports_matching import Record
from cme_register.domain.blocking import keys
from cme_register.domain.details import Details
from cme_register.domain.gathering import Given, by_record, shown_of, without


async def show(
    tx: Transaction, child_ids: Collection[UUID], more: Sequence[Given] = (), *, findable: bool = True
) -> None:
    """Gather what is shown of these children, and of each of their records. Lock them first.

    `more`: what was just received and is not kept yet. `findable`: whether records are found by likeness at all.
    """
    records = await tx.matching.records(child_ids)
    before = {record_id: one.details for record_id, one in (await tx.matching.find(records)).items()}
    given = [*await _given(tx, records), *more]
    mine = by_record(given)
    own = {record_id: shown_of(some, record_id) for record_id, some in mine.items() if record_id in before}
    absorbed = (
        {child_id: await tx.children.absorbed_by(child_id) for child_id in child_ids}
        if len(records) > len(set(child_ids))
        else {}
    )
    saved = {record_id: Record(record_id, details) for record_id, details in own.items()}
    for child_id, ones in absorbed.items():
        if ones:
            theirs = [one for record_id in (child_id, *ones) for one in mine.get(record_id, ())]
            saved[child_id] = Record(child_id, shown_of(theirs, child_id), own[child_id])
    await tx.matching.save(list(saved.values()))
    if findable:
        await _find_by(tx, before, own)


async def make_findable(tx: Transaction, after: UUID, *, limit: int) -> tuple[int, UUID | None]:
    """Give keys to records that have none, in the order of their ids.

    Returns to how many, and after which to go on; None: there is none left. One that says nothing a child is found by stays without.
    """
    records = await tx.matching.unfindable(after, limit)
    found_by = {one.record_id: some for one in records if (some := keys(one.details))}
    await tx.matching.put_keys(found_by, {})
    return len(found_by), records[-1].record_id if records else None


async def _given(tx: Transaction, records: Collection[UUID]) -> list[Given]:
    kept = await tx.submissions.of_records(records)
    quarantined = await tx.matching.quarantined([one.submission.id for one in kept])
    return [
        Given(
            one.submission.id, one.submission.first_id, one.record_id, one.submission.received_at,
            without(one.submission.details, quarantined.get(one.submission.id, ())),
        )
        for one in kept
    ]  # fmt: skip


async def _find_by(tx: Transaction, before: Mapping[UUID, Details], after: Mapping[UUID, Details]) -> None:
    """A record whose particulars change is found by the new ones, and no more by those that nobody says of it now."""
    added, removed = {}, {}
    for record_id, details in after.items():
        if details != before[record_id]:
            old, new = keys(before[record_id]), keys(details)
            added[record_id], removed[record_id] = new - old, old - new
    await tx.matching.put_keys(added, removed)
