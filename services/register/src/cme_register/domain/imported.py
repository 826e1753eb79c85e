"""An open case as the council's spreadsheet has it: what each cell says, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid5

from cme_register.domain.codes import Proof
from cme_register.domain.details import Address, Details, Parent

NAMESPACE = UUID("6f0f7a52-5c3a-4d0e-9d5b-2c7a1f6e8b90")
"""Of the ids of imported cases: the same row has the same one, however often it is imported."""
OLDEST = date(1995, 1, 1)
"""Nobody born before is of compulsory school age."""
CATEGORIES = ("missing", "without_school_place", "on_roll_enquiry")
SEVERAL = re.compile(r"[;,/\n]")

FIELDS = frozenset({
    "reference", "received_on", "category", "name", "forename", "surname", "other_names", "date_of_birth", "sex", "upn",
    "nhs_number", "address", "postcode", "previous_address", "previous_postcode", "parent", "relationship", "telephones",
    "email", "school_urn", "school_la", "home_la", "lead_officer", "factors", "located_on", "location_proof", "closed_on",
})  # fmt: skip
"""What a column can be."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row, and how to mend it. It never quotes a cell."""

    field: str
    what: str
    mend: str


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


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Imported:
    """An open case of the sheet. It has no `repr`, so that none reaches a log."""

    id: UUID
    reference: str
    received_on: date
    category: str
    details: Details
    factors: tuple[str, ...]
    lead_officer: str | None
    """As the sheet names them: e-mail, name or id."""
    school_urn: str | None
    school_la: str | None
    home_la: str | None
    located_on: date | None
    location_proof: Proof | None
    remarks: tuple[Fault, ...] = ()
    """What was left out of it, or read with a doubt; the rest is taken."""


class NotTaken(Exception):
    """A row that cannot be taken, and every reason."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = faults


def read_row(cells: Mapping[str, str], sheet: SheetMap, *, today: date) -> Imported:
    """What a row says, by our names of its columns. Raises `NotTaken` with all that is wrong with it."""
    return _Row(cells, sheet, today).read()


class _Row:
    def __init__(self, cells: Mapping[str, str], sheet: SheetMap, today: date) -> None:
        self._cells, self._sheet, self._today = cells, sheet, today
        self._faults: list[Fault] = []
        self._remarks: list[Fault] = []

    def read(self) -> Imported:
        forename, surname = self._name()
        received_on = self._day("received_on")
        if received_on is None and not self._said("received_on"):
            self._faults.append(Fault("received_on", "is empty", "write the day on which the council was told"))
        born = self._day("date_of_birth")
        category = self._category()
        located_on, proof = self._located()
        if born and received_on and not OLDEST <= born < received_on:
            self._faults.append(
                Fault("date_of_birth", "is no birth date of a pupil", "compare it with the day of receipt")
            )
        if self._said("closed_on"):
            self._faults.append(
                Fault("closed_on", "says that the case is closed", "leave closed cases out: open ones are imported")
            )
        if self._faults:
            raise NotTaken(*self._faults)
        assert received_on is not None and category is not None
        sameness = self._said("reference") or f"{forename}\0{surname}\0{born}\0{received_on}"
        id_ = uuid5(NAMESPACE, " ".join(sameness.casefold().split()))
        return Imported(
            id=id_, reference=self._said("reference") or f"IMPORTED-{id_.hex[:8].upper()}", received_on=received_on,
            category=category, details=self._details(forename, surname, born), factors=self._factors(),
            lead_officer=self._said("lead_officer"), school_urn=self._said("school_urn"), school_la=self._said("school_la"),
            home_la=self._said("home_la"), located_on=located_on, location_proof=proof, remarks=tuple(self._remarks),
        )  # fmt: skip

    def _said(self, name: str) -> str | None:
        return " ".join(self._cells.get(name, "").split()) or None

    def _name(self) -> tuple[str, str]:
        """From two columns; or from one, as `SURNAME, Forename` or `Forename Surname`."""
        forename, surname = self._said("forename"), self._said("surname")
        if whole := self._said("name"):
            last, comma, first = whole.partition(",")
            if not comma:
                first, _, last = whole.rpartition(" ")
            forename, surname = forename or first.strip() or None, surname or last.strip() or None
        for name, given in (("forename", forename), ("surname", surname)):
            if given is None:
                column = name if name in self._sheet.columns else "name"
                self._faults.append(Fault(column, f"gives no {name}", "write forename and surname"))
        return forename or "", surname or ""

    def _day(self, name: str) -> date | None:
        """None where nothing is said, or nothing that can be read: that is a fault."""
        if (said := self._said(name)) is None:
            return None
        for written in (*self._sheet.dates, "%Y-%m-%d"):
            try:
                day = datetime.strptime(said, written).date()  # noqa: DTZ007  # a day, which has no time zone
            except ValueError:
                continue
            if day > self._today:
                self._faults.append(Fault(name, "lies in the future", "correct the day"))
                return None
            return day
        shown = date(2015, 12, 31).strftime((*self._sheet.dates, "%Y-%m-%d")[0])
        self._faults.append(Fault(name, "is no date in a form that the map names", f"write it like {shown}"))
        return None

    def _category(self) -> str | None:
        said = self._said("category")
        code = self._sheet.code("category", said) if said else None
        if code is None:
            what = "is a word that the map does not know" if said else "is empty"
            self._faults.append(
                Fault("category", what, f"add it under [values.category] as one of {', '.join(CATEGORIES)}")
            )
        return code

    def _located(self) -> tuple[date | None, Proof | None]:
        day, said = self._day("located_on"), self._said("location_proof")
        code = self._sheet.code("location_proof", said) if said else None
        if day and code is None:
            self._remarks.append(
                Fault(
                    "located_on",
                    "is not taken, as no proof is named that the map knows",
                    "record in the register how the child was found",
                )
            )
            return None, None
        return day, Proof(code) if day and code else None

    def _factors(self) -> tuple[str, ...]:
        found: list[str] = []
        for said in filter(None, (part.strip() for part in SEVERAL.split(self._cells.get("factors", "")))):
            if code := self._sheet.code("factors", said):
                found.append(code)
            else:
                self._remarks.append(
                    Fault(
                        "factors",
                        "has a word that the map does not know, which is left out",
                        "add it under [values.factors], and record it in the register",
                    )
                )
        return tuple(dict.fromkeys(found))

    def _details(self, forename: str, surname: str, born: date | None) -> Details:
        addresses = tuple(
            Address(
                tuple(part.strip() for part in re.split(r"[,\n]", lines or "") if part.strip()), postcode, None, kind
            )
            for kind, lines, postcode in (
                ("current", self._cells.get("address"), self._said("postcode")),
                ("previous", self._cells.get("previous_address"), self._said("previous_postcode")),
            )
            if lines or postcode
        )
        parent = self._said("parent")
        telephones = tuple(part.strip() for part in SEVERAL.split(self._cells.get("telephones", "")) if part.strip())
        parents = (Parent(parent or "", self._said("relationship"), telephones, self._said("email")),)
        others = tuple(part.strip() for part in SEVERAL.split(self._cells.get("other_names", "")) if part.strip())
        sex = self._said("sex")
        return Details(
            forename=forename, surname=surname, other_names=others, date_of_birth=born,
            sex=(self._sheet.code("sex", sex) or sex) if sex else None, upn=self._said("upn"),
            nhs_number=(self._said("nhs_number") or "").replace(" ", "") or None, addresses=addresses,
            parents=parents if parent or telephones or self._said("email") else (),
        )  # fmt: skip
