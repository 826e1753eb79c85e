"""Records that aiokafka itself cannot read: a header whose name is not UTF-8.

Kafka's broker takes such a record. aiokafka's parser raises on it, its consumer hands over nothing, moves
nowhere and fetches the same bytes again, for ever: one stray record would stop its partition. Here the name
is read with surrogate escapes instead, so that it reaches us and can be parked byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords, _MemoryRecordsPy


def tolerate() -> None:
    """Teach aiokafka's fetcher, in this process. It has no setting for it; `tests/bus` holds it against real Kafka."""
    fetcher.MemoryRecords = TolerantRecords


class TolerantRecords:
    """A fetch response's batches. As fast as aiokafka's own until one turns out to be unreadable."""

    def __init__(self, data: bytes) -> None:
        self._fast = MemoryRecords(data)
        self._slow = _MemoryRecordsPy(data)

    def size_in_bytes(self) -> int:
        return int(self._fast.size_in_bytes())

    def has_next(self) -> bool:
        return bool(self._fast.has_next())

    def next_batch(self) -> Any:
        batch, piece = self._fast.next_batch(), self._slow._next_slice
        self._slow._cache_next()
        if batch is None or piece is None or piece[_MemoryRecordsPy.MAGIC_OFFSET] < 2:
            return batch  # nothing older than version 2 has headers
        return TolerantBatch(batch, piece)


class TolerantBatch:
    def __init__(self, batch: Any, piece: memoryview) -> None:
        self._batch, self._piece = batch, piece

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)  # of a control batch, which has no headers

    def __iter__(self) -> Iterator[Any]:
        seen = 0
        try:
            for record in self._batch:
                yield record
                seen += 1
        except (UnicodeDecodeError, CorruptRecordException) as error:
            if isinstance(error, CorruptRecordException) and not isinstance(error.__cause__, UnicodeDecodeError):
                raise
            again = _DefaultRecordBatchPy(self._piece)
            again._maybe_uncompress()
            again._buffer = Lenient(again._buffer)
            for number, record in enumerate(again):
                if number >= seen:
                    yield record


class Lenient(bytearray):
    """A buffer whose pieces decode whatever they hold, and encode back to the same bytes."""

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return Lenient(found) if isinstance(found, bytearray) else found

    def decode(self, encoding: str = "utf-8", errors: str = "surrogateescape") -> str:
        return super().decode(encoding, "surrogateescape")
