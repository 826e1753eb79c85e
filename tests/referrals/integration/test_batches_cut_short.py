"""A file comes packed or in pieces; one that breaks off or cannot be read says why and keeps what was read."""

import gzip
import io
import zipfile
from collections.abc import AsyncIterator

import pytest
from starlette.types import Message

from tests.referrals.integration.bulk import CSV, NDJSON, Bulk, child, counts, deletions, lines
from tests.referrals.invented import CANARY, deletion


@pytest.mark.parametrize("packing", ["gzip", "zip"])
async def test_it_may_be_packed(bulk: Bulk, packing: str) -> None:
    rows = lines(*deletions(30))
    if packing == "gzip":
        told = await bulk.sent(gzip.compress(rows), NDJSON, content_encoding="gzip")
    else:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("leavers.ndjson", rows)
        told = await bulk.sent(out.getvalue(), "application/zip")
    assert counts(told) == (30, 0, 0)


@pytest.mark.parametrize(
    ("body", "type_", "accepted"),
    [
        (lines(*deletions(3)) + b" " * 300_000 + b"\n" + b"x" * 300_000, NDJSON, None),
        (gzip.compress(lines(*deletions(250)))[:-20], NDJSON, 200),
        (gzip.compress(lines(*deletions(5)) + bytes(64 * 1024**2)), NDJSON, 5),
        (b"Juniper,Quillfeather\n", CSV, 0),
        (b"", NDJSON, 0),
        ("kind".encode("utf-16"), CSV, 0),
    ],
    ids=["long lines", "cut", "bomb", "no heading", "empty", "utf-16"],
)
async def test_a_file_that_cannot_be_read_says_why_and_keeps_what_was_read(
    bulk: Bulk, body: bytes, type_: str, accepted: int | None
) -> None:
    answer = await bulk.post(body, type_)
    assert CANARY not in answer.text
    if accepted is None:  # a long line is a row of its own
        assert answer.status_code == 202 and counts(answer.json()) == (3, 0, 2)
        return
    assert (answer.status_code, answer.json()["code"]) == (422, "batch-stopped")
    view = (await bulk.visitor.get(answer.headers["location"], bulk.visitor.school())).json()
    assert view["state"] == "stopped" and view["wrong"] and view["mend"]
    assert view["accepted"] >= accepted
    assert view["accepted"] == await bulk.visitor.count("submission")


@pytest.mark.parametrize(
    ("type_", "headers"),
    [("application/json", {}), ("text/csv; charset=utf-7", {}), (NDJSON, {"content_encoding": "br"})],
)
async def test_what_nobody_here_reads_is_said_before_it_is_read(
    bulk: Bulk, type_: str, headers: dict[str, str]
) -> None:
    assert (await bulk.post(b"{}", type_, **headers)).status_code == 415
    assert await bulk.visitor.count("batch") == 0


async def test_a_connection_that_is_cut_leaves_what_had_come_and_the_rest_follows(bulk: Bulk) -> None:
    rows = deletions(700)
    app = bulk.visitor.client._transport.app  # type: ignore[attr-defined]
    headers = bulk.visitor.school() | {"content-type": NDJSON}
    messages: list[Message] = [
        {"type": "http.request", "body": lines(*rows[:450]) + b'{"kind": "dele', "more_body": True},
        {"type": "http.disconnect"},
    ]
    scope = {
        "type": "http", "method": "POST", "path": "/v1/batches", "raw_path": b"/v1/batches", "query_string": b"",
        "scheme": "https", "http_version": "1.1", "root_path": "", "client": ("127.0.0.1", 1), "server": ("cme", 443),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        return None

    await app(scope, receive, send)
    assert await bulk.visitor.count("submission") == 450
    assert await bulk.visitor.pool.fetchval("SELECT state FROM batch") == "cut"
    told = await bulk.sent(lines(*rows))
    assert counts(told) == (250, 450, 0)
    assert await bulk.visitor.count("submission") == 700


async def test_a_body_far_beyond_the_limit_of_other_endpoints_is_taken_a_piece_at_a_time(bulk: Bulk) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for number in range(40):
            yield lines(b'{"note": "' + b"x" * 60_000 + b'"}')
            yield lines({"kind": "deletion_return"} | deletion(**child(number)))

    told = await bulk.sent(pieces())
    assert counts(told) == (40, 0, 40)
