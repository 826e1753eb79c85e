"""However late, often and out of order a service hears what the register decides, it ends up agreeing."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from cme_bus.migrate import migrate
from cme_identity import MIGRATIONS, child_of, join, place, separate, subjects_of

CHILDREN = [UUID(int=n) for n in range(1, 5)]
SUBJECTS = [UUID(int=n) for n in range(101, 107)]


@dataclass
class Register:
    """The one who decides, one thing after another: a dictionary, and who has been absorbed by whom."""

    whose: dict[UUID, UUID] = field(default_factory=dict)
    absorbed_by: dict[UUID, UUID] = field(default_factory=dict)

    def stands(self, child: UUID) -> UUID:
        while child in self.absorbed_by:
            child = self.absorbed_by[child]
        return child

    def match(self, subject: UUID, child: UUID) -> None:
        self.whose[subject] = self.stands(child)

    def join(self, absorbed: UUID, surviving: UUID) -> None:
        self.absorbed_by[absorbed] = surviving
        self.whose = {subject: surviving if child == absorbed else child for subject, child in self.whose.items()}

    def separate(self, restored: UUID, subjects: list[UUID]) -> None:
        self.absorbed_by.pop(restored, None)
        self.whose |= dict.fromkeys(subjects, restored)


class AnyOrder(RuleBasedStateMachine):
    """Decisions are made in order; they are delivered in any."""

    run: Callable  # set by the test: runs a coroutine function on a connection, in a transaction of its own

    def __init__(self) -> None:
        super().__init__()
        self.register, self.waiting, self.delivered = Register(), [], []
        self.now = datetime(2026, 11, 23, tzinfo=UTC)
        self.run(lambda conn: conn.execute("TRUNCATE whose, joined, separated"))

    def announce(self, function, *what) -> None:
        self.now += timedelta(seconds=1)
        self.waiting.append((function, what, self.now))

    @rule(subject=st.sampled_from(SUBJECTS), child=st.sampled_from(CHILDREN))
    def match(self, subject, child):
        self.register.match(subject, child)
        self.announce(place, subject, child)

    @rule(pair=st.permutations(CHILDREN))
    def join(self, pair):
        absorbed, surviving = pair[:2]
        if absorbed in self.register.absorbed_by or surviving in self.register.absorbed_by:
            return  # the register joins only records that stand
        self.register.join(absorbed, surviving)
        self.announce(join, absorbed, surviving)

    @precondition(lambda self: self.register.absorbed_by)
    @rule(data=st.data())
    def separate_what_was_joined(self, data):
        self.take_out(data, data.draw(st.sampled_from(sorted(self.register.absorbed_by))))

    @rule(data=st.data())
    def separate_a_new_record(self, data):
        new = UUID(int=len(self.waiting) + len(self.delivered) + 1000)
        child = data.draw(st.sampled_from(CHILDREN))
        self.register.absorbed_by[new] = child  # as if it had always been inside
        self.take_out(data, new)

    def take_out(self, data, restored):
        surviving = self.register.stands(restored)
        theirs = [subject for subject, child in self.register.whose.items() if child == surviving]
        named = data.draw(st.lists(st.sampled_from(theirs), unique=True)) if theirs else []
        self.register.separate(restored, named)
        self.announce(separate, surviving, restored, named)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def deliver(self, data):
        self.hear(self.waiting.pop(data.draw(st.integers(0, len(self.waiting) - 1))))

    @precondition(lambda self: self.delivered)
    @rule(data=st.data())
    def deliver_again(self, data):
        self.hear(data.draw(st.sampled_from(self.delivered)))

    def hear(self, event) -> None:
        function, what, at = event
        self.run(lambda conn: function(conn, *what, at=at))
        self.delivered.append(event)

    @rule(data=st.data())
    def hear_the_rest_and_agree(self, data):
        for event in data.draw(st.permutations(self.waiting)):
            self.hear(event)
        self.waiting = []
        self.agree()

    def agree(self) -> None:
        for subject in SUBJECTS:
            assert self.run(lambda conn, subject=subject: child_of(conn, subject)) == self.register.whose.get(subject)
        for child in CHILDREN:
            theirs = sorted(subject for subject, owner in self.register.whose.items() if owner == child)
            assert self.run(lambda conn, child=child: subjects_of(conn, child)) == theirs

    def teardown(self) -> None:
        for event in reversed(self.waiting):
            self.hear(event)
        self.agree()


@pytest.fixture
def run(postgres):
    """Runs coroutines in a database of its own, from a test that is no coroutine."""
    name = f"test_{uuid4().hex}"
    with asyncio.Runner() as runner:

        async def start() -> tuple[asyncpg.Connection, asyncpg.Connection]:
            admin = await asyncpg.connect(postgres)
            await admin.execute(f"CREATE DATABASE {name}")
            dsn = f"{postgres.rpartition('/')[0]}/{name}"
            await migrate(dsn, component="identity", folder=MIGRATIONS)
            return admin, await asyncpg.connect(dsn, server_settings={"synchronous_commit": "off"})

        admin, conn = runner.run(start())

        def run(use):
            async def in_transaction():
                async with conn.transaction():
                    return await use(conn)

            return runner.run(in_transaction())

        yield run

        async def stop() -> None:
            await conn.close()
            await admin.execute(f"DROP DATABASE {name}")
            await admin.close()

        runner.run(stop())


def test_a_service_that_hears_everything_in_any_order_agrees_with_the_register(run):
    machine = type("Machine", (AnyOrder,), {"run": staticmethod(run)})
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=60, stateful_step_count=25, suppress_health_check=list(HealthCheck)),
    )
