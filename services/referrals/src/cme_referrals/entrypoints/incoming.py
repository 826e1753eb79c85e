"""An upload as it comes: unpacked, and seen by its first sign what it is where nobody said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cme_referrals.adapters.records import Record
from cme_referrals.adapters.text import UTF_8_MARK
from cme_referrals.adapters.unpacking import Unpacker
from cme_referrals.entrypoints.ctf.maps import CtfMap
from cme_referrals.entrypoints.ctf.names import FileName
from cme_referrals.entrypoints.ctf.sheet import CtfSheet
from cme_referrals.entrypoints.cutting import Sheet
from cme_referrals.entrypoints.sheets import Format, Row

FIRST_SIGNS = {b"<": Format.CTF, b"{": Format.NDJSON}


class Incoming:
    """Reads a batch piece by piece. `format_`, `charset` (a Python codec), `name`: None where the sender did not say."""

    def __init__(
        self, maps: Sequence[CtfMap], format_: Format | None, charset: str | None, name: FileName | None = None
    ) -> None:
        self._maps, self.said, self.charset, self.name = maps, format_, charset, name
        self._unpacker = Unpacker()
        self._start, self._marked = b"", False
        self.sheet: Sheet | CtfSheet | None = None
        """Known once anything but spaces has come."""

    def feed(self, piece: bytes) -> Iterator[Record | Row]:
        """The rows that end in a piece of the upload. Raises `BrokenUploadError`."""
        for plain in self._unpacker.feed(piece):
            yield from self._plain(plain)

    def end(self) -> Iterator[Record | Row]:
        """The rows that were still waited for. Raises `BrokenUploadError` where the upload is not whole."""
        for plain in self._unpacker.end():
            yield from self._plain(plain)
        if self.sheet is None:
            yield from self._plain(b"", last=True)
        if self.sheet is not None:
            yield from self.sheet.end()

    def so_far(self) -> Iterator[Record | Row]:
        """The rows that are whole already, where nothing more comes. Raises `BrokenUploadError`."""
        if isinstance(self.sheet, CtfSheet):
            yield from self.sheet.so_far()

    @property
    def is_kept(self) -> bool | None:
        """Whether such a file is kept whole until all of it fits; None: it is not known yet what it is."""
        return None if self.sheet is None else isinstance(self.sheet, CtfSheet)

    def _plain(self, plain: bytes, *, last: bool = False) -> Iterator[Record | Row]:
        if self.sheet is None:
            start = self._start + plain
            if len(start) < len(UTF_8_MARK) and not last:
                self._start = start
                return
            plain = start.removeprefix(UTF_8_MARK)
            self._marked = self._marked or len(plain) < len(start)
            if self.said in {None, Format.CTF}:
                plain = plain.lstrip()
            if not plain and not last:
                self._start = b""
                return
            self.sheet = self._made(FIRST_SIGNS.get(plain[:1], Format.CSV))
        yield from self.sheet.feed(plain)

    def _made(self, seen: Format) -> Sheet | CtfSheet:
        if Format.CTF in {self.said, seen}:  # no row of the others begins with <
            return CtfSheet(self._maps, self.charset or ("utf-8" if self._marked else None), self.name)
        return Sheet(self.said or seen, self.charset)
