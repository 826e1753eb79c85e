"""A transfer file as rows: each pupil is one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cme_referrals.adapters.elements import LONGEST, Element, Elements
from cme_referrals.adapters.unpacking import BrokenUploadError
from cme_referrals.application.batches import RowFault
from cme_referrals.entrypoints.ctf.maps import CtfMap
from cme_referrals.entrypoints.ctf.names import FileName
from cme_referrals.entrypoints.ctf.reading import File, UnfitHeaderError, read_header, read_pupil, sameness
from cme_referrals.entrypoints.sheets import Format, Row

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
ASK = "Look into …/refused, mend the file or ask the council to mend its map; the file is kept and can be read again."


class CtfSheet:
    """Reads a transfer file piece by piece. `charset`: a Python codec, or None where the sender did not say."""

    format = Format.CTF

    def __init__(self, maps: Sequence[CtfMap], charset: str | None, name: FileName | None) -> None:
        self._maps, self._name = maps, name
        self._elements = Elements({holder for one in maps for holder in one.holders_in_file()}, charset)
        self._header = self._suffix = ""
        self._pupils = 0
        self.file: File | None = None
        """Known once the header was read."""
        self.envelope: tuple[str, str] | None = None
        """What stands before and behind the pupils."""
        self.faults: tuple[RowFault, ...] = ()
        """What is wrong with the whole file."""

    def feed(self, plain: bytes) -> Iterator[Row]:
        """The pupils that end in a piece. Raises `BrokenUploadError`."""
        yield from self._rows(self._elements.feed(plain))

    def so_far(self) -> Iterator[Row]:
        """The pupils that are whole already, where nothing more comes. Raises `BrokenUploadError`."""
        yield from self._rows(self._elements.so_far())

    def end(self) -> Iterator[Row]:
        """Those that were still waited for. Raises `BrokenUploadError` where the file is not whole."""
        yield from self._rows(self._elements.end())
        if self.file is None:
            raise self._unfit(RowFault("Header", "is missing", "Export the file anew."))

    def column_of(self, row: Row, field: str) -> str:
        """The element in which the sender finds a member of the form."""
        assert self.file is not None
        steps = field.split(".")
        for count in range(len(steps), 0, -1):
            if place := row.places.get(".".join(steps[:count])):
                return place
        return self.file.map.path_of(re.sub(r"\.[0-9]+(?=\.|$)", ".#", field)) or self.file.map.path_of(field) or field

    def own(self, row: Row) -> None:
        """A pupil has no cells."""

    @property
    def layout(self) -> CtfSheet:
        """What must be known to read one of its rows: each has been read already."""
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """It has none."""
        return ()

    def _rows(self, elements: Iterator[Element]) -> Iterator[Row]:
        try:
            for element in elements:
                yield from self._element(element)
        except BrokenUploadError as error:
            if not self._pupils or self.faults:
                raise
            raise BrokenUploadError(f"{error.wrong}, behind pupil {self._pupils}", error.mend) from None

    def _element(self, element: Element) -> Iterator[Row]:
        root, _, path = element.path.partition("/")
        if self.file is None:
            if any((root, path) == (one.root, one.header) for one in self._maps):
                self._read_header(element)
                return
            known = any(root == one.root for one in self._maps)
            where = "Header" if known else "(first element)"
            wrong = "does not stand before the pupils" if known else "is none of a transfer file"
            raise self._unfit(RowFault(where, wrong, "Send a common transfer file (CTF, CML, CMJ), exported anew."))
        if (root, path) == (self.file.map.root, self.file.map.pupil):
            yield self._pupil(element, self.file)
        elif (entry := self.file.map.elements.get(path)) is None or entry.passed_over is None:
            raise self._unfit(RowFault("(beside the pupils)", "is an element that the map does not know", ASK))

    def _read_header(self, element: Element) -> None:
        self._header = element.raw or ""
        self._wrap(element)
        if element.node is None:
            raise self._unfit(RowFault("Header", "is too long", "Export the file anew."))
        try:
            self.file = read_header(element.node, self._maps, self._name)
        except UnfitHeaderError as error:
            raise self._unfit(*error.faults) from None

    def _wrap(self, element: Element) -> None:
        """What stands around the pupils, as far as it is known."""
        root, *others = element.around
        names = [re.split(r"[\s>]", tag[1:], maxsplit=1)[0] for tag in element.around]
        prefix = "\n".join([DECLARATION + root, self._header, *others])
        self.envelope = prefix + "\n", "".join(f"</{name}>\n" for name in reversed(names))

    def _pupil(self, element: Element, file: File) -> Row:
        self._pupils = element.number
        if element.number == 1:
            self._wrap(element)
        if element.node is None:
            wrong = f"is longer than {LONGEST // 1024} KiB, or holds too many elements"
            fault = RowFault(element.path.rpartition("/")[2], wrong, "Send it by itself, with less in it.")
            return Row(element.number, None, faults=(fault,))
        reading = read_pupil(element.node, file)
        if reading.faults:
            return Row(element.number, element.raw, faults=tuple(reading.faults), places=reading.places)
        values = {"kind": reading.map.kind} | reading.values
        same = sameness(element.node, file, reading.map.kind)
        return Row(element.number, element.raw, values, places=reading.places, sameness=same)

    def _unfit(self, *faults: RowFault) -> BrokenUploadError:
        self.faults = faults
        return BrokenUploadError(f"does not fit our map of transfer files in {len(faults)} place(s)", ASK)
