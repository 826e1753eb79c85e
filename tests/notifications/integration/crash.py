"""A sender that is killed after Notify took its message and before that was written down: run as a process of its own.

`python -m tests.notifications.integration.crash <dsn> <notify url>`
"""

import asyncio
import os
import signal
import sys
from typing import Any

import asyncpg
import httpx2

from cme_bus.database import Database, as_it_is, prepare
from cme_notifications.adapters.notify import Notify
from cme_notifications.adapters.postgres import NotificationsTx
from cme_notifications.application.ports import Letter
from cme_notifications.application.send import Sender
from cme_notifications.domain.messages import Outcome
from tests.fakes.notify import KEY, TEMPLATE
from tests.notifications.integration.conftest import composer
from tests.notifications.invented import NOON


class Killed(Notify):
    """The real adapter, in a process that does not live to hear the answer."""

    async def send(self, letter: Letter) -> Outcome:
        await super().send(letter)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("still alive")


async def main(dsn: str, url: str) -> None:
    async with asyncpg.create_pool(dsn, init=prepare, reset=as_it_is) as pool, httpx2.AsyncClient() as client:
        db: Database[Any] = Database(pool, NotificationsTx, source="/cme/notifications")
        channel = Killed(KEY, {"": TEMPLATE}, client, url=url)
        await Sender(db.transaction, channel, composer(), lambda: NOON).send_next()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
