"""A batch on its way in: any number of forms in one request, read as they come, a few hundred in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from uuid import UUID, uuid4

from fastapi import Request
from starlette.requests import ClientDisconnect

from cme_referrals.adapters.records import Record
from cme_referrals.adapters.unpacking import PIECE, BrokenUploadError
from cme_referrals.application.batches import AROUND, THE_FILE, Batch, Counts, RefusedRow, State
from cme_referrals.application.kept_files import KeptFile, refuse_another_schools_file
from cme_referrals.application.telling import Sender
from cme_referrals.domain.errors import NotYourSchoolError
from cme_referrals.entrypoints.behind import Behind
from cme_referrals.entrypoints.chunks import Chunk, InOrder, take_chunk
from cme_referrals.entrypoints.ctf.maps import maps
from cme_referrals.entrypoints.ctf.names import file_name_of
from cme_referrals.entrypoints.ctf.sheet import CtfSheet
from cme_referrals.entrypoints.cutting import Sheet
from cme_referrals.entrypoints.desk import Desk, partner_kind
from cme_referrals.entrypoints.incoming import Incoming
from cme_referrals.entrypoints.keeping import Keeper
from cme_referrals.entrypoints.readers import ReaderLostError
from cme_referrals.entrypoints.sheets import MEDIA_TYPES, Format, Layout, Row, charset_of
from cme_web.problems import Problem
from cme_web.tokens import Caller

TOGETHER = 200
"""Rows in one transaction: enough to write them as sets, few enough to hold nobody up."""
BYTES_TOGETHER = 2 * 1024 * 1024
LARGE = 3 * TOGETHER
"""Rows after which it is worth having other processes come up. Those that are up read whatever is no clerk's few rows."""
ABREAST = 2
"""Chunks that are on their way: while one is written, the next is read."""
MOST_KEPT = 256 * 1024 * 1024
"""Bytes of refused rows that are kept of one batch. Beyond, something is wrong with the file and not with its rows."""
BREATH = 20
"""Rows that are cut at a stretch; then other requests of this process have their turn."""
ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip"})


class Upload:
    """One batch on its way in, for the first time; or `again`, from what was kept of it."""

    def __init__(
        self, desk: Desk, caller: Caller, sender: Sender, incoming: Incoming, *, again: UUID | None = None
    ) -> None:
        self._desk, self._sender, self._incoming = desk, sender, incoming
        self._caller = caller
        partner_kind(caller)  # raises `Problem` 403 before anything is read
        self.id = again or uuid4()
        self.place = f"/v1/batches/{self.id}"
        self._again = again is not None
        name = str(incoming.name) if incoming.name else None
        file = KeptFile(sender=sender, roles=caller.roles, charset=incoming.charset, name=name)
        self._keeper = None if again else Keeper(desk.db, self.id, file)
        self._rows: list[Record | Row] = []
        self._bytes = self._kept = self._cut = self._refused = 0
        self._headed = self._is_theirs = False
        self._behind = Behind(ABREAST)
        self._last = InOrder()
        self._last.over()

    async def take(self, pieces: AsyncIterator[bytes]) -> None:
        """Read to the end. Whatever ends it, what had been read whole is taken.

        Raises `BrokenUploadError` where it cannot be read any further, and what reading the request raises.
        """
        try:
            await self._read_all(_small(pieces))
        finally:
            await self._behind.leave()

    async def _read_all(self, pieces: AsyncIterator[bytes]) -> None:
        if not self._again:
            await self._open()
        try:
            try:
                async for piece in pieces:
                    await self._keep(piece)
                    await self._take(self._incoming.feed(piece))
                await self._take(self._incoming.end())
                if not self._cut:
                    raise BrokenUploadError(
                        "holds no row", "Send one form in each line, or a pupil in a transfer file."
                    )
            except BrokenUploadError as error:
                async for piece in pieces:  # what does not fit is kept whole
                    if not await self._keep(piece):
                        break
                await self._finish(State.STOPPED, error.wrong, error.mend)
                raise
        except ClientDisconnect:
            with suppress(BrokenUploadError):
                await self._take(self._incoming.so_far())
            await self._finish(State.CUT)
            raise
        except Problem as problem:  # it grew too long
            await self._finish(State.STOPPED, problem.title, problem.detail)
            raise
        await self._finish(State.COMPLETE)

    async def _take(self, rows: Iterable[Record | Row]) -> None:
        for row in rows:
            if not self._is_theirs:
                await self._refuse_another_schools_file()
            self._rows.append(row)
            self._bytes += len((row.text if isinstance(row, Record) else row.sent) or "")
            self._cut += 1
            if len(self._rows) >= TOGETHER or self._bytes >= BYTES_TOGETHER:
                await self._hand_over()
                self._refuse_a_hopeless_file()
            elif self._cut % BREATH == 0:
                await asyncio.sleep(0)

    async def _keep(self, piece: bytes) -> bool:
        """Put a piece aside, where such a file is kept. False where it is not."""
        if self._keeper is None:
            return False
        wanted = self._incoming.is_kept
        if wanted is False or not await self._keeper.add(piece, known=wanted is True):
            self._keeper = None
        return self._keeper is not None and wanted is True

    async def _refuse_another_schools_file(self) -> None:
        sheet = self._incoming.sheet
        if not isinstance(sheet, CtfSheet):
            self._is_theirs = True
            return
        if sheet.file is None:
            return
        try:
            async with self._desk.db.transaction() as tx:
                await refuse_another_schools_file(tx.schools, self._sender, sheet.file.source)
        except NotYourSchoolError as error:
            raise BrokenUploadError(
                "was exported by another school than yours",
                "Send it with that school's access token, or export your own.",
            ) from error
        self._is_theirs = True

    def _refuse_a_hopeless_file(self) -> None:
        if self._kept > MOST_KEPT:
            raise BrokenUploadError(
                f"has more than {MOST_KEPT // 1024**2} MiB of rows that are refused",
                "Mend what is common to them and send the whole file again; no row is taken twice.",
            )

    async def _hand_over(self) -> None:
        """Have what has been cut read, and committed, while the next rows are being cut."""
        rows, self._rows, self._bytes = self._rows, [], 0
        sheet = self._incoming.sheet
        if not self._headed and sheet is not None:
            await self._head(sheet, begun=bool(rows))
        if rows and sheet is not None:
            chunk = Chunk(
                batch_id=self.id, caller=self._caller, sender=self._sender, at=self._desk.clock.now(),
                layout=sheet.layout, rows=rows,
            )  # fmt: skip
            turn = self._last = self._last.then()
            await self._behind.do(lambda: self._write(chunk, turn))

    async def _write(self, chunk: Chunk, turn: InOrder) -> None:
        counts = await self._taken(chunk, turn)
        self._kept += counts.kept
        self._refused += counts.refused

    async def _taken(self, chunk: Chunk, turn: InOrder) -> Counts:
        """By another process where the file is large, else here; and here what another process did not finish."""
        readers = self._desk.readers
        if readers is None or not isinstance(chunk.layout, Layout):
            return await take_chunk(self._desk, chunk, turn)
        if self._cut >= LARGE:
            readers.want()
        if not readers.up or self._cut < TOGETHER:
            return await take_chunk(self._desk, chunk, turn)
        self._behind.abreast = readers.up + 1
        try:
            return await readers.take(chunk, turn)
        except ReaderLostError:
            return await take_chunk(self._desk, chunk, turn, again=True)

    async def _head(self, sheet: Sheet | CtfSheet, *, begun: bool) -> None:
        """Keep what is known of the file, before any of its rows, for whoever reads those that are refused."""
        async with self._desk.db.transaction() as tx:
            await tx.batches.head(self.id, sheet.format, sheet.columns)
            if begun and isinstance(sheet, CtfSheet) and sheet.envelope:
                around = RefusedRow(number=AROUND, sent=None, cells=sheet.envelope, faults=())
                await tx.batches.refuse(self.id, [around])
        self._headed = True

    async def _open(self) -> None:
        format_ = self._incoming.said or Format.NDJSON
        batch = Batch(id=self.id, format=format_, state=State.RECEIVING, received_at=self._desk.clock.now())
        async with self._desk.db.transaction() as tx:
            await tx.batches.open(batch, self._sender)

    async def _finish(self, state: State, wrong: str | None = None, mend: str | None = None) -> None:
        await self._hand_over()
        await self._behind.done()
        if self._keeper and self._incoming.is_kept:
            await self._keeper.write()
        sheet = self._incoming.sheet
        async with self._desk.db.transaction() as tx:
            if isinstance(sheet, CtfSheet) and sheet.faults:
                row = RefusedRow(number=THE_FILE, sent=None, cells=sheet.envelope, faults=sheet.faults)
                await tx.batches.refuse(self.id, [row])
            if state is State.CUT or (state is State.COMPLETE and not self._refused):
                await tx.kept.drop(self.id)
            await tx.batches.finish(self.id, state, at=self._desk.clock.now(), wrong=wrong, mend=mend)


async def _small(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes, a little at a time: what an upload is shows before much of it has to be held."""
    async for piece in pieces:
        for at in range(0, len(piece), PIECE):
            yield piece[at : at + PIECE]


def incoming_of(request: Request, desk: Desk) -> Incoming:
    """What the headers say is sent. Raises `Problem` 415."""
    media_type, *parameters = request.headers.get("content-type", "application/octet-stream").split(";")
    known = media_type.strip().lower()
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if known not in MEDIA_TYPES or encoding not in ENCODINGS:
        raise Problem(
            415,
            "unsupported-media-type",
            "A batch is CSV, NDJSON or a common transfer file",
            "Send text/csv, application/x-ndjson or application/xml, as it is or as gzip or zip.",
        )
    said = [value for name, _, value in (one.partition("=") for one in parameters) if name.strip().lower() == "charset"]
    name = file_name_of(request.headers.get("content-disposition"))
    try:
        return Incoming(maps(desk.ctf_maps), MEDIA_TYPES[known], charset_of(said[0] if said else None), name)
    except BrokenUploadError as error:
        raise Problem(415, "unsupported-charset", sentence(error.wrong), error.mend) from error


def sentence(text: str) -> str:
    """What is wrong with an upload, as a sentence."""
    return f"The upload {text}."
