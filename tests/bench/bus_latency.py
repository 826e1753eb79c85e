"""How long an event takes, from the commit of its outbox row to the commit of its effect, at a steady trickle.

Writer and relay in this process, the reader in another, as two services are.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection

import asyncpg
import structlog
import uvloop

from cme_bus.database import as_it_is, prepare
from tests.bench.bus_rig import PUPIL, Contestant, Load, Measured, Rig, new_rig

SPAWN = multiprocessing.get_context("spawn")


async def latency(
    make: Callable[[], Contestant], kafka: str, postgres: str, per_second: int = 200, seconds: int = 8
) -> str:
    load = Load(per_second * seconds)
    committed: dict[bytes, float] = {}
    async with new_rig(kafka, postgres, load) as rig:
        Measured.stream = rig.topic
        ours, theirs = SPAWN.Pipe()
        reader = SPAWN.Process(target=read, args=(make, kafka, rig.dsn, rig.topic, load, theirs), daemon=True)
        reader.start()
        await asyncio.to_thread(ours.recv)  # it listens
        writer = make()
        async with writer.speaking(rig):
            started = time.perf_counter()
            for n in range(load.count):
                await asyncio.sleep(max(0, started + n / per_second - time.perf_counter()))
                await writer.write(rig, [Measured(submission_id=f"c{n}", step=0, personal=PUPIL)])
                committed[b"c%d" % n] = time.monotonic()
            handled = await asyncio.to_thread(ours.recv)
        await asyncio.to_thread(reader.join, 20)
    took = sorted((handled[key] - committed[key]) * 1000 for key in committed)
    return ", ".join(f"p{part} {took[len(took) * part // 100]:.1f} ms" for part in (50, 95, 99))


def read(make: Callable[[], Contestant], kafka: str, dsn: str, topic: str, load: Load, pipe: Connection) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    Measured.stream = topic
    uvloop.run(_read(make(), kafka, dsn, topic, load, pipe))


async def _read(contestant: Contestant, kafka: str, dsn: str, topic: str, load: Load, pipe: Connection) -> None:
    handled: dict[bytes, float] = {}
    done = asyncio.Event()

    def note(keys: Sequence[bytes]) -> None:
        handled.update(dict.fromkeys(keys, time.monotonic()))
        if len(handled) == load.count:
            done.set()

    contestant.handled = note
    async with (
        asyncpg.create_pool(dsn, min_size=2, max_size=4, init=prepare, reset=as_it_is) as pool,
        contestant.hearing(Rig(kafka, dsn, topic, pool, load)),
    ):
        pipe.send("listening")
        await done.wait()
        pipe.send(handled)
