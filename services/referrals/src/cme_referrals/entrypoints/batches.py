"""Batches over HTTP: any number of forms in one request, read as they come, and the bad rows to take away and mend."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import Field
from starlette.requests import ClientDisconnect

from cme_referrals.adapters.unpacking import BrokenUploadError
from cme_referrals.application.batches import (
    AcceptedRow,
    Batch,
    FormRow,
    RefusedRow,
    RowFault,
    State,
    take_rows,
)  # fmt: skip
from cme_referrals.application.telling import Sender, child_tokens
from cme_referrals.domain.errors import SubmissionError
from cme_referrals.entrypoints.columns import REMARKS, guarded
from cme_referrals.entrypoints.desk import Desk, receipt_of, sender_of
from cme_referrals.entrypoints.kinds import UnfitFormError, faults_of, read_form
from cme_referrals.entrypoints.sheets import MEDIA_TYPES, REFUSED, Format, Row, Sheet, charset_of
from cme_referrals.entrypoints.views import View
from cme_web.problems import NotVisible, Problem
from cme_web.tokens import Caller, CurrentCaller

TOGETHER = 200
"""Rows in one transaction: enough to write them as sets, few enough to hold nobody up."""
BYTES_TOGETHER = 2 * 1024 * 1024
MOST_KEPT = 256 * 1024 * 1024
"""Bytes of refused rows that are kept of one batch. Beyond, something is wrong with the file and not with its rows."""
BREATH = 20
"""Rows that are read at a stretch; then other requests of this process have their turn."""
PAGE = 500
KEY = re.compile(r"[A-Za-z0-9._:/-]{1,64}")
ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip"})


class BatchView(View):
    """How far a batch has come. The counts are of rows; `repeated` had been taken before, and nothing was done again."""

    batch_id: UUID
    state: State
    received_at: datetime
    finished_at: datetime | None
    accepted: int
    repeated: int
    refused: int
    wrong: str | None = Field(description="Why it could not be read any further.")
    mend: str | None
    results: str = Field(
        description="Which row is which submission: /accepted; what is wrong with the others: /refused."
    )


class BatchTaken(View):
    """A batch was read to its end. What is accepted is safe; refused rows are kept to be mended and sent again."""

    batch_id: UUID
    accepted: int
    repeated: int
    refused: int
    results: str


def api(desk: Desk) -> APIRouter:
    """The routes; who may use which is in access.py."""
    router = APIRouter()
    described = {"schema": {"type": "string", "format": "binary"}}

    @router.post(
        "/v1/batches",
        status_code=202,
        responses={202: {"model": BatchTaken}},
        openapi_extra={"requestBody": {"required": True, "content": dict.fromkeys(MEDIA_TYPES, described)}},
    )
    async def send_batch(request: Request, caller: CurrentCaller) -> Response:
        """Send forms as CSV or NDJSON, packed or not. Send it again whenever in doubt: no row is taken twice."""
        sender = sender_of(caller)
        upload = Upload(desk, caller, sender, _sheet(request))
        try:
            await upload.take(request.stream())
        except BrokenUploadError as error:
            raise Problem(
                422,
                "batch-stopped",
                "The batch could not be read to its end",
                f"{_sentence(error.wrong)} {error.mend}",
                errors=[],
                headers={"Location": upload.place},
            ) from error
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        view = _view(await _find(desk, upload.id, sender)).model_dump(mode="json")
        answer = {name: view[name] for name in BatchTaken.model_fields}
        return JSONResponse(answer, 202, {"Location": upload.place})

    @router.get("/v1/batches/{batch_id}", responses={200: {"model": BatchView}})
    async def batch(batch_id: UUID, caller: CurrentCaller) -> dict[str, Any]:
        """How far a batch has come; only for whoever sent it."""
        return _view(await _find(desk, batch_id, sender_of(caller))).model_dump(mode="json")

    @router.get("/v1/batches/{batch_id}/accepted", response_class=Response)
    async def accepted(batch_id: UUID, caller: CurrentCaller) -> Response:
        """Which row is which submission, as the batch was sent: CSV or NDJSON."""
        found = await _find(desk, batch_id, sender_of(caller))
        return _download(found, _accepted(desk, found))

    @router.get("/v1/batches/{batch_id}/refused", response_class=Response)
    async def refused(batch_id: UUID, caller: CurrentCaller) -> Response:
        """The rows that were not taken, as they were sent, with what is wrong: mend them and send this back."""
        found = await _find(desk, batch_id, sender_of(caller))
        return _download(found, _refused(desk, found))

    return router


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
            child=child_tokens(blinds, scope, form.child.about().child),
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


def _sheet(request: Request) -> Sheet:
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
        raise Problem(415, "unsupported-charset", _sentence(error.wrong), error.mend) from error


async def _find(desk: Desk, batch_id: UUID, sender: Sender) -> Batch:
    async with desk.db.transaction() as tx:
        found = await tx.batches.find(batch_id, sender)
    if found is None:
        raise NotVisible
    return found


def _view(batch: Batch) -> BatchView:
    return BatchView(
        batch_id=batch.id,
        state=batch.state,
        received_at=batch.received_at,
        finished_at=batch.finished_at,
        accepted=batch.accepted,
        repeated=batch.repeated,
        refused=batch.refused,
        wrong=batch.wrong,
        mend=batch.mend,
        results=f"/v1/batches/{batch.id}",
    )


def _download(batch: Batch, rows: AsyncIterator[str]) -> Response:
    media_type = "text/csv; charset=utf-8" if batch.format == Format.CSV else "application/x-ndjson"
    return StreamingResponse(rows, media_type=media_type)


async def _accepted(desk: Desk, batch: Batch) -> AsyncIterator[str]:
    after, found = 0, True
    if batch.format == Format.CSV:
        yield _line(["row", "reference", "submission_id", "repeated"])
    while found:
        async with desk.db.transaction() as tx:
            rows = await tx.batches.accepted(batch.id, after=after, limit=PAGE)
        yield "".join(_accepted_line(row, batch.format) for row in rows)
        found, after = bool(rows), rows[-1].number if rows else after


def _accepted_line(row: AcceptedRow, format_: str) -> str:
    if format_ == Format.CSV:
        return _line([str(row.number), row.reference, str(row.submission_id), "yes" if row.repeated else "no"])
    told = {
        "row": row.number,
        "reference": row.reference,
        "submission_id": str(row.submission_id),
        "repeated": row.repeated,
    }
    return json.dumps(told) + "\n"


async def _refused(desk: Desk, batch: Batch) -> AsyncIterator[str]:
    """Every line can be sent back: what we say about it is passed over then."""
    after, found = 0, True
    if batch.format == Format.CSV:
        yield _line([*batch.columns, *REMARKS])
    while found:
        async with desk.db.transaction() as tx:
            rows = await tx.batches.refused(batch.id, after=after, limit=PAGE)
        yield "".join(_refused_line(row, batch) for row in rows)
        found, after = bool(rows), rows[-1].number if rows else after


def _refused_line(row: RefusedRow, batch: Batch) -> str:
    if batch.format == Format.CSV:
        told = ["; ".join(text) for text in zip(*((f.field, f.wrong, f.mend) for f in row.faults), strict=True)]
        own, sent = (row.cells, "") if row.cells is not None else ([""] * len(batch.columns), row.sent or "")
        return _line([*own, str(row.number), *(told or ["", "", ""]), sent])
    told_json = {
        "row": row.number,
        "errors": [{"field": f.field, "wrong": f.wrong, "mend": f.mend} for f in row.faults],
    }
    try:
        sent = json.loads(row.sent or "")
        if isinstance(sent, dict):
            return json.dumps({REFUSED: told_json} | {name: sent[name] for name in sent if name != REFUSED}) + "\n"
    except (ValueError, RecursionError):
        pass
    return json.dumps({REFUSED: told_json, "sent": row.sent}) + "\n"


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(map(guarded, cells))
    return out.getvalue()


def _sentence(text: str) -> str:
    return f"The upload {text}."
