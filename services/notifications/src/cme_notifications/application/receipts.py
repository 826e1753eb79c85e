"""The channel reports what became of a message it took."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog

from cme_bus.errors import TryAgain
from cme_notifications.application.announce import announce
from cme_notifications.application.ports import Transaction
from cme_notifications.domain.messages import Settlement, State, move

log = structlog.get_logger()

DELIVERED = "delivered"


async def note_receipt(tx: Transaction, message_id: UUID, status: str, *, at: datetime) -> None:
    """Delivered, or failed with the channel's own word as the reason.

    A receipt that comes again changes nothing, nor does one for a message that is not ours. Raises `TryAgain` for one that is
    quicker than our own record that the channel took the message: the channel says it again later.
    """
    message = await tx.messages.find(message_id)
    if message is not None and message.state in (State.SENDING, State.IN_DOUBT):
        raise TryAgain("that the channel took it is not written down yet")
    if message is None or message.state is not State.SENT:
        log.info("receipt.passed_over", message_id=str(message_id), status=status)
        return
    arrived = status == DELIVERED
    settlement = Settlement(State.DELIVERED) if arrived else Settlement(State.PERMANENTLY_FAILED, status)
    move(message.state, settlement.state)
    await tx.messages.settle(message, settlement, at=at, claim=None)
    await announce(tx, message, settlement, message.channel or "email", at)
