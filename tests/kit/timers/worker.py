"""A worker of its own process, which kills itself at a named point: `python -m tests.kit.timers.worker DSN [POINT]`."""

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from itertools import count

import asyncpg

from cme_bus.database import Database, prepare
from cme_timers import TimerLoop
from tests.kit.timers.support import HandClock, RingingTx

POINTS = ["claimed", "effect made", "marked as fired", "event written", "committed"]
"""Every place between two durable steps of one firing."""

BEFORE = 3
"""How many timers it fires before it dies at its point."""

point = sys.argv[2] if len(sys.argv) > 2 else None
times = count()


def reach(name: str) -> None:
    if name == point and next(times) == BEFORE:
        os.kill(os.getpid(), signal.SIGKILL)


class Tx(RingingTx):
    async def write_outbox(self) -> bool:
        reach("marked as fired")
        wrote = await super().write_outbox()
        reach("event written")
        return wrote


class KilledDatabase(Database[Tx]):
    @asynccontextmanager
    async def transaction(self):
        async with super().transaction() as tx:
            yield tx
        reach("committed")


async def ring(timer, tx, detected_at):
    reach("claimed")
    await tx.ring(timer, detected_at)
    reach("effect made")


async def main() -> None:
    pool = await asyncpg.create_pool(sys.argv[1], min_size=1, max_size=2, init=prepare)
    await TimerLoop(KilledDatabase(pool, Tx, source="test"), HandClock(), {"breach": ring}).fire_due()
    await pool.close()


if __name__ == "__main__":
    asyncio.run(main())
