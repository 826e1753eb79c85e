"""Events of the tests' own. They are taken out of the real catalogue again: they are nobody's contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from cme_bus.meta import Meta
from cme_bus.sealing import Key, sealed_json, written
from cme_contracts.base import CATALOG, Event, PersonalData, Service
from cme_contracts.sealed import Sealed


class Child(PersonalData):
    name: str
    age: int = 7


class Stepped(Event):
    """Step `step` in the life of a case."""

    owner: ClassVar[Service] = "referrals"
    source_clause: ClassVar[str] = "a test's own"

    case: str
    step: int = 0
    note: str = ""

    @property
    def key(self) -> str:
        return self.case


class WithChild(Stepped):
    """The same with personal data, which the register may read and notifications may not."""

    readers: ClassVar[frozenset[Service]] = frozenset({"register"})
    lawful_basis: ClassVar[str] = "a test's own"

    personal: Sealed[Child]


@dataclass(frozen=True)
class Said:
    """The event types of one topic, and the catalogue they make."""

    step: type[Stepped]
    turn: type[Stepped]
    child: type[WithChild]
    catalog: dict[str, type[Event]]


def said_on(topic: str) -> Said:
    """Event types whose stream is this topic."""
    step = _type("Step", topic, Stepped)
    turn = _type("Turn", topic, Stepped)
    child = _type("ChildStep", topic, WithChild)
    return Said(step, turn, child, {event.type: event for event in (step, turn, child)})


def _type[E: Event](name: str, topic: str, base: type[E]) -> type[E]:
    made = type(name, (base,), {"__module__": __name__, "type": f"{topic}.{name.lower()}.v1", "stream": topic})
    del CATALOG[made.type]
    return made


@dataclass(frozen=True)
class Message:
    """A record as a producer hands it over."""

    value: bytes | None
    key: bytes | None
    headers: list[tuple[str, bytes | None]]
    partition: int | None = None

    @property
    def id(self) -> UUID:
        return UUID(dict(self.headers)["ce_id"].decode())  # type: ignore[union-attr]


def message(event: Event, *, partition: int | None = None, meta: Meta | None = None, key: Key | None = None) -> Message:
    """What the relay would send for this event."""
    meta = meta or Meta.of(event, source="/cme/referrals")
    value = sealed_json(event, meta.id, key) if key else written(event)
    headers: list[tuple[str, bytes | None]] = [(name, value.encode()) for name, value in meta.headers().items()]
    return Message(value, event.key.encode(), headers, partition)
