"""What is sent, and the client that sends it: cheap, so that what is measured is who answers.

One process, connections that stay open, one request at a time on each: as many schools at their desks.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import cast
from uuid import uuid4

CONNECTIONS = 24
ACCEPTED = b"HTTP/1.1 202"

FORM = json.dumps({
    "child": {
        "forename": "Juniper",
        "surname": "Quillfeather 00000000",
        "date_of_birth": "2015-03-09",
        "sex": "F",
        "addresses": [{"lines": ["00000000 Invented Row", "Fallowmere"], "postcode": "ZZ99 9ZZ"}],
        "parents": [{"name": "Robin Quillfeather", "relationship": "mother", "telephones": ["016 00000000"]}],
    },
    "referrer": {
        "kind": "school", "name": "Sam Invented", "role": "attendance officer", "telephone": "01632 960001",
        "email": "sam.invented@harrowmere.example.org",
    },
    "on_roll": False,
    "last_attended_on": "2025-11-03",
    "reason": "whereabouts_unknown",
    "factors": [],
    "enquiries": [{"made_on": "2025-11-10", "method": "home_visit", "outcome": "nobody_there"}],
    "home_la": "999",
}).encode()  # fmt: skip
"""A whole SR1a. The number makes each child somebody else, of another family."""


def requests(tokens: list[str]) -> Iterator[bytes]:
    """SR1a referrals without end, each about another child and with another key; the schools take turns."""
    run = uuid4().hex
    heads = [
        f"POST /v1/referrals HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(FORM)}\r\nIdempotency-Key: {run}-".encode()
        for token in tokens
    ]
    for number in count():
        mark = b"%08d" % number
        yield heads[number % len(heads)] + mark + b"\r\n\r\n" + FORM.replace(b"00000000", mark)


class Connection(asyncio.Protocol):
    """One connection; one request at a time, and its answer."""

    def __init__(self) -> None:
        self._received = b""
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end or self._answer is None:
            return
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        if len(body) >= length:
            answer, self._received = self._received, b""
            self._answer.set_result(answer)

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error or ConnectionResetError())

    async def ask(self, request: bytes) -> bytes:
        """The body of the answer. Raises `AssertionError` for any but 202."""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        answer = await self._answer
        assert answer.startswith(ACCEPTED), answer
        return answer.partition(b"\r\n\r\n")[2]

    def close(self) -> None:
        self._transport.close()


@dataclass
class Sent:
    """What was accepted, since when, and for how long the sending went on."""

    started: float = field(default_factory=time.perf_counter)
    accepted: int = 0
    took: float = 0.0


async def flood(
    port: int, forms: Iterator[bytes], more: Callable[[Sent], bool], *, connections: int = CONNECTIONS
) -> Sent:
    """Send from every connection as fast as it is answered, while there is to be `more`."""
    opened = [await connect(port) for _ in range(connections)]
    sent = Sent()

    async def one(connection: Connection) -> None:
        while more(sent):
            await connection.ask(next(forms))
            sent.accepted += 1

    await asyncio.gather(*map(one, opened))
    sent.took = time.perf_counter() - sent.started
    for connection in opened:
        connection.close()
    return sent


async def trickle(port: int, forms: Iterator[bytes], per_second: int, seconds: int, begun: dict[str, float]) -> None:
    """Send at a steady pace. `begun`: by submission, once answered, the moment at which its request was begun."""
    connections = asyncio.Queue[Connection]()
    for _ in range(CONNECTIONS):
        connections.put_nowait(await connect(port))
    started = time.perf_counter()

    async def one() -> None:
        connection = await connections.get()
        at = time.perf_counter()
        answer = await connection.ask(next(forms))
        begun[json.loads(answer)["submission_id"]] = at
        connections.put_nowait(connection)

    async with asyncio.TaskGroup() as group:
        for number in range(per_second * seconds):
            await asyncio.sleep(max(0, started + number / per_second - time.perf_counter()))
            group.create_task(one())
    while not connections.empty():
        connections.get_nowait().close()


async def connect(port: int) -> Connection:
    _, protocol = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
    return protocol
