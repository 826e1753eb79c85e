"""A row of CSV as a form, and back: which column stands for which member is data (batch_columns.toml)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from cme_referrals.adapters.unpacking import BrokenUploadError

TABLE = Path(__file__).with_name("batch_columns.toml")
REMARKS = ("refused.row", "refused.fields", "refused.wrong", "refused.mend", "refused.sent")
"""Columns that we put before a refused row; sent again, they are passed over."""
DAY_FIRST = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
NONE = "none"
YES_NO = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Signs with which a spreadsheet takes a cell for a formula."""
MOST_COLUMNS = 1000

type Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One kind of column, as the table has it. `most` says how far each # counts."""

    name: str
    type: str
    meaning: str
    most: tuple[int, ...] = ()

    def matches(self, given: str) -> bool:
        """Whether a heading is this column."""
        steps, wanted = given.split("."), self.name.split(".")
        if len(steps) != len(wanted):
            return False
        limits = iter(self.most)
        return all(
            re.fullmatch("[1-9][0-9]{0,2}", step) is not None and int(step) <= next(limits)
            if name == "#"
            else step == name
            for step, name in zip(steps, wanted, strict=True)
        )


@cache
def columns(path: Path = TABLE) -> tuple[Column, ...]:
    """The table. Raises KeyError or ValueError when the file is not one."""
    table = tomllib.loads(path.read_text("utf-8"))
    own = [Column(row["name"], row["type"], row["meaning"], tuple(row.get("most", ()))) for row in table["column"]]
    siblings, of_each = table["siblings"]["most"], tuple(table["siblings"]["columns"])
    theirs = [
        Column(f"siblings.#.{one.name}", one.type, f"of a brother or sister: {one.meaning}", (siblings, *one.most))
        for one in own
        if one.name.startswith("child.") or one.name in of_each
    ]
    return (*own, *theirs)


class Heading:
    """The first row of a CSV file. Raises `BrokenUploadError` for a column that is not known: what it says would be lost."""

    def __init__(self, cells: Sequence[str]) -> None:
        if len(cells) > MOST_COLUMNS:
            raise BrokenUploadError(f"has more than {MOST_COLUMNS} columns", "Leave out those that nobody fills.")
        names = [cell.strip().lower() for cell in cells]
        while names and not names[-1]:
            names.pop()
        self.names = tuple(name for name in names if name not in REMARKS)
        self.width = len(names)
        self._columns = [(place, name, *_known(name, place)) for place, name in enumerate(names) if name not in REMARKS]
        self._form = _members([(steps, at, type_) for at, _, steps, type_ in self._columns])
        if twice := next((name for name in self.names if self.names.count(name) > 1), None):
            raise BrokenUploadError(f"has the column {twice} twice", "Leave one out, or number them.")
        if "kind" not in self.names:
            raise BrokenUploadError(
                "has no column kind in its first row", f"Begin with a row of column names: {', '.join(_names())}."
            )

    def own(self, cells: Sequence[str]) -> tuple[str, ...]:
        """The cells the sender filled in, without our remarks."""
        return tuple(cells[place] for place, *_ in self._columns)

    def form(self, cells: Sequence[str]) -> dict[str, Any]:
        """The row's cells as the members of a form. An empty cell says nothing.

        A cell that repeats the one above it is not read again: what it became may stand in both forms.
        """
        found: Any = self._form(cells)
        return {} if found is NOTHING else found

    def column_of(self, cells: Sequence[str], field: str) -> str:
        """Where the sender finds a member of the form.

        `child.addresses.0.postcode` stands in the second address's column when the first is empty.
        """
        node, steps = self._filled(cells), []
        for step in field.split("."):
            if step.isdecimal() and isinstance(node, dict) and any(isinstance(name, int) for name in node):
                numbers = sorted(node)
                number = numbers[min(int(step), len(numbers) - 1)]
                steps.append(str(number))
                node = node[number]
            elif step.isdecimal():
                break  # an entry of a list that stands in one cell
            else:
                steps.append(step)
                node = node.get(step) if isinstance(node, dict) else None
        return ".".join(steps)

    def _filled(self, cells: Sequence[str]) -> Any:
        root: dict[str | int, Any] = {}
        for at, _, place, _ in self._columns:
            if unguarded(cells[at]).strip():
                node = root
                for step in place[:-1]:
                    node = node.setdefault(step, {})
                node[place[-1]] = None
        return root


def guarded(cell: str) -> str:
    """A cell no spreadsheet takes for a formula."""
    return "'" + cell if cell.startswith(FORMULA) else cell


def unguarded(cell: str) -> str:
    """The cell as it was before we guarded it."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def _names() -> list[str]:
    return [column.name for column in columns()]


def _known(name: str, at: int) -> tuple[Place, str]:
    for column in columns():
        if column.matches(name):
            return tuple(int(step) if step.isdecimal() else step for step in name.split(".")), column.type
    near = get_close_matches(re.sub("[0-9]+", "#", name), _names(), n=1)
    hint = f"The nearest is {near[0]}." if near else f"Known are {', '.join(_names())}."
    # Never the name itself: a file without a row of names would have its first child repeated.
    raise BrokenUploadError(
        f"has a column we do not know, number {at + 1}", f"Leave it out, or correct its name. {hint}"
    )


def _value(cell: str, type_: str) -> Any:
    if type_ == "list":
        return [] if cell.lower() == NONE else [one.strip() for one in cell.split(";") if one.strip()]
    if type_ == "day" and (found := DAY_FIRST.fullmatch(cell)):
        day, month, year = map(int, found.groups())
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            return cell
    return YES_NO.get(cell.lower(), cell) if type_ == "yes_no" else cell


type Reading = Callable[[Sequence[str]], Any]
"""Takes one member of a form out of a row's cells; `NOTHING` where no cell says anything of it.

Made once for a heading: a row is read without asking again which column stands for what.
"""
NOTHING = object()


def _members(columns: Sequence[tuple[Place, int, str]]) -> Reading:
    """Of what stands under one member: the rest of the way to each column, where the column stands, and its type."""
    names = dict.fromkeys(steps[0] for steps, _, _ in columns)
    under = {name: [(steps[1:], at, type_) for steps, at, type_ in columns if steps[0] == name] for name in names}
    readings = [(name, _cell(*own[0][1:]) if not own[0][0] else _members(own)) for name, own in under.items()]
    if all(isinstance(name, int) for name in names):
        return _numbered([one for _, one in sorted(readings, key=lambda one: one[0])])
    return _named([(str(name), one) for name, one in readings])


def _named(readings: Sequence[tuple[str, Reading]]) -> Reading:
    def read(cells: Sequence[str]) -> Any:
        return {name: value for name, one in readings if (value := one(cells)) is not NOTHING} or NOTHING

    return read


def _numbered(readings: Sequence[Reading]) -> Reading:
    """A list; numbers that nobody filled are passed over, as an empty line of an address is."""

    def read(cells: Sequence[str]) -> Any:
        return [value for one in readings if (value := one(cells)) is not NOTHING] or NOTHING

    return read


def _cell(at: int, type_: str) -> Reading:
    last, value = "", NOTHING

    def read(cells: Sequence[str]) -> Any:
        nonlocal last, value
        if (cell := cells[at]) != last:
            said = unguarded(cell).strip()
            last, value = cell, _value(said, type_) if said else NOTHING
        return value

    return read
