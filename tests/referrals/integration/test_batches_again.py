"""No row is taken twice: not from the same file, not beside another, not under the same key."""

import asyncio
import json

from tests.referrals.integration.bulk import Bulk, counts, deletions, lines
from tests.referrals.invented import OTHER_SCHOOL, SCHOOL, deletion, referral


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
