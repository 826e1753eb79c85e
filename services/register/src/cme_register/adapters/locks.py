"""How the register's transactions wait for each other.

The row of a child is the lock of all that is kept for it, and is taken first. Whose row that is only joins and separations
change: they work alone, and whoever locks a child for anything else holds joins off until its transaction ends. So nobody
can find, having waited, that it holds the row of the wrong child.
"""

from __future__ import annotations

from cme_bus.database import Connection


async def hold_joins_off(conn: Connection) -> None:
    """Wait for a join that is under way; the next one waits for us. Then read whose a record is, in a new statement."""
    await conn.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended('cme.register.joins', 0))")


async def join_alone(conn: Connection) -> None:
    """Wait until nobody holds the row of a child."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('cme.register.joins', 0))")
