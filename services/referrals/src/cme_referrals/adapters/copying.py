"""Rows as PostgreSQL's binary COPY has them. The driver writes most of ours; a list it looks through in Python, entry by entry.

Written by hand is what has lists, and what a whole file has in common is written once.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import BinaryIO, cast

from cme_bus.database import Connection

BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"
TEXT = 25
"""The type's number in every PostgreSQL."""
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_length = struct.Struct(">i").pack
_row = struct.Struct(">h").pack


def field(value: bytes | None) -> bytes:
    """One value, in its type's binary form; None: null."""
    return NULL if value is None else _length(len(value)) + value


def text(value: str | None) -> bytes:
    """A value of type text."""
    return NULL if value is None else field(value.encode())


def instant(at: datetime) -> bytes:
    """A value of type timestamptz."""
    return field(((at - EPOCH) // timedelta(microseconds=1)).to_bytes(8, signed=True))


@lru_cache(maxsize=256)
def texts(values: tuple[str, ...]) -> bytes:
    """A value of type text[], of names that are ours: the same few come again and again."""
    if not values:
        return field(struct.pack(">iii", 0, 0, TEXT))
    return field(struct.pack(">iiiii", 1, 0, TEXT, len(values), 1) + b"".join(map(text, values)))


async def copy(conn: Connection, table: str, columns: Sequence[str], rows: Iterable[bytes]) -> None:
    """Add rows to a table: each its columns' values in their order, joined."""
    head = _row(len(columns))
    written = bytearray(BEGIN)  # the driver takes `bytes` for a path
    for row in rows:
        written += head + row
    written += END
    source = cast(BinaryIO, written)  # the driver takes whatever is a buffer, which its types do not say
    await conn.copy_to_table(table, source=source, columns=columns, format="binary")
