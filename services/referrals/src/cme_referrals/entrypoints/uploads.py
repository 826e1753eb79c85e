"""A batch on its way in: any number of forms in one request, read as they come, a few hundred in one transaction."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any
from uuid import uuid4

from fastapi import Request
from starlette.requests import ClientDisconnect

from cme_referrals.adapters.unpacking import BrokenUploadError
from cme_referrals.application.batches import Batch, FormRow, RefusedRow, RowFault, State, take_rows
from cme_referrals.application.telling import Sender, child_tokens
from cme_referrals.domain.errors import SubmissionError
from cme_referrals.entrypoints.desk import Desk, receipt_of
from cme_referrals.entrypoints.kinds import UnfitFormError, faults_of, read_form
from cme_referrals.entrypoints.sheets import MEDIA_TYPES, Format, Row, Sheet, charset_of
from cme_web.problems import Problem
from cme_web.tokens import Caller

TOGETHER = 200
"""Rows in one transaction: enough to write them as sets, few enough to hold nobody up."""
BYTES_TOGETHER = 2 * 1024 * 1024
MOST_KEPT = 256 * 1024 * 1024
"""Bytes of refused rows that are kept of one batch. Beyond, something is wrong with the file and not with its rows."""
BREATH = 20
"""Rows that are read at a stretch; then other requests of this process have their turn."""
KEY = re.compile(r"[A-Za-z0-9._:/-]{1,64}")
ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip"})


class Upload:
    """One batch on its way in."""

    def __init__(self, desk: Desk, caller: Caller, sender: Sender, sheet: Sheet) -> None:
        self._desk, self._caller, self._sender, self._sheet = desk, caller, sender, sheet
        self.id = uuid4()
        self.place = f"/v1/batches/{self.id}"
        self._rows: list[FormRow | RefusedRow] = []
        self._bytes = self._kept = self._read = 0
        self._headed = False

    async def take(self, pieces: AsyncIterator[bytes]) -> None:
        """Read to the end. Whatever ends it, what had been read whole is taken.

        Raises `BrokenUploadError` where it cannot be read any further, and what reading the request raises.
        """
        await self._open()
        try:
            async for piece in pieces:
                await self._take(self._sheet.feed(piece))
            await self._take(self._sheet.end())
            if not self._read:
                raise BrokenUploadError("holds no row", "Send one form in each line.")
        except BrokenUploadError as error:
            await self._finish(State.STOPPED, error.wrong, error.mend)
            raise
        except ClientDisconnect:
            await self._finish(State.CUT)
            raise
        except Problem as problem:  # it grew too long
            await self._finish(State.STOPPED, problem.title, problem.detail)
            raise
        await self._finish(State.COMPLETE)

    async def _take(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self._rows.append(self._checked(row))
            self._bytes += len(row.sent or "")
            self._read += 1
            if len(self._rows) >= TOGETHER or self._bytes >= BYTES_TOGETHER:
                await self._write()
                self._refuse_a_hopeless_file()
            elif self._read % BREATH == 0:
                await asyncio.sleep(0)

    def _refuse_a_hopeless_file(self) -> None:
        if self._kept > MOST_KEPT:
            raise BrokenUploadError(
                f"has more than {MOST_KEPT // 1024**2} MiB of rows that are refused",
                "Mend what is common to them and send the whole file again; no row is taken twice.",
            )

    def _checked(self, row: Row) -> FormRow | RefusedRow:
        try:
            if row.values is None:
                raise UnfitFormError(*row.faults)
            return self._form(row, dict(row.values))
        except UnfitFormError as error:
            faults = error.faults
        except SubmissionError as error:
            faults = faults_of(error)
        cells = self._sheet.own(row)
        return RefusedRow(number=row.number, sent=row.sent, cells=cells, faults=self._placed(row, faults))

    def _form(self, row: Row, values: dict[str, Any]) -> FormRow:
        key = values.pop("key", None)
        if key is not None and not (isinstance(key, str) and KEY.fullmatch(key)):
            raise UnfitFormError(
                RowFault(
                    "key", "does not have the right form", "Give 1 to 64 of A-Z a-z 0-9 . _ : / - or leave it out."
                )
            )
        kind, form = read_form(values)
        kind.may_send(self._caller)
        blinds, scope = self._desk.blinds, self._sender.scope
        content = json.dumps(form.model_dump(mode="json", exclude_unset=True), sort_keys=True)
        contents = blinds.tokens("content", scope, kind.kind, content)
        return FormRow(
            number=row.number,
            sent=row.sent or "",
            names=contents if key is None else blinds.tokens("key", scope, key),
            contents=contents,
            child=child_tokens(blinds, scope, form.child.about()),
            receipt=receipt_of(self._desk, form, self._caller),
            take_in=kind.use_case(form, self._desk.authority),
            explain=lambda error: self._placed(row, faults_of(error)),
            cells=self._sheet.own(row),
        )

    def _placed(self, row: Row, faults: Sequence[RowFault]) -> tuple[RowFault, ...]:
        """The faults where the sender finds them: in a column, in CSV."""
        return tuple(RowFault(self._sheet.column_of(row, one.field), one.wrong, one.mend) for one in faults)

    async def _write(self) -> None:
        """Commit what has been read; first of all what is known of the file, for whoever reads its refused rows."""
        rows, self._rows, self._bytes = self._rows, [], 0
        async with self._desk.db.transaction() as tx:
            if not self._headed and self._sheet.format is not None:
                heading = self._sheet.heading
                await tx.batches.head(self.id, self._sheet.format, heading.names if heading else ())
                self._headed = True
            if rows:
                self._kept += (await take_rows(tx, self.id, rows)).kept

    async def _open(self) -> None:
        batch = Batch(
            id=self.id,
            format=self._sheet.format or Format.NDJSON,
            state=State.RECEIVING,
            received_at=self._desk.clock.now(),
        )
        async with self._desk.db.transaction() as tx:
            await tx.batches.open(batch, self._sender)

    async def _finish(self, state: State, wrong: str | None = None, mend: str | None = None) -> None:
        await self._write()
        async with self._desk.db.transaction() as tx:
            await tx.batches.finish(self.id, state, at=self._desk.clock.now(), wrong=wrong, mend=mend)


def sheet_of(request: Request) -> Sheet:
    """What the headers say is sent. Raises `Problem` 415."""
    media_type, *parameters = request.headers.get("content-type", "application/octet-stream").split(";")
    known = media_type.strip().lower()
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if known not in MEDIA_TYPES or encoding not in ENCODINGS:
        raise Problem(
            415,
            "unsupported-media-type",
            "A batch is CSV or NDJSON",
            "Send text/csv or application/x-ndjson, as it is or as gzip or zip.",
        )
    said = [value for name, _, value in (one.partition("=") for one in parameters) if name.strip().lower() == "charset"]
    try:
        return Sheet(MEDIA_TYPES[known], charset_of(said[0] if said else None))
    except BrokenUploadError as error:
        raise Problem(415, "unsupported-charset", sentence(error.wrong), error.mend) from error


def sentence(text: str) -> str:
    """What is wrong with an upload, as a sentence."""
    return f"The upload {text}."
