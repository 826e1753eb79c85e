"""Cuts a stream of bytes into rows. However long a row claims to be, no more than one that is allowed is held."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

LONGEST = 256 * 1024
"""Bytes of a row: a form with everything in it has a tenth."""
LINE, QUOTE = b"\n", b'"'


class Record(NamedTuple):
    """A row as it came. `text` is None where it was too long to be kept. A tuple: millions are made and sent about."""

    number: int
    """Counted from 1 as a spreadsheet does: empty rows count too."""
    text: bytes | None
    unclosed: bool = False
    """A quotation mark is opened in it and closed nowhere near."""


class Records:
    """Rows of NDJSON, or of CSV, where a line may end inside quotation marks.

    A quotation mark that is never closed would swallow what follows: then the line it stands in is a row by itself,
    and reading goes on with the next line.
    """

    def __init__(self, *, quoted: bool = False, longest: int = LONGEST) -> None:
        self._quoted, self._longest = quoted, longest
        self._buffer = bytearray()
        self._first_end = self._counted = self._looked = 0
        self._odd = self._skipping = False
        self._number = 0

    def feed(self, piece: bytes) -> Iterator[Record]:
        """The rows that end in this piece."""
        self._buffer += piece
        while (record := self._next()) is not None:
            yield record

    def end(self) -> Iterator[Record]:
        """What stands behind the last end of a line."""
        while True:
            while (record := self._next()) is not None:
                yield record
            if not self._buffer or self._skipping:
                return
            if self._odd and self._first_end:
                yield self._first_line()
            else:
                yield self._cut(len(self._buffer), len(self._buffer))

    def give_back(self, record: Record) -> Record:
        """A row of several lines turned out not to be one: keep its first line, and read the others again."""
        assert record.text is not None
        first, _, rest = record.text.partition(LINE)
        self._buffer[:0] = rest + LINE
        self._restart()
        return Record(record.number, first.removesuffix(b"\r"), unclosed=True)

    def _next(self) -> Record | None:
        while True:
            at = self._buffer.find(LINE, self._looked)
            if self._skipping:
                if at < 0:
                    self._buffer.clear()
                    return None
                del self._buffer[: at + 1]
                self._skipping = False
                self._restart()
                continue
            if at < 0:
                self._looked = len(self._buffer)
                if self._looked <= self._longest:
                    return None
                return self._first_line() if self._first_end else self._too_long()
            if self._quoted:
                self._odd ^= bool(self._buffer.count(QUOTE, self._counted, at) & 1)
            self._first_end = self._first_end or at + 1
            self._counted = self._looked = at + 1
            if not self._odd and at <= self._longest:
                return self._cut(at, at + 1)
            if at > self._longest:
                if self._first_end <= at:
                    return self._first_line()
                del self._buffer[: at + 1]
                self._restart()
                self._number += 1
                return Record(self._number, None)

    def _first_line(self) -> Record:
        record = self._cut(self._first_end - 1, self._first_end)
        return Record(record.number, record.text, unclosed=True)

    def _too_long(self) -> Record:
        self._buffer.clear()
        self._restart()
        self._skipping = True
        self._number += 1
        return Record(self._number, None)

    def _cut(self, text: int, whole: int) -> Record:
        found = bytes(self._buffer[:text]).removesuffix(b"\r")
        del self._buffer[:whole]
        self._restart()
        self._number += 1
        return Record(self._number, found)

    def _restart(self) -> None:
        self._first_end = self._counted = self._looked = 0
        self._odd = False
