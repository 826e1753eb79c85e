"""A batch cut into rows as it comes: CSV or NDJSON. What a row says is read later, and perhaps elsewhere (sheets.py)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cme_referrals.adapters.records import Record, Records
from cme_referrals.adapters.text import text_of
from cme_referrals.entrypoints.sheets import Format, Layout, heading_of

EMPTY = b" \t,;\r\n"
"""A row of nothing else says nothing."""


class Sheet:
    """Cuts a batch piece by piece. `charset`: a Python codec, or None where the sender did not say."""

    def __init__(self, format_: Format, charset: str | None) -> None:
        self.layout = Layout(format_, charset)
        self._records = Records(quoted=format_ is Format.CSV)

    @property
    def format(self) -> Format:
        """How its rows are written."""
        return self.layout.format

    @property
    def columns(self) -> tuple[str, ...]:
        """CSV: its columns, once its first row was read."""
        return self.layout.columns

    def feed(self, plain: bytes) -> Iterator[Record]:
        """The rows that end in a piece. Raises `BrokenUploadError`."""
        for record in self._records.feed(plain):
            if (row := self._row(record)) is not None:
                yield row

    def end(self) -> Iterator[Record]:
        """The rows that were still waited for. Raises `BrokenUploadError`."""
        for record in self._records.end():
            if (row := self._row(record)) is not None:
                yield row

    def _row(self, record: Record) -> Record | None:
        """What is to be read as a row: a first row of CSV is not, and of what is not one row only the first line is."""
        if record.text is None:
            return record
        if not record.text.strip(EMPTY):
            return None
        if self.format is Format.NDJSON or (self.layout.names is not None and b"\n" not in record.text):
            return record
        text = text_of(record.text, self.layout.charset)
        if text is None or "\0" in text:
            return record
        if self.layout.names is None:
            self._head(text)
            return None
        return record if self.layout.fits(self.layout.cells(text)) else self._records.give_back(record)

    def _head(self, text: str) -> None:
        layout = replace(self.layout, delimiter=max(",;\t", key=text.count))
        names = tuple(layout.cells(text) or ())
        heading_of(names)
        self.layout = replace(layout, names=names)
