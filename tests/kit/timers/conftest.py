"""A database with timers, a clock that is turned by hand, and a loop over both."""

import pytest

from cme_timers import TimerLoop
from tests.kit.timers.support import HandClock, opened, prepared, ring


@pytest.fixture
async def db(dsn):
    await prepared(dsn)
    db = await opened(dsn)
    yield db
    await db.pool.close()


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def loop(db, clock):
    return TimerLoop(db, clock, {"warn": ring, "breach": ring})
