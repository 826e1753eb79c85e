"""What became of a batch, to take away: which row is which submission, and the bad rows to mend and send again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Iterable

from fastapi import Response
from fastapi.responses import StreamingResponse

from cme_referrals.application.batches import AROUND, THE_FILE, AcceptedRow, Batch, RefusedRow
from cme_referrals.entrypoints.columns import REMARKS, guarded
from cme_referrals.entrypoints.desk import Desk
from cme_referrals.entrypoints.sheets import REFUSED, Format

PAGE = 500
UNKNOWN = '<?xml version="1.0" encoding="UTF-8"?>\n<refused>\n', "</refused>\n"
"""What stands around refused pupils of a file that was not understood so far."""


def accepted_of(desk: Desk, batch: Batch) -> Response:
    """Row by row which submission it is, in the format in which the batch came."""
    return _download(batch, _accepted(desk, batch))


def refused_of(desk: Desk, batch: Batch) -> StreamingResponse:
    """The refused rows as they were sent, with what is wrong, in the format in which the batch came."""
    if batch.format == Format.CTF:
        name = f'; filename="{batch.file_name}"' if batch.file_name else ""
        headers = {"Content-Disposition": f"attachment{name}", "X-Content-Type-Options": "nosniff"}
        return StreamingResponse(_refused_pupils(desk, batch), media_type="application/xml", headers=headers)
    return _download(batch, _refused(desk, batch))


def _download(batch: Batch, rows: AsyncIterator[str]) -> StreamingResponse:
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


async def _refused_pupils(desk: Desk, batch: Batch) -> AsyncIterator[str]:
    """A transfer file again, under the name it came by, with comments that say what is wrong."""
    around: tuple[str, ...] = UNKNOWN
    after, found, wrapped = THE_FILE - 1, True, False
    while found:
        async with desk.db.transaction() as tx:
            rows = await tx.batches.refused(batch.id, after=after, limit=PAGE)
        if not wrapped:
            around = next((row.cells for row in reversed(rows) if row.number <= AROUND and row.cells), UNKNOWN)
            yield around[0]
            wrapped = True
        yield "".join(_refused_pupil(row) for row in rows if row.number != AROUND)
        found, after = bool(rows), rows[-1].number if rows else after
    yield around[1]


def _refused_pupil(row: RefusedRow) -> str:
    which = "the whole file" if row.number == THE_FILE else f"pupil {row.number}"
    said = [_comment(f"{which}: {fault.field} {fault.wrong}. {fault.mend}") for fault in row.faults]
    return "".join([*said, row.sent or "", "\n"])


def _comment(text: str) -> str:
    while "--" in text:
        text = text.replace("--", "- -")
    return f"<!-- {REFUSED}: {text} -->\n"


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
