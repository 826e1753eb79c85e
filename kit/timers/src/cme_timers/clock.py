"""Business time: what the council's clocks run on.

Technical time (tokens, leases, retries, retention) is never steered.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import structlog

from cme_bus.errors import describe

log = structlog.get_logger()


class BusinessClock(Protocol):
    """Says what time it is for the rules of the business."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC. Within one process it never goes back."""
        ...


class SystemClock:
    """Business time is the time of day: the only clock for real children."""

    def __init__(self) -> None:
        self._latest = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        self._latest = max(self._latest, datetime.now(UTC))
        return self._latest


class SteeredClock:
    """The time of day plus an offset that one authority writes to a file, so that a story need not take ten days.

    The file holds {"offset_seconds": number} and is replaced by rename, never written in place. A missing file means
    no offset; one that cannot be read keeps the last offset. A smaller offset stops time until it has caught up.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._offset = timedelta()
        self._latest = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        self._look()
        self._latest = max(self._latest, datetime.now(UTC) + self._offset)
        return self._latest

    def _look(self) -> None:
        """Read the file if it has been replaced since: one `stat` otherwise."""
        try:
            stat = self._path.stat()
            seen = (stat.st_mtime_ns, stat.st_ino)  # two renames within one tick of the clock differ in the inode
            if seen != self._seen:
                offset = json.loads(self._path.read_text("utf-8"))["offset_seconds"]
                self._offset, self._seen = timedelta(seconds=offset), seen
        except FileNotFoundError:
            self._offset, self._seen = timedelta(), None
        except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
            log.warning("clock.unreadable", error=describe(error))


def business_clock(path: Path | None) -> BusinessClock:
    """The clock a service runs on: steered by the file at `path`, or the time of day when there is none."""
    return SystemClock() if path is None else SteeredClock(path)
