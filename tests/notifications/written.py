"""Events as their owner's bus writes them: sealed, with headers. By the bus's own road, in a transaction that is undone."""

import json
from dataclasses import dataclass

from cme_bus.database import Connection, Tx
from cme_bus.meta import Meta
from cme_bus.sealing import Keyring
from cme_contracts.base import Event


@dataclass(frozen=True)
class Written:
    """What would travel."""

    event: Event
    meta: Meta
    headers: tuple[tuple[str, bytes], ...]
    value: bytes


async def write(conn: Connection, keyring: Keyring, event: Event) -> Written:
    """`event` as it would leave a service whose keyring this is. Any database with the bus's tables will do."""
    undone = conn.transaction()
    await undone.start()
    try:
        tx = Tx(conn, "/cme/test", keyring)
        tx.publish(event)
        await tx.write_outbox()
        row = await conn.fetchrow("SELECT headers::text, payload FROM outbox WHERE seq = lastval()")
    finally:
        await undone.rollback()
    assert row is not None
    headers = tuple((name, text.encode()) for name, text in json.loads(row["headers"]).items())
    return Written(event, Meta.parse(headers), headers, row["payload"])
