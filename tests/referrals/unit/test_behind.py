"""What is handed over is done in order, one at a time, and an error in it is not lost."""

import asyncio

import pytest

from cme_referrals.entrypoints.behind import Behind


async def test_the_next_is_made_ready_while_the_last_is_done_and_none_overtakes() -> None:
    behind, done, go = Behind(), list[str](), asyncio.Event()

    async def first() -> None:
        await go.wait()
        done.append("first")

    async def second() -> None:
        done.append("second")

    await behind.do(first)
    done.append("made ready meanwhile")
    go.set()
    await behind.do(second)
    await behind.done()
    assert done == ["made ready meanwhile", "first", "second"]


async def test_an_error_is_raised_once_to_whoever_comes_next_and_nothing_is_started() -> None:
    behind, started = Behind(), list[int]()

    async def fails() -> None:
        raise ConnectionError

    async def work() -> None:
        started.append(1)

    await behind.do(fails)
    with pytest.raises(ConnectionError):
        await behind.do(work)
    await behind.done()
    assert not started


async def test_whoever_leaves_leaves_nothing_running() -> None:
    behind, ended = Behind(), asyncio.Event()

    async def long() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    await behind.do(long)
    await asyncio.sleep(0)
    await behind.leave()
    assert ended.is_set()
