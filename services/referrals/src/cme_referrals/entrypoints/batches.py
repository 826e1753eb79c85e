"""Batches over HTTP: any number of forms in one request, and the bad rows to take away and mend."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.requests import ClientDisconnect

from cme_referrals.adapters.unpacking import BrokenUploadError
from cme_referrals.application.batches import Batch, State
from cme_referrals.application.telling import Sender
from cme_referrals.entrypoints.desk import Desk, sender_of
from cme_referrals.entrypoints.downloads import accepted_of, refused_of
from cme_referrals.entrypoints.sheets import MEDIA_TYPES
from cme_referrals.entrypoints.uploads import Upload, incoming_of, sentence
from cme_referrals.entrypoints.views import View
from cme_web.problems import NotVisible, Problem
from cme_web.tokens import CurrentCaller

FILE_NAME = {
    "name": "Content-Disposition",
    "in": "header",
    "description": "The name of a transfer file, where it has one by the rule: it may say which message it is.",
    "schema": {"type": "string"},
    "example": 'attachment; filename="9994001_CML_999LLLL_001.xml"',
}


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
    file_kept: bool = Field(description="The file is kept as it came, sealed, and can be read again by the council.")
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
        openapi_extra={
            "requestBody": {"required": True, "content": dict.fromkeys(MEDIA_TYPES, described)},
            "parameters": [FILE_NAME],
        },
    )
    async def send_batch(request: Request, caller: CurrentCaller) -> Response:
        """Send forms as CSV, NDJSON or a common transfer file (CTF, CML, CMJ), packed or not.

        Send it again whenever in doubt: no row is taken twice.
        """
        sender = sender_of(caller)
        upload = Upload(desk, caller, sender, incoming_of(request, desk))
        try:
            await upload.take(request.stream())
        except BrokenUploadError as error:
            raise Problem(
                422,
                "batch-stopped",
                "The batch could not be read to its end",
                f"{sentence(error.wrong)} {error.mend}",
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
        return accepted_of(desk, found)

    @router.get("/v1/batches/{batch_id}/refused", response_class=Response)
    async def refused(batch_id: UUID, caller: CurrentCaller) -> Response:
        """The rows that were not taken, as they were sent, with what is wrong: mend them and send this back."""
        found = await _find(desk, batch_id, sender_of(caller))
        return refused_of(desk, found)

    return router


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
        file_kept=batch.file_kept,
        results=f"/v1/batches/{batch.id}",
    )
