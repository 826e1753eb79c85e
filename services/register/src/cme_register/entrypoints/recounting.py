"""Looks whether a calendar has changed, and counts the clocks that run again, some at a time, by however many workers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import structlog

from cme_bus.database import Database
from cme_bus.errors import describe, passes
from cme_register.adapters.postgres import RegisterTx
from cme_register.application.recounting import SCHOOL_DAYS, WORKING_DAYS, count_again
from cme_register.application.rules import Rules
from cme_timers import BusinessClock

log = structlog.get_logger()

AT_ONCE = 100
"""Clocks counted again in one transaction."""
EVERY = 60.0
"""Seconds between two looks: an HTTP process may still count by the edition it was started with."""

type Find = Callable[[RegisterTx, UUID], Awaitable[Sequence[UUID]]]


class Recounting:
    """A loop of the worker. Nothing is lost by a kill: what is not yet counted again is found again."""

    def __init__(self, db: Database[RegisterTx], clock: BusinessClock, rules: Rules) -> None:
        self._db, self._clock, self._rules = db, clock, rules

    async def run(self) -> None:
        """Look now and every minute, until cancelled."""
        while True:
            try:
                await self.look()
            except Exception as error:
                if not passes(error):
                    raise
                log.warning("recounting.interrupted", error=describe(error))
            await asyncio.sleep(EVERY)

    async def look(self) -> int:
        """Count again whatever must be. Returns how many clocks' days moved."""
        version = self._rules.days.version
        async with self._db.transaction() as tx:
            latest, schools = await tx.recounting.is_latest(version), await tx.recounting.asked()
        moved = 0
        if latest:
            moved, _ = await self._through(
                lambda tx, after: tx.recounting.otherwise_counted(version, after, AT_ONCE), WORKING_DAYS
            )
        else:
            log.warning("recounting.older_edition", version=version)  # another worker was started with a newer one
        for whose in schools:
            moved += await self._school(whose)
        return moved

    async def _school(self, whose: str) -> int:
        moved, to_the_end = await self._through(
            lambda tx, after: tx.recounting.of_school(whose, after, AT_ONCE), SCHOOL_DAYS
        )
        if to_the_end:
            async with self._db.transaction() as tx:
                await tx.recounting.done(whose)
        return moved

    async def _through(self, find: Find, because: str) -> tuple[int, bool]:
        """In the order of the ids, each batch in a transaction of its own, until none is left or somebody else is at it.

        Returns how many moved, and whether none is left.
        """
        moved, after = 0, UUID(int=0)
        while True:
            async with self._db.transaction() as tx:
                if not await tx.recounting.alone():
                    return moved, False
                found = await find(tx, after)
                if not found:
                    return moved, True
                moved += await count_again(tx, found, self._rules, because, at=self._clock.now())
            after = found[-1]
