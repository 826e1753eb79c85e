"""The register on a real database: events come in as Kafka brings them, time stands where it is put, and what is said can be read."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from aiokafka.structs import ConsumerRecord

from cme_bus.consumer import Consumer
from cme_bus.database import Database
from cme_bus.meta import Meta
from cme_bus.sealing import Key, VersionedKeyring, sealed_json
from cme_contracts.base import Event
from cme_contracts.codes import Recommendation
from cme_contracts.safeguarding import CaseConsidered
from cme_register.adapters.postgres import RegisterTx
from cme_register.adapters.tables import load_rules
from cme_register.application.officers import take_list
from cme_register.application.ports import Officer
from cme_register.application.rules import Rules
from cme_register.domain.codes import Role
from cme_register.entrypoints.events import consumer
from cme_register.entrypoints.timers import loop

KEY = Key("k1", bytes(32))
STATUS = "status.changed"
KEYRING = VersionedKeyring([KEY])
IMOGEN, TOBIAS, GWILYM = (UUID(int=number) for number in (1, 2, 3))
"""Two Lead Officers and a team manager."""


STANDING = frozenset({"REVIEW", "REVIEW-M1", "REVIEW-M", "REVIEW-MANAGER", "LONG", "LPD", "CTF"})
"""Clocks that run beside every case that they concern: most tests tell of something else."""


class Standing:
    """Business time that stands where a test put it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass
class Said:
    """An event as it stands in the outbox."""

    type: str
    key: str
    body: dict[str, Any]
    cause: str | None

    @property
    def short(self) -> str:
        return self.type.removeprefix("cme.").removesuffix(".v1")


class Register:
    """The service without its processes."""

    def __init__(self, db: Database[RegisterTx], clock: Standing, rules: Rules | None = None) -> None:
        self.db, self.clock = db, clock
        self.rules = rules or load_rules()
        self.ears: Consumer[RegisterTx] = consumer(db, clock, self.rules)
        self.timers = loop(db, clock, self.rules)

    async def hear(self, *events: Event, partition: int = 0) -> None:
        """What Kafka brings, in one batch a stream; business time is not before the last of it."""
        for event in events:
            self.clock.at = max(self.clock.at, getattr(event, "received_at", self.clock.at))
        for stream in dict.fromkeys(event.stream for event in events):
            await self.ears.take([record(event, partition) for event in events if event.stream == stream])
        assert await self.db.pool.fetchval("SELECT count(*) FROM parked") == 0

    async def considered(self) -> None:
        """Safeguarding says that it has considered every case that is open."""
        rows = await self.db.pool.fetch("SELECT id, child_id FROM case_file WHERE status = 'open'")
        await self.hear(*(
            CaseConsidered(
                child_id=row["child_id"], case_id=row["id"], consideration_id=uuid4(), considered_at=self.clock.now(),
                prompted_by="cme.case.opened.v1", recommendation=Recommendation.NO_CONCERN_SEEN,
            ) for row in rows
        ))  # fmt: skip

    async def let_pass(self, until: str) -> int:
        """Move business time and fire what is due then. Returns how much was."""
        self.clock.at = datetime.fromisoformat(until)
        return await self.timers.fire_due()

    async def go_through(self, *instants: str) -> None:
        for instant in instants:
            await self.let_pass(instant)

    async def said(self, *, beside: bool = False, standing: bool = False) -> list[Said]:
        """Everything in the outbox, oldest first; nothing relays it here.

        `beside`: what status follows from it too. `standing`: what is said of standing clocks too.
        """
        rows = await self.db.pool.fetch("SELECT key, headers, payload FROM outbox ORDER BY seq")
        found = []
        for row in rows:
            headers = json.loads(row["headers"])
            one = Said(headers["ce_type"], row["key"], json.loads(row["payload"]), headers.get("ce_causationid"))
            if (standing or one.body.get("clock") not in STANDING) and (beside or one.short != STATUS):
                found.append(one)
        return found

    async def statuses(self) -> list[tuple[str, str]]:
        """What was said of children's status in law, and since when."""
        said = await self.said(beside=True)
        return [(one.body["status"], one.body["since"]) for one in said if one.short == STATUS]

    async def told(self) -> list[str]:
        """The same as short names."""
        return [one.short for one in await self.said()]

    async def bodies(self, type_: str) -> list[dict[str, Any]]:
        return [one.body for one in await self.said() if one.short == type_]

    async def last(self, type_: str) -> dict[str, Any]:
        return (await self.bodies(type_))[-1]

    async def only(self, type_: str) -> dict[str, Any]:
        [body] = await self.bodies(type_)
        return body

    async def staff(self, *officers: Officer) -> None:
        listed = officers or (
            Officer(IMOGEN, "Imogen Sallow", "imogen@example.org", Role.LEAD_OFFICER, True),
            Officer(TOBIAS, "Tobias Wrenfield", "tobias@example.org", Role.LEAD_OFFICER, True),
            Officer(GWILYM, "Gwilym Hartopp", "gwilym@example.org", Role.TEAM_MANAGER, True),
        )
        async with self.db.transaction() as tx:
            await take_list(tx, listed, at=self.clock.now(), new_id=uuid4)


def record(event: Event, partition: int = 0) -> ConsumerRecord[bytes, bytes]:
    """The record that the event's owner would have put on its topic."""
    meta = Meta.of(event, source=f"/cme/{event.owner}")
    return ConsumerRecord(
        topic=event.stream, partition=partition, offset=uuid4().int % 2**40, timestamp=0, timestamp_type=0,
        key=event.key.encode(), value=sealed_json(event, meta.id, KEY), checksum=None,
        serialized_key_size=0, serialized_value_size=0,
        headers=tuple((name, value.encode()) for name, value in meta.headers().items()),
    )  # fmt: skip
