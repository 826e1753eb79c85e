"""A large file is read by processes of its own: what they take is what one process takes, and none of them is needed."""

import base64
import csv
import io
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

import psutil
import pytest

from cme_referrals.adapters.records import Record
from cme_referrals.application.batches import Counts
from cme_referrals.entrypoints.chunks import Chunk, InOrder, take_chunk
from cme_referrals.entrypoints.desk import Desk, sender_of
from cme_referrals.entrypoints.incoming import Incoming
from cme_referrals.entrypoints.readers import ReaderLostError, Readers
from cme_referrals.entrypoints.sheets import Format, Layout
from cme_referrals.entrypoints.uploads import TOGETHER, Upload
from cme_web.tokens import Caller
from tests.kit.issuer import NAME
from tests.referrals.integration.bulk import Bulk, counts, csv_row, deletions, lines, table
from tests.referrals.integration.conftest import MONDAY
from tests.referrals.integration.visitor import Visitor
from tests.referrals.invented import CANARY, SCHOOL
from tests.support import eventually

CALLER = Caller(subject=f"office-{SCHOOL}", roles=frozenset({"school"}), urn=SCHOOL)


def chunk_of(batch: Upload, body: bytes, first: int = 1) -> Chunk:
    rows = [Record(number, line) for number, line in enumerate(body.splitlines(), first)]
    layout = Layout(Format.NDJSON, None)
    return Chunk(batch_id=batch.id, caller=CALLER, sender=sender_of(CALLER), at=MONDAY, layout=layout, rows=rows)


def upload(desk: Desk) -> Upload:
    return Upload(desk, CALLER, sender_of(CALLER), Incoming((), None, None))


async def pieces(body: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(body), 50_000):
        yield body[at : at + 50_000]


async def test_where_no_other_process_comes_up_the_file_is_read_here(visitor: Visitor, desk: Desk) -> None:
    broken = replace(desk, readers=Readers(2, (sys.executable, "-c", "raise SystemExit(1)")))
    batch = upload(broken)
    await batch.take(pieces(lines(*deletions(5 * TOGETHER))))
    assert (await visitor.count("submission"), broken.readers and broken.readers.up) == (5 * TOGETHER, 0)


async def test_a_chunk_that_was_committed_and_not_answered_is_not_taken_again(visitor: Visitor, desk: Desk) -> None:
    """Whoever took it may die between the commit and the answer."""
    batch = upload(desk)
    await batch.take(pieces(lines(*deletions(1))))
    rows = [*deletions(5), {"kind": "nothing"}]
    chunk = chunk_of(batch, lines(*rows), first=2)
    first = await take_chunk(desk, chunk, InOrder())
    again = await take_chunk(desk, chunk, InOrder(), again=True)
    assert replace(first, kept=0) == again == Counts(accepted=4, repeated=1, refused=1)
    assert await visitor.count("submission") == 5


async def are_up(readers: Readers) -> bool:
    return readers.up == readers.most


@pytest.fixture
async def readers(desk: Desk, referrals_dsn: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Readers]:
    """Two that are up, with the keys and the database of these tests."""
    for name, value in {
        "CME_REFERRALS_DATABASE": referrals_dsn,
        "CME_REFERRALS_URL": "http://127.0.0.1:1",
        "CME_REFERRALS_PORT": "1",
        "CME_KAFKA": "127.0.0.1:1",
        "CME_KEYRING": "k1:" + base64.b64encode(bytes(32)).decode(),
        "CME_ISSUER": NAME,
        "CME_JWKS": "http://127.0.0.1:1/jwks",
        "CME_LINK_SECRET": "no secret at all but long enough for one",
    }.items():
        monkeypatch.setenv(name, value)
    readers = Readers(2)
    readers.want()
    await eventually(partial(are_up, readers), 60)
    yield readers
    await readers.end()


@pytest.mark.prove
@pytest.mark.timeout(180)
async def test_other_processes_take_what_this_one_would(bulk: Bulk, readers: Readers, desk: Desk) -> None:
    """CSV with a cell over two lines, a row that is not one, a key that is used twice far apart; then the whole file again."""
    rows = [csv_row(f"{CANARY} {number}", child__forename="A\nB" if number == 7 else "C") for number in range(1500)]
    rows[10] |= {"key": "same"}
    rows[1400] |= {"key": "same"}
    rows[300] |= {"ground": "z"}
    text = table(*(dict.fromkeys(rows[10], "") | row for row in rows)) + '"open,\n'
    ids = []
    for expected in ((1498, 0, 3), (0, 1498, 3)):
        batch = upload(replace(desk, readers=readers))
        await batch.take(pieces(text.encode("cp1252")))
        view = (await bulk.visitor.get(batch.place, bulk.visitor.school())).json()
        assert (view["state"], counts(view)) == ("complete", expected)
        ids.append(batch.place)
    back = csv.DictReader(io.StringIO(await bulk.refused({"results": ids[0]})))
    assert [row["refused.row"] for row in back] == ["302", "1402", "1502"]  # the heading is the first
    received = await bulk.visitor.pool.fetch("SELECT DISTINCT received_at FROM submission")
    assert [row["received_at"] for row in received] == [MONDAY]


@pytest.mark.prove
@pytest.mark.timeout(180)
async def test_a_reader_that_is_killed_costs_nothing_and_another_comes(
    bulk: Bulk, readers: Readers, desk: Desk
) -> None:
    rows = deletions(4000)
    batch = upload(replace(desk, readers=readers))
    victims = iter(readers.pids)

    async def with_a_kill() -> AsyncIterator[bytes]:
        number = 0
        async for piece in pieces(lines(*rows)):
            yield piece
            number += 1
            if number in {5, 9}:
                os.kill(next(victims), signal.SIGKILL)

    await batch.take(with_a_kill())
    view = (await bulk.visitor.get(batch.place, bulk.visitor.school())).json()
    assert (view["state"], counts(view)) == ("complete", (4000, 0, 0))
    assert await bulk.visitor.count("submission") == 4000 == await bulk.visitor.count("batch_accepted")
    await eventually(partial(are_up, readers), 60)
    pids = readers.pids
    await readers.end()
    assert not any(psutil.pid_exists(pid) for pid in pids)
    with pytest.raises(ReaderLostError):
        await readers.take(chunk_of(batch, lines(*rows[:1])), InOrder())
