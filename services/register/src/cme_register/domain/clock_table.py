"""The definitions of clocks: who must do what by when, what starts it and what ends it, who is told. The rows are data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from cme_register.domain.codes import Role
from cme_register.domain.counting import OFFICE_HOURS, Hours, Length
from cme_register.domain.errors import RegisterError
from cme_register.domain.occurrences import Circumstance, Occurrence

REMEMBERED = 4096
"""Days of which it is remembered what is good on them: a replay begins clocks on the days of years."""


class NoSuchClock(RegisterError):
    """The table has no clock of that code on that day."""

    code = "no-such-clock"


class Basis(StrEnum):
    """What the length of a clock rests on."""

    LAW = "law"
    GUIDANCE = "guidance"
    POLICY = "policy"
    UNCONFIRMED = "unconfirmed"
    """Known, but no source was seen: to be confirmed before anybody relies on it."""
    OWN = "own"
    """The council's own choice, recommended."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder, told so many working days after the due day; the first with the breach itself."""

    after_working_days: int
    tell: tuple[Role, ...]
    from_start: Length | None = None
    """Told once so long has passed since day nought, instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockDefinition:
    """One row of the table of clocks, good from `valid_from` on."""

    code: str
    who: Role
    """Who must do it."""
    length: Length
    ladder: tuple[Rung, ...]
    source: str
    valid_from: date
    basis: Basis = Basis.OWN
    warn_after: int | None = None
    """Units of the length until the warning; None: four fifths of it."""
    starts: frozenset[Occurrence] = frozenset()
    only: frozenset[Circumstance] = frozenset()
    """It starts only where a case stands in all of these,"""
    unless: frozenset[Circumstance] = frozenset()
    """and in none of these."""
    satisfied_by: frozenset[Occurrence] = frozenset()
    cancelled_by: frozenset[Occurrence] = frozenset()
    """What it asks for is not asked for any more; besides the end of the case."""
    in_force: bool = True
    """False: the law that makes it is not in force; it never starts."""
    ranks: bool = True
    """Whether its due day is the next date of its case, by which the work list goes."""
    raises_risk: bool = False
    """Whether its breach is itself a reason for concern."""

    def rung(self, number: int) -> Rung:
        """Rung `number`, counted from 1, the breach."""
        return self.ladder[number - 1]

    def fits(self, stands: frozenset[Circumstance]) -> bool:
        """Whether it starts for a case in these circumstances."""
        return self.only <= stands and not self.unless & stands


class ClockTable:
    """Every clock in every version. A clock keeps the version that was good on its day nought."""

    def __init__(self, definitions: Iterable[ClockDefinition], hours: Hours = OFFICE_HOURS) -> None:
        """`hours`: the council's working hours."""
        self._definitions = sorted(definitions, key=lambda definition: definition.valid_from)
        self.hours = hours
        self._good = lru_cache(maxsize=REMEMBERED)(self._good_on)

    def __iter__(self) -> Iterator[ClockDefinition]:
        return iter(self._definitions)

    def __call__(self, code: str, day: date) -> ClockDefinition:
        """The version of `code` good on `day`. Raises `NoSuchClock`."""
        good = self._good(day).get(code)
        if good is None:
            raise NoSuchClock(f"no clock {code} on {day}")
        return good

    def started_by(self, what: Occurrence, day: date, stands: frozenset[Circumstance]) -> tuple[ClockDefinition, ...]:
        """The clocks, in the order of the table, that run once this happens on `day` to a case in these circumstances."""
        good = self._good(day).values()
        return tuple(one for one in good if one.in_force and what in one.starts and one.fits(stands))

    def _good_on(self, day: date) -> Mapping[str, ClockDefinition]:
        """The version of each clock that is good on `day`, in the order of the table."""
        return {one.code: one for one in self._definitions if one.valid_from <= day}
