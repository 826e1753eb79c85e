"""A published CSV of any length, read row by row in bounded memory: what is wrong with a row costs that row."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cme_referrals.adapters.text import UTF_8_MARK, text_of

LONGEST_ROW = 256 * 1024
"""Bytes. A longer one is passed over: an establishment takes two thousand."""
LONGEST_ENTRY = 8
"""Lines that one row may run over, where a cell holds a new line. Beyond, a quotation mark was never closed."""


class UnreadableFileError(Exception):
    """The file is not the list it should be. The message names what is missing, for the operator."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something in a row that cannot be used. Never what stands there."""

    row: int
    """The line of the file, counted from 1 with the heading."""
    column: str
    what: str


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """A row as it stands in the file, or what is wrong with it."""

    number: int
    read: int
    """Bytes of the file up to here."""
    cells: Mapping[str, str]
    trouble: Trouble | None = None
    cut_short: bool = False
    """It breaks off: with the last row, the file does."""


class PublishedCsv:
    """A list with a row of column names, in UTF-8 or Windows-1252."""

    def __init__(self, path: Path, *, needed: Sequence[str], called: str) -> None:
        """Raises `UnreadableFileError` where it cannot be opened, or lacks a column of `needed`."""
        self._path, self._called = path, called
        try:
            self.size = path.stat().st_size
            with path.open("rb") as file:
                self._columns = _cells(_text(file.readline(LONGEST_ROW).removeprefix(UTF_8_MARK)))
        except OSError as error:
            raise UnreadableFileError(f"{called} cannot be opened") from error
        except csv.Error as error:
            raise UnreadableFileError(f"{called} has no row of column names") from error
        if lacking := [column for column in needed if column not in self._columns]:
            raise UnreadableFileError(
                f"{called} has no column {', '.join(lacking)}: this is another file, or its first row is missing"
            )

    def __iter__(self) -> Iterator[PublishedRow]:
        """Its rows. Raises `UnreadableFileError` when the file can no longer be read."""
        try:
            with self._path.open("rb") as file:
                yield from self._rows(_Lines(file))
        except OSError as error:
            raise UnreadableFileError(f"{self._called} cannot be read any further") from error

    def _rows(self, lines: _Lines) -> Iterator[PublishedRow]:
        lines.skip()
        while entry := lines.entry():
            number, sent = entry
            if sent is None:
                yield self._bad(number, lines.read, "", "is longer than any row of this list; passed over")
                continue
            text = _text(sent)
            if not text.strip():
                continue
            if "\0" in text:
                yield self._bad(number, lines.read, "", "holds a character that is no text; passed over")
                continue
            try:
                cells = _cells(text)
            except csv.Error:
                yield self._bad(number, lines.read, "", "a quotation mark is never closed; passed over")
                continue
            if len(cells) != len(self._columns):
                what = f"has {len(cells)} of {len(self._columns)} cells; passed over"
                yield self._bad(number, lines.read, "", what, cut_short=len(cells) < len(self._columns))
                continue
            yield PublishedRow(number, lines.read, dict(zip(self._columns, map(str.strip, cells), strict=True)))

    def _bad(self, number: int, read: int, column: str, what: str, *, cut_short: bool = True) -> PublishedRow:
        return PublishedRow(number, read, {}, Trouble(number, column, what), cut_short)


class _Lines:
    """The lines of a file, and those looked at ahead where a cell runs over several."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._number = file, 0
        self._ahead: deque[tuple[int, bytes | None, int]] = deque()
        self.read = 0

    def skip(self) -> None:
        """The heading."""
        self._next()

    def entry(self) -> tuple[int, bytes | None] | None:
        """The next row with the number of its first line; None after the last, None in it for one that is too long."""
        if (first := self._next()) is None:
            return None
        number, sent = first
        if sent is None or sent.count(b'"') % 2 == 0:
            return first
        taken: list[tuple[int, bytes | None, int]] = []
        while len(taken) < LONGEST_ENTRY and (more := self._next()) is not None:
            taken.append((*more, self.read))
            if more[1] is None:
                break
            sent += more[1]
            if sent.count(b'"') % 2 == 0:
                return number, sent
        self._ahead.extendleft(reversed(taken))  # never closed: the row costs itself, and reading goes on behind it
        return first

    def _next(self) -> tuple[int, bytes | None] | None:
        if self._ahead:
            number, sent, self.read = self._ahead.popleft()
            return number, sent
        sent = self._file.readline(LONGEST_ROW)
        if not sent:
            return None
        self._number += 1
        self.read += len(sent)
        if len(sent) < LONGEST_ROW or sent.endswith(b"\n"):
            return self._number, sent
        while more := self._file.readline(LONGEST_ROW):
            self.read += len(more)
            if more.endswith(b"\n"):
                break
        return self._number, None


def _text(sent: bytes) -> str:
    """As it is read; the few bytes that Windows-1252 does not have become the sign for what cannot be read."""
    return text_of(sent, None) or sent.decode("cp1252", errors="replace")


def _cells(text: str) -> list[str]:
    return next(iter(csv.reader([text], strict=True)), [])
