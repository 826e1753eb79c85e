"""Personal data is closed to all but its readers, and to them too once its key is forgotten."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from cme_bus.consumer import Consumer, Patience
from cme_bus.database import Database, Tx
from cme_bus.errors import TryAgain
from cme_bus.meta import Meta
from cme_bus.sealing import Key, VersionedKeyring
from cme_contracts.sealed import NotSealedError, Sealed, StillSealedError
from tests.bus.events import Child, Message, Said, WithChild, message, said_on
from tests.bus.fake_consumer import Record, record

type Pool = asyncpg.Pool[asyncpg.Record]

CANARY = "Zacharias Quillfeather"
STREAM = "test.sealing"
QUICK = Patience(first=0.01, most=0.02, hold=2)


@pytest.fixture
def said() -> Said:
    return said_on(STREAM)


def about(said: Said, name: str = CANARY, case: str = "a") -> WithChild:
    return said.child(case=case, personal=Sealed(Child(name=name)))


def hear(db: Database[Tx], said: Said, name: str = "register") -> tuple[Consumer[Tx], list[WithChild]]:
    heard: list[WithChild] = []
    consumer: Consumer[Tx] = Consumer(db, name=name, catalog=said.catalog, patience=QUICK)

    @consumer.on(said.child)
    async def listen(event: WithChild, tx: Tx, meta: Meta) -> None:
        heard.append(event)

    return consumer, heard


def arrived(*messages: Message) -> list[Record]:
    return [record(STREAM, 0, n, m.value, key=m.key, headers=m.headers) for n, m in enumerate(messages)]


async def why_parked(pool: Pool) -> list[str]:
    return [row["error"] for row in await pool.fetch('SELECT error FROM parked ORDER BY "offset"')]


async def test_the_outbox_holds_the_box_only(db: Database[Tx], pool: Pool, said: Said) -> None:
    async with db.transaction() as tx:
        tx.publish(about(said))
    payload = await pool.fetchval("SELECT payload FROM outbox")
    assert CANARY.encode() not in payload
    box = json.loads(payload)["personal"]
    assert set(box) == {"kid", "sealed"}
    assert CANARY.encode() not in b64decode(box["sealed"])


async def test_a_named_reader_opens_it_and_nobody_else_can(db: Database[Tx], said: Said, key: Key) -> None:
    records = arrived(message(about(said), key=key))
    register, opened = hear(db, said)
    await register.take(records)
    assert opened[0].personal.plain == Child(name=CANARY)

    notifications, closed = hear(db, said, name="notifications")
    await notifications.take(records)
    with pytest.raises(StillSealedError):
        closed[0].personal.plain  # noqa: B018
    view, also_opened = hear(db, said, name="register.timeline")  # a second reader of the same service
    await view.take(records)
    assert also_opened[0].personal.plain.name == CANARY


async def test_what_cannot_be_opened_is_parked_with_a_reason_that_names_nobody(
    db: Database[Tx], pool: Pool, said: Said, key: Key, logged: list[dict[str, Any]]
) -> None:
    good = message(about(said), key=key)
    other_event = replace(good, headers=message(about(said), key=key).headers)
    body = json.loads(good.value or b"")
    flipped = bytearray(b64decode(body["personal"]["sealed"]))
    flipped[20] ^= 1
    tampered = {"kid": "k1", "sealed": b64encode(flipped).decode()}
    boxes: list[Any] = [{"kid": "gone", "sealed": body["personal"]["sealed"]}, tampered, {"kid": "k1", "sealed": "!"}]
    broken = [json.dumps(body | {"personal": box}).encode() for box in boxes]
    wrong_inside = message(
        said.child(case="a", personal=Sealed(Child.model_construct(name=CANARY, age=CANARY))), key=key
    )
    no_box = replace(good, value=json.dumps(body | {"personal": {"name": CANARY}}).encode())
    messages = [other_event, *(replace(good, value=value) for value in broken), wrong_inside, no_box]
    consumer, heard = hear(db, said)
    await consumer.take(arrived(*(replace(m, key=f"c{n}".encode()) for n, m in enumerate(messages))))
    tampered_with = "Unprocessable: its personal data was not sealed for this event, or has been tampered with"
    assert await why_parked(pool) == [
        tampered_with,
        "Unprocessable: the key to its personal data is unknown here, or has been forgotten",
        tampered_with,
        tampered_with,
        "age: int_parsing",
        "personal.kid: missing; personal.sealed: missing",
    ]
    assert heard == []
    assert CANARY not in str(logged)


async def test_older_keys_open_and_the_last_one_seals(pool: Pool, said: Said) -> None:
    old, new = Key("k1", b"1" * 32), Key("k2", b"2" * 32)
    db = Database(pool, Tx, source="/cme/referrals", keyring=VersionedKeyring([old, new]))
    consumer, heard = hear(db, said)
    await consumer.take(arrived(message(about(said), key=old), message(about(said), key=new)))
    assert [event.personal.plain.name for event in heard] == [CANARY, CANARY]
    async with db.transaction() as tx:
        tx.publish(about(said))
    assert json.loads(await pool.fetchval("SELECT payload FROM outbox"))["personal"]["kid"] == "k2"


async def test_a_key_per_child_fits_and_forgetting_it_forgets_the_child(pool: Pool, said: Said) -> None:
    class OneKeyEach:
        """As a database of keys would be: asked once for a batch, and allowed to be away."""

        def __init__(self) -> None:
            self.keys: dict[str, Key] = {}
            self.asked: list[set[str]] = []
            self.away = 2

        async def for_sealing(self, subjects: Collection[str]) -> Mapping[str, Key]:
            return {s: self.keys.setdefault(f"kid-of-{s}", Key(f"kid-of-{s}", uuid4().bytes * 2)) for s in subjects}

        async def for_opening(self, kids: Collection[str]) -> Mapping[str, Key]:
            if self.away:
                self.away -= 1
                raise TryAgain("the keys are away")
            self.asked.append(set(kids))
            return {kid: self.keys[kid] for kid in kids if kid in self.keys}

    ring = OneKeyEach()
    db = Database(pool, Tx, source="/cme/referrals", keyring=ring)
    async with db.transaction() as tx:
        tx.publish(*(about(said, case=case) for case in ("a", "b", "a")))
    rows = await pool.fetch("SELECT * FROM outbox ORDER BY seq")
    records = [
        record(STREAM, 0, n, row["payload"], key=row["key"].encode(), headers=encoded(json.loads(row["headers"])))
        for n, row in enumerate(rows)
    ]
    del ring.keys["kid-of-b"]
    consumer, heard = hear(db, said)
    await consumer.take(records)
    assert ring.asked == [{"kid-of-a", "kid-of-b"}]
    assert [event.case for event in heard] == ["a", "a"]
    assert "forgotten" in (await why_parked(pool))[0]


def encoded(headers: dict[str, str]) -> list[tuple[str, bytes | None]]:
    return [(name, value.encode()) for name, value in headers.items()]


async def test_plain_data_without_a_keyring_and_a_box_of_another_event_are_refused(
    pool: Pool, db: Database[Tx], said: Said, key: Key
) -> None:
    with pytest.raises(NotSealedError):
        async with Database(pool, Tx, source="/t").transaction() as tx:
            tx.publish(about(said))
    boxed = said.child.model_validate_json(message(about(said), key=key).value or b"")
    async with db.transaction() as tx:
        with pytest.raises(StillSealedError):
            tx.publish(boxed)
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 0


@pytest.mark.parametrize("text", ["", "k1", "k1:", "k1:c2hvcnQ=", f":{'A' * 43}=", f"k1:{'A' * 43}=,k1:{'B' * 43}="])
def test_a_keyring_says_what_is_wrong_with_its_text_without_quoting_it(text: str) -> None:
    with pytest.raises(ValueError) as caught:  # the text is looked at below
        VersionedKeyring.from_text(text)
    assert not any(secret in str(caught.value) for secret in ("c2hvcnQ", "AAAA", "BBBB"))
    assert "secret" not in repr(Key("k", b"secret!!" * 4))
