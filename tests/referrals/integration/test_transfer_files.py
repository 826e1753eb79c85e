"""A school's system exports whom it has deleted; what fits is taken as if it had been typed, the rest is kept and mended."""

import base64
import gzip
import io
import os
import random
import resource
import zipfile
from argparse import Namespace
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from starlette.requests import ClientDisconnect

from cme_bus.database import Database
from cme_calendars import WorkingDays
from cme_referrals.__main__ import KEEP_BATCHES, KEEP_TAKEN
from cme_referrals.adapters.batches import forget
from cme_referrals.adapters.blinding import ADDRESSES
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application.authority import Authority
from cme_referrals.application.kept_files import KeptFile
from cme_referrals.application.telling import Sender
from cme_referrals.entrypoints.ctf.cli import read_again, show_kept
from cme_referrals.entrypoints.ctf.maps import OURS, maps
from cme_referrals.entrypoints.desk import Desk
from cme_referrals.entrypoints.incoming import Incoming
from cme_referrals.entrypoints.keeping import Keeper
from cme_referrals.entrypoints.sheets import Format
from cme_referrals.entrypoints.uploads import Upload
from cme_web.blinding import Blinding
from cme_web.tokens import Caller
from tests.referrals.integration.bulk import Bulk, counts
from tests.referrals.integration.conftest import BLINDS, LINKS, SECRET, Standing
from tests.referrals.integration.visitor import URL
from tests.referrals.invented import CANARY, OTHER_SCHOOL, SCHOOL
from tests.referrals.transfer_files import NAME, pupil, transfer_file

XML = "application/xml"


@pytest.fixture
def desk(db: Database[ReferralsTx], clock: Standing) -> Desk:
    """The desk as an operator's command has it."""
    authority = Authority(la_code="999", working_days=WorkingDays(), addresses=Blinding([SECRET], ADDRESSES))
    return Desk(db=db, clock=clock, links=LINKS, authority=authority, public_url=URL, blinds=BLINDS)


async def view(bulk: Bulk, place: str) -> dict[str, Any]:
    found: dict[str, Any] = (await bulk.visitor.get(place, bulk.visitor.school())).json()
    return found


@pytest.mark.policy("5.2.2")
async def test_a_leaver_in_a_transfer_file_is_the_deletion_return_that_could_have_been_typed(bulk: Bulk) -> None:
    told = await bulk.sent(transfer_file(pupil(1), pupil(2)), XML)
    assert counts(told) == (2, 0, 0)
    (one, _) = await bulk.accepted(told)
    whole = await view(bulk, f"/v1/submissions/{one['submission_id']}")
    child = {"forename": "Juniper", "surname": f"{CANARY} 1", "date_of_birth": "2015-03-09", "sex": "F"}
    child |= {"addresses": [{"lines": ["4 Invented Row"], "postcode": "ZZ99 9ZZ"}]}  # type: ignore[dict-item]
    assert whole["as_received"] == {"child": child, "ground": "g", "deleted_on": "2026-11-20"}
    in_file = [type_ for type_, _, _ in await bulk.visitor.said()]
    await bulk.visitor.pool.execute("DELETE FROM outbox")
    typed = {"child": child | {"surname": f"{CANARY} 3"}, "ground": "g", "deleted_on": "2026-11-20"}
    await bulk.visitor.accepted("/v1/deletion-returns", typed)
    assert in_file == [type_ for type_, _, _ in await bulk.visitor.said()] * 2
    assert counts(await bulk.sent(transfer_file(pupil(3)), XML)) == (0, 1, 0)
    assert (await view(bulk, told["results"]))["file_kept"] is False
    assert await bulk.visitor.count("kept_file") == 0


@pytest.mark.policy("5.2.3")
async def test_a_transfer_file_whose_pupil_nobody_can_find_is_the_record_that_it_was_sent(bulk: Bulk) -> None:
    text = transfer_file(
        pupil(RemovalGrounds=""),
        descriptor="",
        destination=("XXX", "XXXX"),
        header="<DateTime>2026-11-20T15:00:00</DateTime>",
    )
    told = await bulk.sent(text, XML)
    assert counts(told) == (1, 0, 0), await bulk.refused(told)
    assert [type_ for type_, _, _ in await bulk.visitor.said()] == ["cme.transfer-file.sent.v1"]
    assert counts(await bulk.sent(text, XML)) == (0, 1, 0)
    ahead = text.replace("2026-11-20T", "2026-12-24T").replace("Juniper", "Rowan")
    assert "Header/DateTime lies in the future" in await bulk.refused(await bulk.sent(ahead, XML))


async def test_a_bad_pupil_comes_back_in_the_same_envelope_and_is_mended_there(bulk: Bulk) -> None:
    bad = [pupil(2, DOB="9 March 2015"), pupil(3, RemovalGrounds=""), pupil(4, Surname="=HYPERLINK(1)", more="<Shoe/>")]
    text = transfer_file(pupil(1), *bad)
    told = await bulk.sent(text, XML, Content_Disposition=f'attachment; filename="{NAME}"')
    assert counts(told) == (1, 0, 3)
    answer = await bulk.visitor.get(told["results"] + "/refused", bulk.visitor.school())
    assert answer.headers["content-type"] == XML
    assert answer.headers["content-disposition"] == f'attachment; filename="{NAME}"'
    back = answer.text
    assert all(one in back for one in bad) and pupil(1) not in back
    comments = [line for line in back.splitlines() if line.startswith("<!--")]
    assert comments[0] == "<!-- refused: pupil 2: Pupil/DOB is not a date. Give it as YYYY-MM-DD. -->"
    assert comments[1].startswith(
        "<!-- refused: pupil 3: Pupil/SchoolHistory/School/RemovalGrounds is missing. Give the ground"
    )
    assert comments[2].startswith(
        "<!-- refused: pupil 4: Pupil/Shoe is an element that the map does not know. Leave it out"
    )
    assert len(comments) == 3
    assert ET.fromstring(back).findtext("Header/SourceSchool/Estab") == "4001"
    assert counts(await bulk.sent(back, XML)) == (0, 0, 3)
    mended = back.replace("9 March 2015", "2015-03-09").replace("<Shoe/>", "")
    mended = mended.replace(
        "2026-11-20</LeavingDate></School>", "2026-11-20</LeavingDate><RemovalGrounds>a</RemovalGrounds></School>"
    )
    assert counts(await bulk.sent(mended, XML)) == (3, 0, 0)
    assert counts(await bulk.sent(mended, XML)) == (0, 3, 0)
    assert counts(await bulk.sent(text, XML)) == (0, 1, 3)
    assert await bulk.visitor.count("submission") == 4


async def test_a_file_that_fits_no_map_is_kept_whole_and_read_again_once_the_map_is_mended(
    bulk: Bulk, desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = transfer_file(*(pupil(number, more=f"<Shoe>{number}</Shoe>" if number % 3 else "") for number in range(30)))
    packed = gzip.compress(text.encode())
    told = await bulk.sent(packed, XML, Content_Disposition=f"attachment; filename={NAME}")
    assert counts(told) == (10, 0, 20)
    assert (await view(bulk, told["results"]))["file_kept"] is True
    kept = b"".join(row["sealed"] for row in await bulk.visitor.pool.fetch("SELECT sealed FROM kept_piece"))
    assert len(kept) >= len(packed) and packed[:40] not in kept

    assert await show_kept(desk) == 0
    listed = capsys.readouterr().out
    assert listed.endswith(f"{told['batch_id']}  2026-11-23 09:12  school {SCHOOL}: complete, 20 refused\n")
    again = Namespace(batch=UUID(told["batch_id"]), check=True, broken_off=False)
    assert await read_again(desk, again) == 1
    assert "20 x Pupil/Shoe: is an element that the map does not know (first: pupil 2)" in capsys.readouterr().out
    entry = '"Pupil/Shoe" = { passed_over = "nobody asks for it", state = "verified", source = "none" }\n'
    (tmp_path / "pupil.toml").write_text((OURS / "pupil.toml").read_text() + entry)
    mended = replace(desk, ctf_maps=tmp_path)
    assert await read_again(mended, again) == 0
    again.check = False
    assert await read_again(mended, again) == 0
    assert capsys.readouterr().out.endswith("20 accepted, 10 taken before, 0 refused\n")
    seen = await view(bulk, told["results"])
    assert (seen["accepted"], seen["repeated"], seen["refused"], seen["state"]) == (20, 10, 0, "complete")
    assert seen["file_kept"] is False and await bulk.visitor.count("kept_piece") == 0
    assert await bulk.visitor.count("submission") == 30
    assert await read_again(mended, again) == 1
    assert "nothing is kept" in capsys.readouterr().err


async def test_a_version_nobody_knows_stops_the_file_and_loses_nothing_of_it(
    bulk: Bulk, desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        text = transfer_file(*map(pupil, range(60)), version="31.0").encode()
        for at in range(0, len(text), 1000):
            yield text[at : at + 1000]

    answer = await bulk.post(pieces(), XML)
    assert (answer.status_code, answer.json()["code"]) == (422, "batch-stopped")
    assert CANARY not in answer.text and "kept" in answer.json()["detail"]
    place = answer.headers["location"]
    back = (await bulk.visitor.get(place + "/refused", bulk.visitor.school())).text
    assert "refused: the whole file: Header/CTFversion is a version that no map knows. Known are 17.0, 18.0" in back
    assert ET.fromstring(back).findtext("Header/CTFversion") == "31.0"
    seen = await view(bulk, place)
    assert (seen["state"], seen["accepted"], seen["file_kept"]) == ("stopped", 0, True)

    again = Namespace(batch=UUID(seen["batch_id"]), check=True, broken_off=False)
    assert await read_again(desk, again) == 1
    assert "1 x Header/CTFversion: is a version that no map knows" in capsys.readouterr().out
    version = '"26.0" = { state = "supposed", source = "none" }\n'
    header = (OURS / "header.toml").read_text().replace(version, version + version.replace("26.0", "31.0"))
    (tmp_path / "header.toml").write_text(header)
    mended = replace(desk, ctf_maps=tmp_path)
    again.check = False
    assert await read_again(mended, again) == 0
    seen = await view(bulk, place)
    assert (seen["state"], seen["accepted"], seen["wrong"], seen["file_kept"]) == ("complete", 60, None, False)


async def test_another_schools_file_is_not_taken_for_ones_own(bulk: Bulk) -> None:
    for text in (
        transfer_file(estab="2001"),
        transfer_file(header="").replace("<Estab>4001", f"<URN>{OTHER_SCHOOL}</URN><Estab>4001", 1),
    ):
        answer = await bulk.post(text, XML)
        assert (answer.status_code, answer.json()["code"]) == (422, "batch-stopped")
        assert "another school" in answer.json()["detail"]
    assert await bulk.visitor.count("submission") == 0
    officer = bulk.visitor.bearer("lead_officer", sub="imogen")
    assert counts(await bulk.sent(transfer_file(), XML, who=officer)) == (0, 0, 1)


@pytest.mark.parametrize(
    "way", ["text/xml", "seen", "said to be CSV", "zip", "windows-1252", "a mark that contradicts it"]
)
async def test_it_may_be_packed_and_written_as_systems_do(bulk: Bulk, way: str) -> None:
    text = transfer_file(pupil(1, Forename="Zoë"))
    body, type_ = text.encode(), "application/octet-stream" if way == "seen" else "text/xml"
    if way == "zip":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(NAME, text)
        body, type_ = out.getvalue(), "application/zip"
    elif way == "windows-1252":
        body, type_ = text.encode("cp1252"), "application/xml; charset=windows-1252"
    elif way == "said to be CSV":
        type_ = "text/csv"
    elif way == "a mark that contradicts it":
        body = text.replace('encoding="UTF-8"', 'encoding="windows-1252"').encode("utf-8-sig")
    told = await bulk.sent(body, type_)
    assert counts(told) == (1, 0, 0)
    (one,) = await bulk.accepted(told)
    whole = await view(bulk, f"/v1/submissions/{one['submission_id']}")
    assert whole["as_received"]["child"]["forename"] == "Zoë"


HARM = {
    "bomb of entities": transfer_file(before='<!DOCTYPE x [<!ENTITY a "b">]>').encode(),
    "external entity": transfer_file(pupil(9, Surname="&x;"), before='<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>').encode(),
    "bomb in an archive": gzip.compress(b"<CTfile><Header>" + bytes(64 * 1024**2)),
    "utf-16": transfer_file(before="").encode("utf-16"),
    "damaged": transfer_file(pupil(1), pupil(2, Forename="a & b")).encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", HARM)
async def test_a_harmful_file_is_answered_with_words_and_keeps_what_came_before(bulk: Bulk, name: str) -> None:
    answer = await bulk.post(HARM[name], XML)
    assert (answer.status_code, answer.json()["code"]) == (422, "batch-stopped")
    assert CANARY not in answer.text and "root:" not in answer.text
    assert await bulk.visitor.count("submission") == (1 if name == "damaged" else 0)
    refused = await bulk.visitor.get(answer.headers["location"] + "/refused", bulk.visitor.school())
    ET.fromstring(refused.text)


@pytest.mark.policy("10.1")
async def test_what_is_kept_is_sealed_and_forgotten_with_its_batch(bulk: Bulk) -> None:
    await bulk.sent(transfer_file(pupil(1, more="<Shoe/>")), XML)
    pool = bulk.visitor.pool
    for table in ("batch", "batch_refused", "kept_file", "kept_piece"):
        written = "".join(str(dict(row)) for row in await pool.fetch(f"SELECT * FROM {table}"))
        assert written and CANARY not in written and "Shoe" not in written
    await pool.execute("UPDATE batch SET created_at = now() - interval '31 days'")
    assert await forget(pool, batches=KEEP_BATCHES, rows=KEEP_TAKEN) == 1
    assert await bulk.visitor.count("kept_piece") == 0


async def test_a_long_file_in_one_piece_is_kept_to_its_last_byte(bulk: Bulk, db: Database[ReferralsTx]) -> None:
    noise = base64.b64encode(random.Random(4).randbytes(1_600_000)).decode()
    text = transfer_file(pupil(1, Surname="a & b")) + f"<!-- {noise} -->"
    answer = await bulk.post(text, XML)
    assert answer.status_code == 422
    kept, number = b"", 0
    while True:
        async with db.transaction() as tx:
            piece = await tx.kept.piece(UUID(answer.headers["location"].rpartition("/")[2]), number)
        if piece is None:
            break
        kept, number = kept + piece, number + 1
    assert kept == text.encode() and number > 3


async def test_a_file_whose_connection_was_cut_is_sent_again_and_not_kept(bulk: Bulk, desk: Desk) -> None:
    text = transfer_file(pupil(1), pupil(2, more="<Shoe/>"), pupil(3)).encode()

    async def pieces() -> AsyncIterator[bytes]:
        yield text[: text.index(b"Quillfeather 3")]
        raise ClientDisconnect

    caller = Caller(subject="clerk", roles=frozenset({"school"}), urn=SCHOOL)
    upload = Upload(desk, caller, Sender(subject="clerk", urn=SCHOOL), Incoming(maps(), Format.CTF, None))
    with pytest.raises(ClientDisconnect):
        await upload.take(pieces())
    seen = await view(bulk, upload.place)
    assert (seen["state"], seen["file_kept"], *counts(seen)) == ("cut", False, 1, 0, 1)
    assert counts(await bulk.sent(text, XML)) == (1, 1, 1)


async def test_a_file_beyond_all_bounds_is_read_and_not_kept(db: Database[ReferralsTx], bulk: Bulk) -> None:
    told = await bulk.sent(transfer_file(pupil(1, more="<Shoe/>")), XML)
    file = KeptFile(sender=Sender(subject="clerk", urn=SCHOOL), roles=frozenset(), charset=None, name=None)
    await bulk.visitor.pool.execute("DELETE FROM kept_file")
    keeper = Keeper(db, UUID(told["batch_id"]), file, most=3 * 512 * 1024)
    assert [await keeper.add(bytes(512 * 1024), known=True) for _ in range(4)] == [True, True, True, False]
    assert await bulk.visitor.count("kept_piece") == 0
    unknown = Keeper(db, UUID(told["batch_id"]), file)
    assert [await unknown.add(b" " * 512 * 1024, known=False) for _ in range(3)] == [True, True, False]


PUPILS = int(os.environ.get("ROWS", "16000"))
"""`ROWS=100000 make prove ARGS=tests/referrals/integration/test_transfer_files.py` takes some minutes."""


@pytest.mark.prove
@pytest.mark.timeout(200 + PUPILS // 50)
async def test_a_file_of_any_length_is_taken_once_in_bounded_memory(bulk: Bulk) -> None:
    grown_until = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal grown_until
        head, _, tail = transfer_file("|").encode().partition(b"|")
        yield head
        for number in range(PUPILS):
            if number == PUPILS // 4:
                grown_until = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            yield pupil(number).encode()
        yield tail

    assert counts(await bulk.sent(pieces(), XML)) == (PUPILS, 0, 0)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - grown_until
    assert grown < 24 * 1024, "KiB: three quarters of the file came after memory had grown to what it needs"
    assert await bulk.visitor.count("submission") == PUPILS
    assert counts(await bulk.sent(pieces(), XML)) == (0, PUPILS, 0)
