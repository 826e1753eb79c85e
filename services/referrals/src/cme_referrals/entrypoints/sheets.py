"""A batch as rows: CSV or NDJSON, in UTF-8 or Windows-1252, read as it comes."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cme_referrals.adapters.records import LONGEST, Record, Records
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


@dataclass(frozen=True, slots=True)
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


class Sheet:
    """Reads a batch piece by piece. `charset`: a Python codec, or None where the sender did not say."""

    def __init__(self, format_: Format, charset: str | None) -> None:
        self.format, self._charset = format_, charset
        self._records = Records(quoted=format_ is Format.CSV)
        self.heading: Heading | None = None
        self._delimiter = ","

    def feed(self, plain: bytes) -> Iterator[Row]:
        """The rows that end in a piece. Raises `BrokenUploadError`."""
        for record in self._records.feed(plain):
            yield from self._read(record)

    def end(self) -> Iterator[Row]:
        """The rows that were still waited for. Raises `BrokenUploadError`."""
        for record in self._records.end():
            yield from self._read(record)

    @property
    def columns(self) -> tuple[str, ...]:
        """CSV: its columns, once its first row was read."""
        return self.heading.names if self.heading else ()

    def column_of(self, row: Row, field: str) -> str:
        """Where the sender finds a member of the form in this row."""
        return self.heading.column_of(row.cells, field) if self.heading and row.cells else field

    def own(self, row: Row) -> tuple[str, ...] | None:
        """CSV: the row's cells without our remarks; None where it could not be read as cells."""
        return self.heading.own(row.cells) if self.heading and row.cells else None

    def _read(self, record: Record) -> Iterator[Row]:
        if record.text is None:
            yield _broken(
                record.number, None, f"is longer than {LONGEST // 1024} KiB and was not kept", "Send less in one row."
            )
            return
        text = text_of(record.text, self._charset)
        if text is None:
            yield _broken(
                record.number,
                record.text.decode("latin-1"),
                "holds bytes that are no text in the charset that was said",
                "Save the file as UTF-8 and send the row again.",
            )
        elif "\0" in text or (self.format is Format.NDJSON and "\\u0000" in text):
            yield _broken(record.number, text, "holds a zero byte", "Remove it and send the row again.")
        elif text.strip(" \t,;\r\n"):
            yield from [self._ndjson(record, text)] if self.format is Format.NDJSON else self._csv(record, text)

    def _ndjson(self, record: Record, text: str) -> Row:
        try:
            values = json.loads(text, parse_constant=_no_number)
        except (ValueError, RecursionError):
            return _broken(record.number, text, "is not JSON", "Give one JSON object in each line.")
        if not isinstance(values, dict):
            return _broken(record.number, text, "is not an object", "Give one JSON object in each line.")
        values.pop(REFUSED, None)
        return Row(record.number, text, values)

    def _csv(self, record: Record, text: str) -> Iterator[Row]:
        if self.heading is None:
            self._delimiter = max(",;\t", key=text.count)
            self.heading = Heading(self._cells(text) or [])
            return
        cells = self._cells(text) if not record.unclosed else None
        fits = cells is not None and (
            len(cells) == self.heading.width
            or (len(cells) > self.heading.width and not any(cells[self.heading.width :]))
        )
        if not fits and record.text is not None and b"\n" in record.text:
            record = self._records.give_back(record)
            text, cells = text_of(record.text or b"", self._charset) or "", None
        if not fits or cells is None:
            yield _broken(
                record.number,
                text,
                f"does not have {self.heading.width} cells" if cells is not None else "has a quotation mark too many",
                "Give as many cells as the first row has, and double a quotation mark inside a cell.",
            )
            return
        yield Row(record.number, text, self.heading.form(cells), cells=cells)

    def _cells(self, text: str) -> list[str] | None:
        try:
            read = list(csv.reader([text], delimiter=self._delimiter, strict=True))
        except csv.Error:
            return None
        return read[0] if len(read) == 1 else None


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
