"""What the cells of a row of a council's spreadsheet say, and what is wrong with them. Nothing here ever quotes a cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from cme_register.domain.details import Address

type Ids = Callable[[str], tuple[UUID, ...]]
"""The ids of what this text identifies: by the current secret first, then by those that are going out of use.

Nobody without the secret can try what the text may have been.
"""
OLDEST = date(1995, 1, 1)
"""Nobody born before is of compulsory school age."""
LONGEST = 2000
"""Characters of a cell: more is no particular of a child."""
SEVERAL = re.compile(r"[;,/\n]")
URN, LA_CODE, UPN, NHS_NUMBER = (
    re.compile(pattern) for pattern in (r"[0-9]{6}", r"[0-9]{3}", r"[A-Z][0-9]{11}[0-9A-Z]", r"(?!(.)\1+$)[0-9]{10}")
)
UNREADABLE = "\N{REPLACEMENT CHARACTER}"
ERROR_OF_A_SHEET = re.compile(r"#(REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
TIME_OF_DAY = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[ap]m)?$", re.IGNORECASE)
WEEKDAY = re.compile(r"^(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?,? ", re.IGNORECASE)
ORDINAL = re.compile(r"(?<=\d)(st|nd|rd|th)\b", re.IGNORECASE)
SEPTEMBER = re.compile(r"\bsept\b\.?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row, and how to mend it."""

    field: str
    what: str
    mend: str


class NotTaken(Exception):
    """A row that cannot be taken, and every reason."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Columns:
    """What a kind of sheet can have, and what it must have beside the child's name."""

    can: frozenset[str]
    must: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SheetMap:
    """How a council's sheet is to be read."""

    columns: Mapping[str, str]
    """Our fields, each with the heading of its column."""
    dates: tuple[str, ...]
    """How days are written, as `strptime` says it."""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Per field: the sheet's words, without regard to case, and our codes."""

    def code(self, name: str, said: str) -> str | None:
        """Our code for one of the sheet's words, or for what is our code already. None: the map does not know it."""
        known = self.values.get(name, {})
        folded = " ".join(said.casefold().split())
        return known.get(folded) or (folded if folded in known.values() else None)


class Cells:
    """One row, by our names of its columns. What is wrong gathers in `faults`, what is left out in `remarks`."""

    def __init__(self, cells: Mapping[str, str], sheet: SheetMap) -> None:
        self._cells, self._sheet = cells, sheet
        self.faults: list[Fault] = [fault for name, cell in cells.items() if (fault := _unusable(name, cell))]
        self.remarks: list[Fault] = []

    def refuse(self, name: str, what: str, mend: str) -> None:
        """The row cannot be taken."""
        self.faults.append(Fault(name, what, mend))

    def remark(self, name: str, what: str, mend: str) -> None:
        """The row is taken, without this."""
        self.remarks.append(Fault(name, what, mend))

    def said(self, name: str) -> str | None:
        """The cell without idle spaces. None: it is empty, or there is no such column."""
        return " ".join(self._cells.get(name, "").split()) or None

    def several(self, name: str) -> tuple[str, ...]:
        """What a cell says with commas, semicolons, slashes or in lines of their own."""
        return tuple(part.strip() for part in SEVERAL.split(self._cells.get(name, "")) if part.strip())

    def coded(self, name: str) -> str | None:
        """The map's code for the cell; what the map does not know stays as it is."""
        said = self.said(name)
        return (self._sheet.code(name, said) or said) if said else None

    def code(self, name: str, codes: tuple[str, ...]) -> str | None:
        """One of our codes, without which the row cannot be taken."""
        said = self.said(name)
        code = self._sheet.code(name, said) if said else None
        if code not in codes:
            what = "is a word that the map does not know" if said else "is empty"
            self.refuse(name, what, f"add it under [values.{name}] as one of {', '.join(codes)}")
            return None
        return code

    def name(self) -> tuple[str, str]:
        """Forename and surname, from two columns; or from one, as `SURNAME, Forename` or `Forename Surname`."""
        forename, surname = self.said("forename"), self.said("surname")
        if whole := self.said("name"):
            last, comma, first = whole.partition(",")
            if not comma:
                first, _, last = whole.rpartition(" ")
            forename, surname = forename or first.strip() or None, surname or last.strip() or None
        for name, given in (("forename", forename), ("surname", surname)):
            if given is None:
                column = name if name in self._sheet.columns else "name"
                self.refuse(column, f"gives no {name}", "write forename and surname")
        return forename or "", surname or ""

    def day(self, name: str, *, until: date | None = None) -> date | None:
        """None where nothing is said, or nothing that can be read: that is a fault, and so is a day after `until`."""
        if (said := self.said(name)) is None:
            return None
        forms = (*self._sheet.dates, "%Y-%m-%d")
        for written in forms:
            try:
                day = datetime.strptime(_plainly(said), written).date()  # noqa: DTZ007  # a day has no time zone
            except ValueError:
                continue
            if until is not None and day > until:
                self.refuse(name, "lies in the future", "correct the day")
                return None
            return day
        shown = date(2015, 12, 31).strftime(forms[0])
        self.refuse(name, "is no date in a form that the map names", f"write it like {shown}")
        return None

    def born(self, before: date | None) -> date | None:
        """A birth date of a pupil who was there on a day."""
        day = self.day("date_of_birth")
        if day and before and not OLDEST <= day < before:
            self.refuse("date_of_birth", "is no birth date of a pupil", "compare it with the other days of the row")
        return day

    def urn(self, name: str) -> str | None:
        """A unique reference number, in figures or by a word of the map's."""
        return self._pattern(name, URN, "is no unique reference number", "six figures")

    def la_code(self, name: str) -> str | None:
        """A code of a local authority, in figures or by a word of the map's."""
        return self._pattern(name, LA_CODE, "is no code of a local authority", "three figures")

    def number(self, name: str, shape: re.Pattern[str], what: str) -> str | None:
        """An identifier. What is none is left out: two children with `n/a` for a number would be taken for one."""
        given = "".join((self.said(name) or "").upper().split())
        if given and not shape.fullmatch(given):
            self.remark(name, f"is no {what}, and is left out", "record it in the register once it is known")
            return None
        return given or None

    def address(self, lines: str, postcode: str, kind: str) -> Iterator[Address]:
        """The address of two columns, where they say one."""
        said = tuple(part.strip() for part in re.split(r"[,\n]", self._cells.get(lines, "")) if part.strip())
        if said or self.said(postcode):
            yield Address(said, self.said(postcode), None, kind)

    def must_be_usable(self) -> None:
        """Raises `NotTaken` with all that is wrong."""
        if self.faults:
            raise NotTaken(*self.faults)

    def _pattern(self, name: str, shape: re.Pattern[str], what: str, mend: str) -> str | None:
        code = self.coded(name)
        if code and not shape.fullmatch(code):
            self.refuse(name, what, f"write {mend}, or add its word under [values.{name}]")
        return code


def _plainly(said: str) -> str:
    """A day as `strptime` can read it: without weekday, `2nd`, `Sept` and the time of day that programs add."""
    plain = TIME_OF_DAY.sub("", WEEKDAY.sub("", said))
    return SEPTEMBER.sub("Sep", ORDINAL.sub("", plain)).replace(",", "")


def _unusable(name: str, cell: str) -> Fault | None:
    if len(cell) > LONGEST:
        return Fault(name, f"has more than {LONGEST} characters", "shorten it")
    if ERROR_OF_A_SHEET.match(cell.strip()):
        return Fault(name, "is an error of the spreadsheet's", "mend the formula, or write what it should say")
    if cell.lstrip().startswith("="):
        return Fault(name, "is a formula and no value", "save the sheet with values instead of formulas")
    if UNREADABLE in cell:
        return Fault(
            name,
            "has a character that cannot be read",
            "save the sheet as a workbook, or as CSV in UTF-8, and try again",
        )
    if CONTROL.search(cell):
        return Fault(name, "has a character that is no text", "write the cell again")
    return None
