"""What the register says to the others it also writes in the case's chronology: the two cannot differ."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from cme_contracts.base import Event
from cme_contracts.register import CaseEvent
from cme_register.application.ports import Entry, Transaction
from cme_register.application.said import Said
from cme_register.application.status import follow

__all__ = ["BESIDE", "Said", "entry", "tell"]

BESIDE = {"child_id", "case_id", "personal"}
"""The entry stands in its case; personal data stands in no chronology."""


async def tell(tx: Transaction, said: Sequence[Said]) -> None:
    """Publish, in this order, and write down what is about a case; then what it makes of a child's status in law."""
    for one in said:
        tx.publish(one.event, cause=one.cause)
    await tx.chronology.add(
        [entry(one.event.case_id, one.event, one.at) for one in said if isinstance(one.event, CaseEvent)]
    )
    await follow(tx, said)


def entry(subject: UUID, event: Event, at: datetime, heard_in: UUID | None = None) -> Entry:
    """The line that an event makes in the chronology of `subject`; of one that was heard, `heard_in` is its id."""
    return Entry(subject, at, event.type, event.model_dump(mode="json", exclude=BESIDE, exclude_none=True), heard_in)
