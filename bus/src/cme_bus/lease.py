"""The right to publish: held by one process at a time, and given up before anybody else can have it."""

from __future__ import annotations

import time
from collections.abc import Callable

from aiokafka.errors import KafkaError
from aiokafka.producer import AIOKafkaProducer
from aiokafka.protocol.produce import ProduceRequest

LOCK = 0x6F757462
"""`outb`: the advisory lock of whoever publishes."""

BEAT = 1.0
"""How often the leader shows PostgreSQL that it lives."""
TERM = 6.0
"""How long after its last sign of life a leader may still send."""
SILENCE = 8.0
"""How long PostgreSQL waits for one before it ends the session, and the lock with it. The difference is the margin."""

SESSION = f"""
    SET idle_session_timeout = '{SILENCE:.0f}s';    -- a leader that is stopped or cut off is silent
    SET tcp_user_timeout = '{SILENCE:.0f}s';        -- or does not take what it asked for
    SET statement_timeout = '{TERM - BEAT:.0f}s';
    SET synchronous_commit = off;                   -- a DELETE lost in a crash sends twice, and no reader minds
"""

EVICT = """
    SELECT pg_terminate_backend(leader.pid)
    FROM pg_locks AS held JOIN pg_stat_activity AS leader USING (pid)
    WHERE held.locktype = 'advisory' AND held.classid = 0 AND held.objid = $1 AND held.objsubid = 1 AND held.granted
      AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND leader.state_change < clock_timestamp() - make_interval(secs => $2)
"""
"""A follower's part: PostgreSQL's own timeouts do not see a session that is stuck in the middle of an answer."""


class LeaseLostError(KafkaError):  # type: ignore[misc]  # aiokafka has no types
    """Somebody else may be publishing by now. Not retriable: aiokafka must not try again by itself."""

    retriable = False


class Lease:
    """Counts from before a sign of life was sent, on a clock that goes on while the process or the machine is suspended."""

    def __init__(self, term: float = TERM) -> None:
        self._term = term
        self._until = float("-inf")

    def renew(self, asked_at: float) -> None:
        self._until = asked_at + self._term

    def end(self) -> None:
        self._until = float("-inf")

    def holds(self) -> bool:
        return now() < self._until


def now() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def fence(producer: AIOKafkaProducer, holds: Callable[[], bool]) -> None:
    """Check `holds` at the last moment: in the call that writes a produce request to its socket, retries included.

    What remains: a process that is stopped between the check and the write, and bytes that wait in a full
    socket. Both send what the next leader has sent, or is about to send first; readers' inboxes know it.
    """
    client = producer.client
    connect = client._get_conn

    async def fenced_connection(*args: object, **kwargs: object) -> object:
        conn = await connect(*args, **kwargs)
        if conn is not None and not hasattr(conn, "fenced"):
            conn.fenced, write = True, conn.send

            def send(request: object, expect_response: bool = True) -> object:
                if isinstance(request, ProduceRequest) and not holds():
                    raise LeaseLostError
                return write(request, expect_response=expect_response)

            conn.send = send
        return conn

    client._get_conn = fenced_connection
