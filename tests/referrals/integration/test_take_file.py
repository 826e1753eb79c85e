"""A file on the machine goes the way it would go over HTTP, and its bad rows come to lie beside it."""

import gzip
import json
from argparse import Namespace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from cme_referrals.entrypoints.desk import Desk
from cme_referrals.entrypoints.take_file import take_file
from tests.referrals.integration.visitor import Visitor
from tests.referrals.invented import CANARY, OTHER_SCHOOL, SCHOOL, deletion, referral

GOOD = {"kind": "deletion_return", **deletion()}


def lines(*rows: Any) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def by_school(file: Path, urn: str = SCHOOL) -> Namespace:
    return Namespace(file=file, school=urn, officer=None, charset=None)


def by_officer(file: Path) -> Namespace:
    return Namespace(file=file, school=None, officer=str(uuid4()), charset=None)


@pytest.mark.policy("5.2.2")
async def test_good_rows_are_taken_and_bad_ones_lie_beside_the_file_to_be_mended(
    desk: Desk, visitor: Visitor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (file := tmp_path / "leavers.ndjson").write_bytes(
        lines(GOOD, GOOD | {"ground": "z"}, GOOD | {"key": "2", "ground": "b"})
    )
    assert await take_file(desk, by_school(file)) == 1
    assert ": 2 accepted, 0 taken before, 1 refused" in capsys.readouterr().out
    beside = tmp_path / "leavers.refused.ndjson"
    assert beside.stat().st_mode & 0o077 == 0  # it holds what the file holds
    (refused,) = [json.loads(line) for line in beside.read_text("utf-8").splitlines()]
    assert [one["field"] for one in refused["refused"]["errors"]] == ["ground"]

    over_http = await visitor.client.post(
        "/v1/batches", content=file.read_bytes(), headers=visitor.school() | {"Content-Type": "application/x-ndjson"}
    )
    assert (over_http.json()["accepted"], over_http.json()["repeated"]) == (0, 2)  # the same school's same rows
    beside.write_bytes(lines(refused | {"ground": "n"}))
    assert await take_file(desk, by_school(beside)) == 0
    assert await take_file(desk, by_school(file)) == 1
    told = capsys.readouterr().out
    assert ": 1 accepted, 0 taken before, 0 refused" in told and ": 0 accepted, 2 taken before, 1 refused" in told
    assert beside.read_bytes() == lines(refused | {"ground": "n"})  # somebody's work is never written over
    assert (tmp_path / "leavers.refused-2.ndjson").exists()
    assert CANARY not in told
    assert await visitor.count("submission") == 3


async def test_a_sender_may_by_file_what_they_may_over_http(
    desk: Desk, visitor: Visitor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (returns := tmp_path / "returns.ndjson").write_bytes(lines(GOOD, GOOD | {"school_urn": OTHER_SCHOOL}))
    assert await take_file(desk, by_officer(returns)) == 1
    assert ": 0 accepted, 0 taken before, 2 refused" in capsys.readouterr().out
    assert await take_file(desk, by_school(returns, OTHER_SCHOOL)) == 0
    (packed := tmp_path / "referrals.csv.gz").write_bytes(
        gzip.compress(
            "kind;child.surname;child.stated_age;child.addresses.1.postcode;referrer.email\n"
            "referral;Café;9;ZZ99 9ZZ;sam@harrowmere.example.org\n".encode("cp1252")
        )
    )
    assert await take_file(desk, by_officer(packed)) == 0
    assert await visitor.count("submission") == 3
    assert "to mend" not in capsys.readouterr().out  # nothing lies beside it


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04", b"\x1f\x8b\x08"])
async def test_what_cannot_be_read_is_said_in_a_sentence(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    assert await take_file(desk, by_school(file)) == 1
    assert capsys.readouterr().err.startswith("take: the file ")
    assert await take_file(desk, by_school(file, "99001")) == 1
    assert "--school is a URN" in capsys.readouterr().err
    assert await take_file(desk, Namespace(**vars(by_school(file)) | {"charset": "klingon"})) == 1


async def test_the_whole_file_may_be_one_referral_of_an_officer(desk: Desk, visitor: Visitor, tmp_path: Path) -> None:
    (file := tmp_path / "one.ndjson").write_bytes(lines({"kind": "referral", **referral()}))
    assert await take_file(desk, by_officer(file)) == 0
    assert {type_ for type_, _, _ in await visitor.said()} == {"cme.referrer.named.v1", "cme.referral.raised.v1"}
