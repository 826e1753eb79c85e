"""How far a long command has come, for whoever waits for it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import monotonic
from typing import TextIO

ON_A_TERMINAL, IN_A_LOG = 0.2, 5.0
"""Seconds between two of them: one line that changes on a terminal, a line of its own in a log."""


class Showing:
    """Says rows and per cent of a file's bytes, every so often."""

    def __init__(
        self, name: str, size: int, *, out: TextIO | None = None, seconds: Callable[[], float] = monotonic
    ) -> None:
        """`size`: bytes of the file. `seconds`: technical time, which nothing moves."""
        self._name, self._size, self._seconds = name, size, seconds
        self._out = out or sys.stderr
        self._terminal = self._out.isatty()
        self._last = seconds()
        self._shown = False

    def at(self, rows: int, read: int) -> None:
        """So many rows, so many bytes of the file."""
        now = self._seconds()
        if now - self._last >= (ON_A_TERMINAL if self._terminal else IN_A_LOG):
            self._last = now
            self._say(rows, read)

    def end(self, rows: int) -> None:
        """The file has been read; a line that was shown on a terminal is ended."""
        if self._terminal and self._shown:
            self._say(rows, self._size)
            print(file=self._out)

    def _say(self, rows: int, read: int) -> None:
        self._shown = True
        share = 100 * read // self._size if self._size else 100
        line = f"{self._name}: {rows} rows, {share} % of the file"
        print(f"\r{line}" if self._terminal else line, end="" if self._terminal else "\n", file=self._out, flush=True)
