"""The channel reports what became of a message it took."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog

from cme_notifications.application.announce import announce
from cme_notifications.application.ports import Transaction
from cme_notifications.domain.messages import Settlement, State, move

log = structlog.get_logger()

DELIVERED = "delivered"


async def note_receipt(tx: Transaction, message_id: UUID, status: str, *, at: datetime) -> None:
    """Delivered, or failed with the channel's own word as the reason.

    A receipt that comes again, or before our own record that the channel took the message, changes nothing: that
    record is made by asking the channel. Nor does one for a message that is not ours.
    """
    message = await tx.messages.find(message_id)
    if message is None or message.state is not State.SENT:
        log.info("receipt.passed_over", message_id=str(message_id), status=status)
        return
    arrived = status == DELIVERED
    settlement = Settlement(State.DELIVERED) if arrived else Settlement(State.PERMANENTLY_FAILED, status)
    move(message.state, settlement.state)
    await tx.messages.settle(message, settlement, at=at, claim=None)
    await announce(tx, message, settlement, message.channel or "email", at)
