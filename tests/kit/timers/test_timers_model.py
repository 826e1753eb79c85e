"""Set, cancel, let time pass, fire, fail: timers do what a dictionary would."""

import asyncio
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from cme_timers import TimerLoop, overdue
from tests.kit.timers.support import HandClock, at, opened, prepared

SUBJECTS = [UUID(int=n) for n in range(1, 4)]
KINDS = ["warn", "breach", "rung"]
subjects, kinds, hours = st.sampled_from(SUBJECTS), st.sampled_from(KINDS), st.integers(0, 12)


@dataclass
class Entry:
    order: int
    state: str = "open"
    failures: int = 0


class TimersAsADictionary(RuleBasedStateMachine):
    """The model: (kind, subject, hour) to what became of it. Pauses after failures are over at once."""

    setting: tuple  # set by the test: a runner of coroutines and a database

    def __init__(self) -> None:
        super().__init__()
        self.runner, self.db = self.setting
        self.clock, self.hour = HandClock(), 0
        self.model: dict[tuple, Entry] = {}
        self.fired: list[tuple] = []
        self.broken: set[UUID] = set()
        self.loop = TimerLoop(self.db, self.clock, dict.fromkeys(KINDS, self.handle))
        self.runner.run(self.db.pool.execute("TRUNCATE timer, rang, outbox RESTART IDENTITY"))

    async def handle(self, timer, tx, detected_at):
        await tx.ring(timer, detected_at)
        if timer.subject in self.broken:
            raise LookupError

    @rule(kind=kinds, subject=subjects, hour=hours)
    def set_timer(self, kind, subject, hour):
        async def act():
            async with self.db.transaction() as tx:
                return await tx.timers.set_timer(kind, subject, at(hour))

        is_open = self.runner.run(act())
        entry = self.model.setdefault((kind, subject, hour), Entry(len(self.model)))
        if entry.state == "cancelled":
            entry.state = "open"
        assert is_open == (entry.state == "open")

    @rule(subject=subjects, kind=st.none() | kinds)
    def cancel(self, subject, kind):
        async def act():
            async with self.db.transaction() as tx:
                return await tx.timers.cancel(subject, kind)

        meant = [
            entry
            for (a_kind, a_subject, _), entry in self.model.items()
            if a_subject == subject and kind in (None, a_kind) and entry.state == "open"
        ]
        assert self.runner.run(act()) == len(meant)
        for entry in meant:
            entry.state = "cancelled"

    @rule(hour=hours)
    def time_passes(self, hour):
        self.hour += hour
        self.clock.set(self.hour)

    @rule(subject=subjects)
    def break_or_mend(self, subject):
        self.broken ^= {subject}

    @rule()
    def fire(self):
        self.runner.run(self.db.pool.execute("UPDATE timer SET retry_at = NULL"))
        self.runner.run(self.loop.fire_due())
        due = [(key, entry) for key, entry in self.model.items() if entry.state == "open" and key[2] <= self.hour]
        held: set[UUID] = set()
        for key, entry in sorted(due, key=lambda item: (item[0][2], item[1].order)):
            if key[1] in held:
                continue
            if key[1] in self.broken:
                entry.failures += 1
                if entry.failures < 5:
                    held.add(key[1])
            else:
                entry.state = "fired"
                self.fired.append(key)

    @invariant()
    def the_same_has_fired_in_the_same_order_per_subject(self):
        rows = self.runner.run(self.db.pool.fetch("SELECT kind, subject, due_at FROM rang ORDER BY n"))
        for subject in SUBJECTS:
            real = [(row["kind"], subject, row["due_at"]) for row in rows if row["subject"] == subject]
            assert real == [(kind, subject, at(hour)) for kind, of, hour in self.fired if of == subject]
        assert self.runner.run(self.db.pool.fetchval("SELECT count(*) FROM outbox")) == len(self.fired)

    @invariant()
    def as_many_are_overdue(self):
        late = [key[2] for key, entry in self.model.items() if entry.state == "open" and key[2] <= self.hour]
        seen = self.runner.run(overdue(self.db.pool, self.clock))
        assert (seen.count, seen.oldest_due_at) == (len(late), at(min(late)) if late else None)


@pytest.fixture
def setting(postgres):
    """A runner of coroutines, for a test that is no coroutine, and a database of its own."""
    name = f"test_{uuid4().hex}"
    with asyncio.Runner() as runner:

        async def start():
            admin = await asyncpg.connect(postgres)
            await admin.execute(f"CREATE DATABASE {name}")
            dsn = f"{postgres.rpartition('/')[0]}/{name}"
            await prepared(dsn)
            await admin.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
            return admin, await opened(dsn)

        admin, db = runner.run(start())
        yield runner, db

        async def stop():
            await db.pool.close()
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
            await admin.close()

        runner.run(stop())


def test_timers_do_what_a_dictionary_would(setting):
    machine = type("Machine", (TimersAsADictionary,), {"setting": setting})
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=40, stateful_step_count=25, suppress_health_check=list(HealthCheck)),
    )
