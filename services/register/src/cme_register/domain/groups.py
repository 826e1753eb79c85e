"""Vulnerable groups (policy 6): which there are, and from which facts it follows that a child belongs to one. The rows are data."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from cme_calendars import local_date
from cme_register.domain.errors import RegisterError
from cme_register.domain.submission import Submission


class NoSuchGroup(RegisterError):
    """The table has no group of that code on that day."""

    code = "no-such-group"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """One row, good from `valid_from` on."""

    code: str
    label: str
    source: str
    valid_from: date
    facts: frozenset[str] = frozenset()
    """Factors, any one of which is enough."""
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Follows:
    """A factor that the reason of a referral, or the ground of a deletion, is by itself."""

    factor: str
    source: str
    valid_from: date
    reason: str | None = None
    ground: str | None = None


class GroupTable:
    """Every group in every version."""

    def __init__(self, rows: Iterable[GroupRow] = (), follows: Iterable[Follows] = ()) -> None:
        self._rows = tuple(sorted(rows, key=lambda row: row.valid_from))
        self._follows = tuple(follows)

    def on(self, day: date) -> tuple[GroupRow, ...]:
        """The groups there are on `day`, in the order of the table."""
        latest = {row.code: row for row in self._rows if row.valid_from <= day}
        return tuple(row for row in latest.values() if not row.ended)

    def get(self, code: str, day: date) -> GroupRow:
        """The version of `code` good on `day`. Raises `NoSuchGroup`."""
        found = next((row for row in self.on(day) if row.code == code), None)
        if found is None:
            raise NoSuchGroup(f"there is no such group on {day}")
        return found

    @property
    def facts(self) -> frozenset[str]:
        """Every fact that a group follows from."""
        return frozenset().union(*(row.facts for row in self._rows)) if self._rows else frozenset()

    def factors_of(self, submission: Submission) -> tuple[str, ...]:
        """What a submission says of risk: its factors, and those that its reason or ground is by itself."""
        day = local_date(submission.received_at)
        more = (
            one.factor
            for one in self._follows
            if one.valid_from <= day
            and (one.reason, one.ground) in {(submission.reason, None), (None, submission.ground)}
        )
        return tuple(dict.fromkeys((*submission.factors, *more)))

    def following_from(self, facts: Collection[str], day: date) -> frozenset[str]:
        """The groups to which a child of whom this is known belongs."""
        known = frozenset(facts)
        return frozenset(row.code for row in self.on(day) if row.facts & known)
