"""Whatever happens, in whatever order it is heard: every case is considered, and social care is not told twice."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cme_bus.consumer import Consumer
from cme_bus.database import Connection
from cme_bus.meta import Meta
from cme_contracts.base import Event
from cme_contracts.codes import CaseKind, Category, Factor
from cme_contracts.referrals import ConcernReported
from cme_contracts.register import CaseOpened
from cme_contracts.safeguarding import CaseConsidered, EscalatedToSocialCare
from cme_safeguarding.adapters.postgres import SafeguardingTx
from cme_safeguarding.domain.escalation import covered
from cme_safeguarding.entrypoints.events import listen
from tests.safeguarding.support import KEYRING, PRACTICE, Safeguarding, Someone, joined, separated

FACTORS = (
    Factor.SECTION_47,
    Factor.CHILD_PROTECTION_PLAN,
    Factor.FGM,
    Factor.EHCP,
    Factor.TRANSITION_POINT,
)
factor_sets = st.lists(st.sampled_from(FACTORS), max_size=2, unique=True)


@dataclass
class Life:
    """One child's facts as they happened: the register's stream in its order, and the fast lane in its own."""

    child: Someone = field(default_factory=Someone)
    register: list[Event] = field(default_factory=list)
    concerns: list[Event] = field(default_factory=list)
    first: UUID = field(default_factory=uuid4)

    def submit(self, factors: Sequence[Factor], *, first: bool = False) -> None:
        submission = self.first if first else uuid4()
        if factors:
            self.concerns.append(self.child.concern(*factors, submission=submission))
        self.register.append(self.child.matched(submission))
        self.register.append(
            self.child.opened(submission, *factors) if first else self.child.duplicate(submission, *factors)
        )


@st.composite
def lives(draw: st.DrawFn) -> Life:
    life = Life()
    life.submit(draw(factor_sets), first=True)
    for step in draw(st.lists(st.sampled_from(["submit", "breach", "category", "located", "closed"]), max_size=5)):
        match step:
            case "submit":
                life.submit(draw(factor_sets))
            case "breach":
                life.register.append(life.child.breached())
            case "category":
                category = draw(st.sampled_from([Category.MISSING, Category.WITHOUT_SCHOOL_PLACE]))
                life.register.append(life.child.category(CaseKind.CME, category))
            case "located":
                life.register.append(life.child.located())
            case _:
                life.register.append(life.child.closed())
                life.child.case_id, again = uuid4(), Someone(life.child.child_id, uuid4(), life.child.at)
                life.child = again
                life.first = uuid4()
                life.submit(draw(factor_sets), first=True)
    return life


@st.composite
def told(draw: st.DrawFn) -> list[Event]:
    """Two children whose facts are heard in any order that the streams allow; perhaps joined, and separated again."""
    one, other = draw(lives()), draw(lives())
    register = _merged(draw, one.register, other.register)
    if draw(st.booleans()):
        register.append(joined(one.child, other.child))
        one.submit(draw(factor_sets))
        register += one.register[-2:]
        if draw(st.booleans()):
            register.append(separated(one.child, other.child, _chains(other)))
    return _merged(draw, register, [*one.concerns, *other.concerns])


def _chains(life: Life) -> list[UUID]:
    return [event.first_submission_id for event in life.register if hasattr(event, "first_submission_id")]


def _merged(draw: st.DrawFn, left: list[Event], right: list[Event]) -> list[Event]:
    left, right, merged = list(left), list(right), []
    while left and right:
        merged.append((left if draw(st.booleans()) else right).pop(0))
    return [*merged, *left, *right]


class Watched(SafeguardingTx):
    """Remembers what is said in it."""

    def __init__(self, conn: Connection) -> None:
        super().__init__(conn, "/cme/safeguarding", KEYRING)
        self.made: list[Event] = []

    def publish(self, *events: Event, cause: Meta | None = None) -> None:
        self.made += events
        super().publish(*events, cause=cause)


class Ear:
    """Takes the place of the bus: hands an event to its handler in a transaction the test keeps open."""

    def __init__(self) -> None:
        self.handlers: dict[type[Event], Callable[..., Awaitable[None]]] = {}

    def on(self, event: type[Event]) -> Callable[[Callable[..., Awaitable[None]]], Callable[..., Awaitable[None]]]:
        def register(handler: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
            self.handlers[event] = handler
            return handler

        return register


@asynccontextmanager
async def undone(pool: asyncpg.Pool) -> AsyncIterator[Watched]:
    """A transaction that never was: each example begins with an empty database."""
    async with pool.acquire() as conn:
        transaction = conn.transaction()
        await transaction.start()
        try:
            yield Watched(conn)
        finally:
            await transaction.rollback()


@pytest.mark.policy("5.1.8")
@pytest.mark.policy("9.1")
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=told())
async def test_no_sequence_leaves_a_case_unconsidered_or_escalates_twice(
    safeguarding: Safeguarding, events: list[Event]
) -> None:
    ear = Ear()
    listen(cast("Consumer[SafeguardingTx]", ear), safeguarding.clock, PRACTICE)
    async with undone(safeguarding.db.pool) as tx:
        for event in events:
            before = len(tx.made)
            await ear.handlers[type(event)](event, tx, Meta.of(event, source=f"/cme/{event.owner}"))
            for said in tx.made[before:]:
                if isinstance(said, EscalatedToSocialCare):
                    await _was_not_in_hand(tx, said)

    considered = [one for one in tx.made if isinstance(one, CaseConsidered)]
    for prompt in (CaseOpened, ConcernReported):
        heard = sum(isinstance(event, prompt) for event in events)
        assert heard == sum(one.prompted_by == prompt.type for one in considered)
    opened = {event.case_id for event in events if isinstance(event, CaseOpened)}
    assert opened == {one.case_id for one in considered if one.prompted_by == CaseOpened.type}
    for one in tx.made:
        if isinstance(one, EscalatedToSocialCare):
            assert set(one.factors) <= {Factor.SECTION_47, Factor.CHILD_PROTECTION_PLAN}  # never for a breach


async def _was_not_in_hand(tx: SafeguardingTx, said: EscalatedToSocialCare) -> None:
    file = await tx.files.of_child(said.child_id) if said.child_id else None
    subjects = file.subjects if file else [said.first_submission_id] if said.first_submission_id else []
    in_hand = covered([one for one in await tx.escalations.of(subjects) if one.id != said.escalation_id])
    assert subjects
    assert set(said.factors) - in_hand, "social care had all of it in hand"
