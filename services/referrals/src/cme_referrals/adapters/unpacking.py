"""An upload as it comes, unpacked piece by piece: never whole in memory, and never more than an honest archive holds."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from struct import unpack_from
from typing import Protocol

PIECE = 64 * 1024
"""Bytes that are unpacked at a time."""
RATIO = 200
"""Bytes that one packed byte may become: ten times what real rows do, a fifth of what a bomb does."""
FREE = 4 * 1024 * 1024
"""Bytes that may be unpacked whatever the ratio: a short file of equal rows packs very well."""
GZIP, ZIP, UTF_16 = b"\x1f\x8b", b"PK\x03\x04", (b"\xff\xfe", b"\xfe\xff")
ZIP_INDEX, ZIP_SIZES = b"PK\x01\x02", b"PK\x07\x08"
ENCRYPTED, SIZES_FOLLOW = 0x01, 0x08
STORED, DEFLATED = 0, 8
AFTER = 28
"""Bytes behind a packed file in which its checksum and sizes end; the archive's own index alone is longer."""


class BrokenUploadError(Exception):
    """The upload cannot be read any further. Both texts are for the sender and quote nothing that was sent."""

    def __init__(self, wrong: str, mend: str) -> None:
        super().__init__(wrong)
        self.wrong, self.mend = wrong, mend


BROKEN = "What was read before it is kept. Pack the file anew and send the whole of it again; no row is taken twice."


class Unpacker:
    """Plain text, gzip, or a zip with one file: seen by the first bytes, whatever was said about it."""

    def __init__(self, *, ratio: int = RATIO, free: int = FREE) -> None:
        self._ratio, self._free = ratio, free
        self._head = b""
        self._way: _Way | None = None
        self._taken = self._given = 0

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """What a piece of the upload unpacks to. Raises `BrokenUploadError`."""
        self._taken += len(piece)
        if self._way is None:
            self._head += piece
            if len(self._head) < len(ZIP):
                return
            piece, self._head, self._way = self._head, b"", _way(self._head)
        yield from self._counted(self._way.feed(piece))

    def end(self) -> Iterator[bytes]:
        """What is left at the end of the upload. Raises `BrokenUploadError` where the archive is not whole."""
        if self._way is None:
            yield self._head
        else:
            self._way.end()

    def _counted(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self._given += len(piece)
            if self._given > max(self._free, self._ratio * self._taken):
                raise BrokenUploadError(
                    f"unpacks to more than {self._ratio} times its size",
                    "Send the file unpacked, or in parts that are packed less.",
                )
            yield piece


class _Way(Protocol):
    def feed(self, piece: bytes) -> Iterator[bytes]: ...
    def end(self) -> None: ...


def _way(head: bytes) -> _Way:
    if head.startswith(UTF_16):
        raise BrokenUploadError("is UTF-16", "Save it as UTF-8 (in a spreadsheet: CSV UTF-8) and send it again.")
    if head.startswith(GZIP):
        return _Gzip()
    return _Zip() if head.startswith(ZIP) else _Plain()


class _Plain:
    def feed(self, piece: bytes) -> Iterator[bytes]:
        yield piece

    def end(self) -> None:
        return None


class _Gzip:
    """One member or several, one after the other, as gzip allows."""

    def __init__(self) -> None:
        self._inside: _Inflating | None = None

    def feed(self, piece: bytes) -> Iterator[bytes]:
        while piece:
            if self._inside is None:
                piece = piece.lstrip(b"\0")  # tapes and some tools fill up the last block
                if not piece:
                    return
                self._inside = _Inflating(31)
            yield from self._inside.feed(piece)
            piece = self._inside.behind
            if self._inside.over:
                self._inside = None

    def end(self) -> None:
        if self._inside is not None:
            raise BrokenUploadError("is a gzip file that is not whole", BROKEN)


class _Inflating:
    """zlib, so many bytes at a time."""

    def __init__(self, wbits: int) -> None:
        self._zlib = zlib.decompressobj(wbits)
        self.crc = 0

    def feed(self, piece: bytes) -> Iterator[bytes]:
        while True:
            try:
                plain = self._zlib.decompress(piece, PIECE)
            except zlib.error as error:
                raise BrokenUploadError("is an archive that is damaged", BROKEN) from error
            if plain:
                self.crc = zlib.crc32(plain, self.crc)
                yield plain
            piece = self._zlib.unconsumed_tail
            if self.over or not (piece or len(plain) == PIECE):
                return

    @property
    def over(self) -> bool:
        return self._zlib.eof

    @property
    def behind(self) -> bytes:
        """What came behind the end of the packed data."""
        return self._zlib.unused_data if self.over else b""


class _Stored:
    """A file in a zip that is not packed."""

    def __init__(self, size: int) -> None:
        self._left, self.crc, self.behind = size, 0, b""

    def feed(self, piece: bytes) -> Iterator[bytes]:
        plain, self.behind = piece[: self._left], piece[self._left :]
        self._left -= len(plain)
        if plain:
            self.crc = zlib.crc32(plain, self.crc)
            yield plain

    @property
    def over(self) -> bool:
        return self._left == 0


class _Zip:
    """A zip with one file, read from its beginning: its index at the end is not waited for."""

    def __init__(self) -> None:
        self._waiting = b""
        self._step: Callable[[], bool] | None = self._read_head
        self._inside: _Inflating | _Stored | None = None
        self._crc: int | None = None
        self._crc_found = self._files = 0

    def feed(self, piece: bytes) -> Iterator[bytes]:
        if self._step is None:
            return  # the archive's index
        self._waiting += piece
        while self._step is not None:
            if self._inside is None:
                if not self._step():
                    return
                continue
            piece, self._waiting = self._waiting, b""
            yield from self._inside.feed(piece)
            if not self._inside.over:
                return
            self._waiting = self._inside.behind
            self._crc_found, self._inside = self._inside.crc, None
            self._step = self._read_behind

    def end(self) -> None:
        if self._step is not None:
            raise BrokenUploadError("is a zip archive that is not whole", BROKEN)

    def _read_head(self) -> bool:
        """True once there was enough of it."""
        if len(self._waiting) < 30:
            return False
        if self._waiting[:4] == ZIP_INDEX:
            self._step = None
            return True
        if self._waiting[:4] != ZIP:
            raise BrokenUploadError("is an archive that is damaged", BROKEN)
        flags, method, _, crc, _, size, name, more = unpack_from("<HHIIIIHH", self._waiting, 6)
        whole = 30 + name + more
        if len(self._waiting) < whole:
            return False
        called = self._waiting[30 : 30 + name]
        self._waiting = self._waiting[whole:]
        if called.startswith(b"__MACOSX/"):  # a computer's own notes about the file before it
            self._step = None
            return True
        self._files += not called.endswith(b"/")  # a folder is packed like a file, and empty
        if self._files > 1:
            raise BrokenUploadError("holds more than one file", "The first was read. Send each file by itself.")
        if flags & ENCRYPTED:
            raise BrokenUploadError("is encrypted", "Send it without a password: the connection is encrypted already.")
        if method not in (STORED, DEFLATED) or (method == STORED and flags & SIZES_FOLLOW):
            raise BrokenUploadError(
                "is packed in a way we do not read", "Pack it as an ordinary zip, or send it unpacked."
            )
        self._crc = None if flags & SIZES_FOLLOW else crc
        self._inside = _Inflating(-15) if method == DEFLATED else _Stored(size)
        return True

    def _read_behind(self) -> bool:
        """The checksum, which may stand behind the file with its sizes in four bytes each or in eight."""
        crc = self._crc
        if crc is None:
            if len(self._waiting) < AFTER:
                return False
            start = len(ZIP_SIZES) if self._waiting.startswith(ZIP_SIZES) else 0
            (crc,) = unpack_from("<I", self._waiting, start)
            short = self._waiting[start + 12 : start + 16] in (ZIP, ZIP_INDEX)
            self._waiting = self._waiting[start + (12 if short else 20) :]
        if crc != self._crc_found:
            raise BrokenUploadError("is an archive that is damaged", BROKEN)
        self._step = self._read_head
        return True
