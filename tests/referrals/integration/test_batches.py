"""Many forms in one request: good rows go through, bad rows come back to be mended, and nothing is taken twice."""

import asyncio
import csv
import gzip
import io
import json
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.types import Message

from cme_referrals.__main__ import KEEP_BATCHES, KEEP_TAKEN
from cme_referrals.adapters.batches import forget
from tests.referrals.integration.visitor import Visitor
from tests.referrals.invented import CANARY, OTHER_SCHOOL, SCHOOL, deletion, new_pupil, referral

NDJSON, CSV = "application/x-ndjson", "text/csv"
CHILD = {"forename": "Juniper", "date_of_birth": "2015-03-09", "addresses": [{"postcode": "ZZ99 9ZZ"}]}


def child(number: int) -> dict[str, Any]:
    return {"child": CHILD | {"surname": f"{CANARY} {number}"}}


def deletions(count: int) -> list[dict[str, Any]]:
    return [{"kind": "deletion_return"} | deletion(**child(number)) for number in range(count)]


def lines(*rows: Any) -> bytes:
    return b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)


def table(*rows: dict[str, str], delimiter: str = ",") -> str:
    out = io.StringIO()
    names = dict.fromkeys(name for row in rows for name in row)
    writer = csv.DictWriter(out, list(names), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def csv_row(surname: str, **more: str) -> dict[str, str]:
    return {
        "kind": "deletion_return", "child.surname": surname, "child.date_of_birth": "09/03/2015",
        "child.addresses.1.postcode": "ZZ99 9ZZ", "ground": "g", "deleted_on": "2026-11-20",
    } | {name.replace("__", "."): value for name, value in more.items()}  # fmt: skip


class Bulk:
    """A sender of batches."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor

    async def post(self, body: Any, type_: str = NDJSON, who: dict[str, str] | None = None, **headers: str) -> Any:
        told = (self.visitor.school() if who is None else who) | {"Content-Type": type_}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.visitor.client.post("/v1/batches", content=body, headers=told)

    async def sent(self, body: Any, type_: str = NDJSON, who: dict[str, str] | None = None, **headers: str) -> Any:
        """Counts of a batch that was read to its end, and its id."""
        answer = await self.post(body, type_, who, **headers)
        assert answer.status_code == 202, answer.text
        told = answer.json()
        assert answer.headers["location"] == told["results"] == f"/v1/batches/{told['batch_id']}"
        return told

    async def refused(self, told: dict[str, Any]) -> str:
        answer = await self.visitor.get(told["results"] + "/refused", self.visitor.school())
        assert answer.status_code == 200
        return answer.text

    async def accepted(self, told: dict[str, Any]) -> list[dict[str, Any]]:
        answer = await self.visitor.get(told["results"] + "/accepted", self.visitor.school())
        return [json.loads(line) for line in answer.text.splitlines()]


@pytest.fixture
def bulk(visitor: Visitor) -> Bulk:
    return Bulk(visitor)


def counts(told: dict[str, Any]) -> tuple[int, int, int]:
    return told["accepted"], told["repeated"], told["refused"]


@pytest.mark.policy("5.2.2")
async def test_each_row_is_what_it_would_be_alone(bulk: Bulk) -> None:
    rows = [
        {"kind": "referral"} | referral(factors=["fgm"]),
        {"kind": "new_pupil_return"} | new_pupil(),
        {"kind": "deletion_return"} | deletion(),
    ]
    told = await bulk.sent(lines(*rows))
    assert counts(told) == (3, 0, 0)
    together = sorted((type_, *sorted(body)) for type_, _, body in await bulk.visitor.said())
    await bulk.visitor.pool.execute("DELETE FROM outbox")
    for path, row in zip(("referrals", "new-pupil-returns", "deletion-returns"), rows, strict=True):
        await bulk.visitor.accepted(f"/v1/{path}", {name: row[name] for name in row if name != "kind"})
    assert together == sorted((type_, *sorted(body)) for type_, _, body in await bulk.visitor.said())
    one = (await bulk.accepted(told))[2]
    whole = (await bulk.visitor.get(f"/v1/submissions/{one['submission_id']}", bulk.visitor.school())).json()
    assert (whole["as_received"], whole["reference"]) == (deletion(), one["reference"])


async def test_a_bad_row_costs_itself_and_comes_back_to_be_mended(bulk: Bulk) -> None:
    good = deletions(450)
    bad = [good[3] | {"ground": "z"}, b'{"kind": ', b'"text"', {"kind": "nothing"}, good[3] | {"child": {}}]
    rows = [*good[:200], *bad, *good[200:]]
    told = await bulk.sent(lines(*rows))
    assert counts(told) == (450, 0, 5)
    back = [json.loads(line) for line in (await bulk.refused(told)).splitlines()]
    assert [one["refused"]["row"] for one in back] == [201, 202, 203, 204, 205]
    assert [one["refused"]["errors"][0]["field"] for one in back] == ["ground", "row", "row", "kind", "child.forename"]
    assert all(fault["wrong"] and fault["mend"] for one in back for fault in one["refused"]["errors"])
    assert back[1]["sent"] == '{"kind": '
    mended = [back[0] | {"ground": "g", "deleted_on": "2026-11-19"}]
    again = await bulk.sent(lines(*mended))
    assert counts(again) == (1, 0, 0)


async def test_the_whole_file_sent_again_answers_the_same_references(bulk: Bulk) -> None:
    rows = [*deletions(260), {"kind": "deletion_return", "key": "one"} | deletion(ground="f")]
    first = await bulk.sent(lines(*rows))
    spaced = b"".join(json.dumps(dict(reversed(row.items())), indent=None).encode() + b"\r\n" for row in rows)
    second = await bulk.sent(spaced)
    assert (counts(first), counts(second)) == ((261, 0, 0), (0, 261, 0))
    references = [[row["reference"] for row in await bulk.accepted(told)] for told in (first, second)]
    assert references[0] == references[1] and len(set(references[0])) == 261
    assert await bulk.visitor.count("submission") == 261


async def test_the_same_file_at_once_from_two_clerks_of_a_school_is_one(bulk: Bulk) -> None:
    body = lines(*deletions(500))
    clerks = [bulk.visitor.bearer("school", sub=f"clerk-{number}", urn=SCHOOL) for number in range(3)]
    told = await asyncio.gather(*(bulk.sent(body, who=clerk) for clerk in clerks))
    assert sum(one["accepted"] for one in told) == 500 == await bulk.visitor.count("submission")
    assert all(one["accepted"] + one["repeated"] == 500 for one in told)


async def test_a_key_says_which_row_it_is_and_never_two(bulk: Bulk) -> None:
    one, other = ({"kind": "deletion_return", "key": "a-1"} | deletion(ground=ground) for ground in "gf")
    assert counts(await bulk.sent(lines(one, one, other))) == (1, 1, 1)
    assert counts(await bulk.sent(lines(other))) == (0, 0, 1)
    school = bulk.visitor.school(OTHER_SCHOOL)
    assert counts(await bulk.sent(lines(one), who=school)) == (1, 0, 0)


async def test_of_rows_with_one_key_the_first_in_the_file_is_taken_however_far_apart(bulk: Bulk) -> None:
    """They stand in chunks that are read at the same time."""
    first, other = ({"kind": "deletion_return", "key": "a-1"} | deletion(ground=ground) for ground in "gf")
    rows = [*deletions(199), first, other, *deletions(420)[199:], other]
    told = await bulk.sent(lines(*rows))
    assert counts(told) == (421, 0, 2)
    back = [json.loads(line) for line in (await bulk.refused(told)).splitlines()]
    assert [one["refused"]["row"] for one in back] == [201, len(rows)]


async def test_a_refused_row_may_be_mended_under_its_key(bulk: Bulk) -> None:
    row = {"kind": "deletion_return", "key": "a-1"} | deletion()
    assert counts(await bulk.sent(lines(row | {"school_urn": OTHER_SCHOOL}))) == (0, 0, 1)
    assert counts(await bulk.sent(lines(row))) == (1, 0, 0)


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("cp1252", ""),
        ("cp1252", "; charset=windows-1252"),
        ("utf-8", "; charset=utf-8"),
    ],
)
async def test_a_spreadsheet_is_read_as_schools_save_it(bulk: Bulk, encoding: str, said: str, delimiter: str) -> None:
    """A name with an accent, an address over two lines, a day the English way, and cells that look like formulas."""
    row = csv_row(
        "Brontë", child__forename="Zoë", child__addresses__1__lines__1='4 "Invented"\nRow', factors="ehcp;gypsy_roma"
    )
    row |= {"child.parents.1.name": "'=1+1", "child.parents.1.telephones": "+44 1632 960123; 01632 960124"}
    row |= {"factors": "none"}
    told = await bulk.sent(table(row, delimiter=delimiter).encode(encoding), CSV + said)
    assert counts(told) == (1, 0, 0), await bulk.refused(told)
    listed = (await bulk.visitor.get("/v1/submissions", bulk.visitor.school())).json()["items"]
    whole = await bulk.visitor.get(f"/v1/submissions/{listed[0]['submission_id']}", bulk.visitor.school())
    form = whole.json()["as_received"]
    assert form["child"]["surname"] == "Brontë" and form["child"]["date_of_birth"] == "2015-03-09"
    assert form["child"]["addresses"][0]["lines"] == ['4 "Invented"\nRow']
    assert form["child"]["parents"] == [{"name": "=1+1", "telephones": ["+44 1632 960123", "01632 960124"]}]
    assert form["factors"] == []


async def test_refused_rows_of_a_spreadsheet_come_back_with_their_column_and_no_formula(bulk: Bulk) -> None:
    rows = [
        csv_row("Good"),
        csv_row("=HYPERLINK(1)", deleted_on="20.11.2026"),
        csv_row("Row", child__addresses__3__postcode="much too long a postcode", ground="z"),
    ]
    text = table(*(dict.fromkeys(rows[2], "") | row for row in rows)) + '"open,\n' + "one,two\n"
    told = await bulk.sent(text, CSV)
    assert counts(told) == (1, 0, 4)
    back = list(csv.DictReader(io.StringIO(await bulk.refused(told))))
    assert [row["refused.row"] for row in back] == ["3", "4", "5", "6"]
    assert [row["refused.fields"] for row in back] == ["deleted_on", "child.addresses.3.postcode; ground", "row", "row"]
    assert back[0]["child.surname"] == "'=HYPERLINK(1)"
    assert [row["refused.sent"] for row in back[2:]] == ['"open,', "one,two"]
    mended = [
        back[0] | {"deleted_on": "20/11/2026"},
        back[1] | {"ground": "g", "child.addresses.3.postcode": "ZZ99 9ZZ"},
    ]
    again = await bulk.sent(table(*mended), CSV)
    assert counts(again) == (2, 0, 0), await bulk.refused(again)
    assert counts(await bulk.sent(table(*mended), CSV)) == (0, 2, 0)


async def test_csv_and_ndjson_of_one_row_are_one_row(bulk: Bulk) -> None:
    as_csv = await bulk.sent(table(csv_row("Quill")), CSV)
    child_ = {"surname": "Quill", "date_of_birth": "2015-03-09", "addresses": [{"postcode": "ZZ99 9ZZ"}]}
    row = {"kind": "deletion_return", "child": child_, "ground": "g", "deleted_on": "2026-11-20"}
    assert (counts(as_csv), counts(await bulk.sent(lines(row)))) == ((1, 0, 0), (0, 1, 0))


async def test_a_row_that_was_taken_back_comes_back_and_is_not_called_taken(bulk: Bulk) -> None:
    """Whoever sends it again may mean it after all: the answer `repeated` would lose the child."""
    rows = deletions(2)
    first = await bulk.sent(lines(*rows))
    taken = (await bulk.visitor.get(first["results"] + "/accepted", bulk.visitor.school())).text.splitlines()
    path = f"/v1/submissions/{json.loads(taken[0])['submission_id']}/withdrawal"
    assert (await bulk.visitor.send(path, {"reason": "sent_in_error"})).status_code == 200
    again = await bulk.sent(lines(*rows))
    assert (again["accepted"], again["repeated"], again["refused"]) == (0, 1, 1)
    (fault,) = json.loads(await bulk.refused(again))["refused"]["errors"]
    assert "withdrew" in fault["wrong"] and "new key" in fault["mend"]
    meant = await bulk.sent(lines(rows[0] | {"key": "after-all"}))
    assert (meant["accepted"], await bulk.visitor.count("submission")) == (1, 3)


async def test_a_form_that_came_by_itself_is_not_taken_again_from_a_file(bulk: Bulk) -> None:
    alone = await bulk.visitor.accepted("/v1/referrals", referral())
    told = await bulk.sent(lines({"kind": "referral"} | referral(), {"kind": "referral"} | referral(on_roll=True)))
    assert (told["accepted"], told["repeated"], told["refused"]) == (1, 1, 0)
    rows = await bulk.visitor.get(told["results"] + "/accepted", bulk.visitor.school())
    first, second = (json.loads(line) for line in rows.text.splitlines())
    assert (first["reference"], first["repeated"], second["repeated"]) == (alone["reference"], True, False)


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


@pytest.mark.policy("10.3")
async def test_a_batch_is_its_senders_alone(bulk: Bulk) -> None:
    told = await bulk.sent(lines(*deletions(1), {"kind": "none"}))
    for suffix in ("", "/accepted", "/refused"):
        for who in (
            bulk.visitor.school(OTHER_SCHOOL),
            bulk.visitor.bearer("lead_officer"),
            bulk.visitor.bearer("operator"),
        ):
            assert (await bulk.visitor.get(told["results"] + suffix, who)).status_code == 404
        clerk = bulk.visitor.bearer("school", sub="another-clerk", urn=SCHOOL)
        assert (await bulk.visitor.get(told["results"] + suffix, clerk)).status_code == 200


async def test_an_officer_sends_referrals_and_no_schools_return(bulk: Bulk) -> None:
    officer = bulk.visitor.bearer("lead_officer", sub="imogen")
    rows = lines({"kind": "referral"} | referral(), *deletions(1))
    assert counts(await bulk.sent(rows, who=officer)) == (1, 0, 1)


@pytest.mark.policy("10.1")
async def test_nothing_of_a_refused_row_stands_in_the_open_and_it_is_forgotten(bulk: Bulk) -> None:
    told = await bulk.sent(lines({"kind": "deletion_return"} | deletion(ground="z"), {"kind": "referral"} | referral()))
    assert counts(told) == (1, 0, 1) and CANARY in await bulk.refused(told)
    pool = bulk.visitor.pool
    for name in ("batch", "batch_accepted", "batch_refused", "taken_row", "told_child", "submission", "outbox"):
        written = "".join(str(dict(row)) for row in await pool.fetch(f"SELECT * FROM {name}"))
        assert written and CANARY not in written and "ZZ99" not in written
    assert await forget(pool, batches=KEEP_BATCHES, rows=KEEP_TAKEN) == 0
    await pool.execute("UPDATE batch SET created_at = now() - interval '31 days'")
    assert await forget(pool, batches=KEEP_BATCHES, rows=KEEP_TAKEN) == 1
    assert await bulk.visitor.count("batch_refused") == await bulk.visitor.count("batch_accepted") == 0
    assert counts(await bulk.sent(lines({"kind": "referral"} | referral()))) == (0, 1, 0)
