"""Many forms in one request: good rows go through, bad rows come back to be mended, to their sender alone."""

import json

import pytest

from cme_referrals.__main__ import KEEP_BATCHES, KEEP_TAKEN
from cme_referrals.adapters.batches import forget
from tests.referrals.integration.bulk import Bulk, counts, deletions, lines
from tests.referrals.invented import CANARY, OTHER_SCHOOL, SCHOOL, deletion, new_pupil, referral


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
