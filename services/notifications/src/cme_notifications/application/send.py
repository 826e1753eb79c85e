"""Send what is owed: claim, call the channel outside any transaction, record what came of it and say so.

A crash anywhere repeats a step: an unclaimed message is claimed, one whose lease ended is in doubt and is looked up
before it is sent again, and an outcome is recorded by whoever holds the claim or by nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID, uuid4

import structlog

from cme_bus.errors import describe
from cme_notifications.application.announce import announce
from cme_notifications.application.compose import Composer
from cme_notifications.application.ports import Begin, Channel, Claimed
from cme_notifications.domain.errors import NoAddress
from cme_notifications.domain.messages import (
    BY_HAND,
    NO_ADDRESS,
    REMEMBERED,
    WAIT_FOR_ADDRESS,
    NotNow,
    Outcome,
    Refused,
    Settlement,
    State,
    Taken,
    Unclear,
    move,
    settle,
)  # fmt: skip

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
"""Technical time a sender has for one message; several times what a look-up and a call to a channel may take. Nothing is
handed over in its second half: a process that was stopped meanwhile must not wake up and send what another is sending."""
AT_ONCE = 100


class Sender:
    """One sender. Run as many as wanted, in one process or in several: no message is sent twice."""

    def __init__(
        self,
        begin: Begin,
        channel: Channel,
        composer: Composer,
        now: Callable[[], datetime],
        *,
        lease: timedelta = LEASE,
        waited: timedelta = WAIT_FOR_ADDRESS,
        new_id: Callable[[], UUID] = uuid4,
        ticks: Callable[[], float] = monotonic,
    ) -> None:
        """`now` is business time, for what is said to others; leases and pauses go by the database's own clock.

        `ticks` counts seconds, to know how much of a lease is left.
        """
        self._begin, self._channel, self._composer, self._now = begin, channel, composer, now
        self._lease, self._waited, self._new_id, self._ticks = lease, waited, new_id, ticks

    async def address(self) -> int:
        """Owe what is owed to a role to its holders, and give up what will not go out. Returns how many were settled."""
        async with self._begin() as tx:
            settled = await tx.messages.expand_roles()
        async with self._begin() as tx:
            for message in await tx.messages.unreachable(waited=self._waited, limit=AT_ONCE):
                move(message.state, State.PERMANENTLY_FAILED)
                settlement = Settlement(State.PERMANENTLY_FAILED, BY_HAND if message.reason == BY_HAND else NO_ADDRESS)
                at = self._now()
                await tx.messages.settle(message, settlement, at=at, claim=None, channel=self._channel.name)
                await announce(tx, message, settlement, self._channel.name, at)
                settled += 1
        return settled

    async def send_next(self, *, urgent_only: bool = False) -> bool:
        """Send one message, the urgent first. False: there is none that may go out now."""
        claimed_at = self._ticks()
        async with self._begin() as tx:
            message = await tx.messages.claim(self._new_id(), lease=self._lease, urgent_only=urgent_only)
        if message is None:
            return False
        outcome, version = await self._hand_over(message, claimed_at)
        settlement = settle(outcome, attempts=message.attempts, age=message.age)
        move(State.SENDING, settlement.state)
        async with self._begin() as tx:
            at = self._now()
            if await tx.messages.settle(
                message, settlement, at=at, claim=message.claim, channel=self._channel.name, template_version=version
            ):
                await announce(tx, message, settlement, self._channel.name, at)
            else:
                log.warning("message.claim_lost", message_id=str(message.id))
        return True

    async def _hand_over(self, message: Claimed, claimed_at: float) -> tuple[Outcome, int | None]:
        try:
            if message.doubtful and (known := await self._found(message)) is not None:
                return known, None
            letter, version = self._composer.compose(message)
            if self._ticks() - claimed_at > self._lease.total_seconds() / 2:
                return NotNow("too-slow"), None
            return await self._channel.send(letter), version
        except NoAddress:
            return Refused(NO_ADDRESS), None
        except Exception as error:  # noqa: BLE001 - a defect of ours; the message may be out, so it is in doubt
            log.error("message.defect", message_id=str(message.id), template=message.template, error=describe(error))
            return Unclear("defect"), None

    async def _found(self, message: Claimed) -> Outcome | None:
        """What the channel knows of it; None if it may be sent again."""
        match await self._channel.find(message.id):
            case None if message.age > REMEMBERED:
                return Refused("in-doubt")  # the channel may have forgotten what it took
            case None:
                return None
            case Taken() | Refused() as known:
                log.info("message.found", message_id=str(message.id))
                return known
            case NotNow(reason) | Unclear(reason):
                return Unclear(reason)
