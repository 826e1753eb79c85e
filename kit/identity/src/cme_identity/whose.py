"""Which child a submission or a case belongs to, there and back, as the register says it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from cme_bus.database import Connection


async def place(conn: Connection, subject: UUID, child_id: UUID, *, at: datetime) -> None:
    """The register said at `at` that `subject` is `child_id`'s (a submission was matched, a case was opened).

    The latest saying wins, whatever arrives last; saying it again changes nothing. If `child_id` has been absorbed by
    another record, the subject is the surviving one's.
    """
    await conn.execute(STEADY)
    await conn.execute(PLACE, [subject], child_id, at)


async def child_of(conn: Connection, subject: UUID) -> UUID | None:
    """Whose `subject` is now, or None while the register has not spoken."""
    child: UUID | None = await conn.fetchval("SELECT child_id FROM whose WHERE subject = $1", subject)
    return child


async def subjects_of(conn: Connection, child_id: UUID) -> list[UUID]:
    """Everything that is `child_id`'s now, in the order of its ids. An absorbed record has nothing."""
    return [
        row["subject"]
        for row in await conn.fetch("SELECT subject FROM whose WHERE child_id = $1 ORDER BY subject", child_id)
    ]


async def join(conn: Connection, absorbed: UUID, surviving: UUID, *, at: datetime) -> None:
    """Two records are one child (decided at `at`): what is `absorbed`'s, or is given to it later, is `surviving`'s.

    Raises ValueError when a record would be joined to itself.
    """
    if absorbed == surviving:
        raise ValueError("a record cannot absorb itself")
    await conn.execute(ALONE)
    await conn.execute(
        "INSERT INTO joined (absorbed, surviving, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        absorbed,
        surviving,
        at,
    )
    await conn.execute(SETTLE, absorbed)


async def separate(
    conn: Connection, from_child: UUID, restored_child: UUID, subjects: Iterable[UUID], *, at: datetime
) -> None:
    """Two records were joined in error (decided at `at`): exactly `subjects` are `restored_child`'s.

    All else stays `from_child`'s. `restored_child` is an absorbed record, which stands by itself again, or a new one.
    Raises ValueError when a record would be separated from itself.
    """
    if from_child == restored_child:
        raise ValueError("a record cannot be separated from itself")
    await conn.execute(ALONE)
    await conn.execute(
        "INSERT INTO separated (restored, at) VALUES ($1, $2) ON CONFLICT DO NOTHING", restored_child, at
    )
    await conn.execute(PLACE, list(subjects), restored_child, at)
    await conn.execute(SETTLE, restored_child)


# Placings may be made side by side; a join or a separation waits for them and they for it: it would miss what is
# being placed otherwise. A statement of its own, so that the next one sees what was waited for.
STEADY = "SELECT pg_advisory_xact_lock_shared(hashtextextended('cme.identity', 0))"
ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('cme.identity', 0))"

PLACE = """
INSERT INTO whose AS w (subject, child_id, recorded_child_id, since)
SELECT DISTINCT subject, whose_now($2, $3), $2::uuid, $3::timestamptz
FROM unnest($1::uuid[]) AS subject ORDER BY subject
ON CONFLICT (subject) DO UPDATE
SET child_id = excluded.child_id, recorded_child_id = excluded.recorded_child_id, since = excluded.since
WHERE w.since <= excluded.since"""

SETTLE = "SELECT settle_whose($1)"
