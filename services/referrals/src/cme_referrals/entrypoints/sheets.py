"""A row of a batch as it is read: CSV or NDJSON, in UTF-8 or Windows-1252."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any

from pydantic_core import from_json

from cme_referrals.adapters.records import LONGEST, Record
from cme_referrals.adapters.text import CHARSETS, text_of
from cme_referrals.adapters.unpacking import BrokenUploadError
from cme_referrals.application.batches import RowFault
from cme_referrals.entrypoints.columns import Heading

csv.field_size_limit(LONGEST)

REFUSED = "refused"
"""The member that we put into a refused row; sent again, it is passed over."""


class Format(StrEnum):
    """How rows are written."""

    CSV = "csv"
    NDJSON = "ndjson"
    CTF = "ctf"


MEDIA_TYPES = {
    "text/csv": Format.CSV, "application/csv": Format.CSV,
    "application/x-ndjson": Format.NDJSON, "application/ndjson": Format.NDJSON, "application/jsonl": Format.NDJSON,
    "application/xml": Format.CTF, "text/xml": Format.CTF,
    "application/zip": None, "application/gzip": None, "application/octet-stream": None,
}  # fmt: skip
"""None: seen by its first sign."""


@dataclass(slots=True)  # not frozen: one is made of each form (`Receipt`)
class Row:
    """One row: what it says, or why it cannot be read. `sent` is what came, to be given back with what is wrong."""

    number: int
    sent: str | None
    values: Mapping[str, Any] | None = None
    faults: tuple[RowFault, ...] = ()
    cells: Sequence[str] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    """Where in what was sent each member of the form stands, where that is not its own name."""
    sameness: str | None = None
    """What makes it the same row when it is sent again; None: the form it is."""


@dataclass(frozen=True)
class Layout:
    """What must be known of a file to read any row of it by itself. `charset`: a codec; None where nobody said.

    `names`: the cells of the first row of CSV; None in NDJSON, and before that row was read.
    """

    format: Format
    charset: str | None
    delimiter: str = ","
    names: tuple[str, ...] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Sent to another process, where the heading is made from its names."""
        return Layout, (self.format, self.charset, self.delimiter, self.names)

    @property
    def columns(self) -> tuple[str, ...]:
        """CSV: its columns."""
        return self._heading.names if self._heading else ()

    @cached_property
    def _heading(self) -> Heading | None:
        return None if self.names is None else heading_of(self.names)

    def column_of(self, row: Row, field: str) -> str:
        """Where the sender finds a member of the form in this row."""
        return heading.column_of(row.cells, field) if (heading := self._heading) and row.cells else field

    def own(self, row: Row) -> tuple[str, ...] | None:
        """CSV: the row's cells without our remarks; None where it could not be read as cells."""
        return heading.own(row.cells) if (heading := self._heading) and row.cells else None

    def read(self, record: Record) -> Row:
        """What one row says, or why it cannot be read."""
        if record.text is None:
            wrong = f"is longer than {LONGEST // 1024} KiB and was not kept"
            return _broken(record.number, None, wrong, "Send less in one row.")
        text = text_of(record.text, self.charset)
        if text is None:
            return _broken(
                record.number,
                record.text.decode("latin-1"),
                "holds bytes that are no text in the charset that was said",
                "Save the file as UTF-8 and send the row again.",
            )
        if "\0" in text or (self.format is Format.NDJSON and "\\u0000" in text):
            return _broken(record.number, text, "holds a zero byte", "Remove it and send the row again.")
        return self._ndjson(record, text) if self.format is Format.NDJSON else self._csv(record, text)

    def cells(self, text: str) -> list[str] | None:
        """CSV: one row's cells; None where it is not one row."""
        try:
            read = list(csv.reader([text], delimiter=self.delimiter, strict=True))
        except csv.Error:
            return None
        return read[0] if len(read) == 1 else None

    def fits(self, cells: Sequence[str] | None) -> bool:
        """Whether there are as many cells as columns. Empty ones behind the last do no harm."""
        heading = self._heading
        if heading is None or cells is None:
            return False
        return len(cells) == heading.width or (len(cells) > heading.width and not any(cells[heading.width :]))

    def _ndjson(self, record: Record, text: str) -> Row:
        try:
            values = from_json(text, allow_inf_nan=False)
        except ValueError:  # half of a pair of surrogates is JSON all the same
            try:
                values = json.loads(text, parse_constant=_no_number)
            except (ValueError, RecursionError):
                return _broken(record.number, text, "is not JSON", "Give one JSON object in each line.")
        if not isinstance(values, dict):
            return _broken(record.number, text, "is not an object", "Give one JSON object in each line.")
        values.pop(REFUSED, None)
        return Row(record.number, text, values)

    def _csv(self, record: Record, text: str) -> Row:
        heading, cells = self._heading, self.cells(text) if not record.unclosed else None
        if heading is None or cells is None or not self.fits(cells):
            width = heading.width if heading else 0
            wrong = f"does not have {width} cells" if cells is not None else "has a quotation mark too many"
            mend = "Give as many cells as the first row has, and double a quotation mark inside a cell."
            return _broken(record.number, text, wrong, mend)
        return Row(record.number, text, heading.form(cells), cells=cells)


@lru_cache(maxsize=32)
def heading_of(names: tuple[str, ...]) -> Heading:
    """The first row of a CSV file. Raises `BrokenUploadError` where one of its columns is not known."""
    return Heading(names)


def charset_of(said: str | None) -> str | None:
    """The codec of a charset's name; None where none was said. Raises `BrokenUploadError` for one we do not read."""
    if said is None:
        return None
    if (codec := CHARSETS.get(said.strip("\"' ").lower())) is None:
        raise BrokenUploadError("is in a charset we do not read", "Send UTF-8 or Windows-1252.")
    return codec


def _broken(number: int, sent: str | None, wrong: str, mend: str) -> Row:
    return Row(number, sent, faults=(RowFault("row", wrong, mend),))


def _no_number(name: str) -> float:
    raise ValueError("NaN and Infinity are no JSON")
