"""What hangs on a case beside its own row is a part of it that people decide too: each change of one is a version (decision 0156)."""

from __future__ import annotations

from uuid import UUID

from cme_register.application.ports import Transaction


async def note_of_child(tx: Transaction, child_id: UUID, *parts: str) -> UUID | None:
    """Parts of what is known of a child have changed: another version of their case, if they have one. Returns the case.

    The open case, or else the latest. Lock the child first.
    """
    case_id = await tx.cases.latest_of(child_id)
    if case_id is not None:
        await tx.cases.note_change(case_id, *parts)
    return case_id
