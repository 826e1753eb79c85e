"""What may be one child waits for somebody to say; what they say holds (policy 8; domain scenarios 17 and 19)."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from cme_contracts import people
from cme_contracts.codes_intake import Ground
from tests.register.integration.county import IMOGEN, Register
from tests.register.integration.desk import Desk
from tests.register.invented import child, deletion, referral

UPN = "W830200126001"
PHONE = people.Parent(name="Ash Quillfeather", telephones=("01632 960777",))


def spelt(forename: str, surname: str = "Quillfeather", **facts: Any) -> people.Child:
    return child(forename, surname, postcode=None, **facts).model_copy(update={"parents": (PHONE,)})


async def a_pair(register: Register, desk: Callable[..., Desk]) -> dict[str, Any]:
    """One child with a case, and one with another case who may be the same."""
    await register.hear(referral(spelt("Isolde")))
    await register.hear(referral(spelt("Isolbe")))
    [pair] = (await desk().read("/v1/review"))["items"]
    return dict(pair)


async def test_one_submission_asks_about_the_likeliest_few_however_many_there_are(register: Register) -> None:
    alike = [spelt(f"Isol{letter}e") for letter in "abcdefghijklmnop"]
    await register.hear(*(referral(one) for one in alike[:8]))
    await register.hear(*(referral(one) for one in alike[8:]))
    assert await register.db.pool.fetchval("SELECT count(*) FROM child") > 9
    many = await register.db.pool.fetch("SELECT count(*) AS n FROM review_pair GROUP BY submission_id ORDER BY n")
    assert many[-1]["n"] == 8


@pytest.mark.policy("8.1")
async def test_what_is_possible_is_proposed_with_its_reasons_and_joined_by_a_person(
    register: Register, desk: Callable[..., Desk]
) -> None:
    pair = await a_pair(register, desk)
    proposed = await register.only("match.proposed")
    assert (proposed["pair_id"], proposed["reasons"]) == (pair["pair_id"], pair["reasons"])
    assert (
        "forename differs by a slip of the pen" in pair["reasons"] and "same telephone of a parent" in pair["reasons"]
    )
    both = [one["child_id"] for one in pair["children"]]
    assert {proposed["child_id"], proposed["other_child_id"]} == set(both)
    for one, other in (both, reversed(both)):
        page = await desk().read(f"/v1/children/{one}")
        assert [alike["child_id"] for alike in page["may_also_be"]] == [other]
    await desk().do(f"/v1/review/{pair['pair_id']}/decision", decision="same")
    decided, joined = await register.only("match.decided"), await register.only("records.joined")
    assert (decided["decision"], decided["decided_by"]) == ("same", str(IMOGEN))
    assert (decided["child_id"], decided["other_child_id"]) == (joined["child_id"], joined["absorbed_child_id"])
    assert (await desk().read("/v1/review"))["items"] == []
    assert (await desk().read(f"/v1/children/{both[0]}"))["may_also_be"] == []
    case = await desk().read(f"/v1/cases/{(await register.last('case.opened'))['case_id']}")
    assert case["status"] == "joined"


async def test_different_is_remembered_and_no_submission_joins_one_of_them_by_a_hair(
    register: Register, desk: Callable[..., Desk]
) -> None:
    pair = await a_pair(register, desk)
    await desk().do(f"/v1/review/{pair['pair_id']}/decision", decision="different")
    assert await desk().refused(f"/v1/review/{pair['pair_id']}/decision", decision="same") == (409, "already-decided")
    await register.hear(referral(spelt("Isolde")))  # fits the one, and nearly the other
    assert (await register.last("submission.matched"))["new_record"] is False
    assert (await register.told()).count("match.proposed") == 1
    assert (await desk().read("/v1/review"))["items"] == []


async def test_records_that_are_separated_are_not_proposed_again(register: Register, desk: Callable[..., Desk]) -> None:
    pair = await a_pair(register, desk)
    await desk().do(f"/v1/review/{pair['pair_id']}/decision", decision="same")
    joined = await register.only("records.joined")
    await desk("team_manager").do(
        f"/v1/children/{joined['child_id']}/separate", restored_child_id=joined["absorbed_child_id"]
    )
    state = await register.db.pool.fetchval("SELECT state FROM review_pair WHERE id = $1", UUID(pair["pair_id"]))
    assert state == "different"
    await register.hear(referral(spelt("Isolbe")))
    assert (await desk().read("/v1/review"))["items"] == []
    assert await register.db.pool.fetchval("SELECT count(*) FROM child") == 2


@pytest.mark.parametrize("decision", ["same", "different"])
async def test_the_answer_to_a_decision_made_twice_is_the_same(
    register: Register, desk: Callable[..., Desk], decision: str
) -> None:
    pair = await a_pair(register, desk)
    path, key = f"/v1/review/{pair['pair_id']}/decision", str(uuid4())
    first, again = [await desk().post(path, {"decision": decision}, key=key) for _ in range(2)]
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert (await register.told()).count("match.decided") == 1
    assert await desk().refused(f"/v1/review/{uuid4()}/decision", decision=decision) == (404, "not-on-register")


async def test_the_queue_comes_a_page_at_a_time_the_likeliest_first(
    register: Register, desk: Callable[..., Desk]
) -> None:
    for year, surname in enumerate(("Quillfeather", "Penhallow", "Sallow"), 2013):
        born = date(year, year - 2010, 20)
        await register.hear(*(referral(spelt(name, surname, born=born)) for name in ("Isolde", "Isolbe")))
    seen, after = [], await desk().get("/v1/review", limit=1)
    while True:
        seen += after.json()["items"]
        if "next" not in after.links:
            break
        after = await desk().get(after.links["next"]["url"])
    everything = (await desk().read("/v1/review"))["items"]
    assert seen == everything and len(seen) > 2
    assert [one["score"] for one in seen] == sorted((one["score"] for one in seen), reverse=True)


@pytest.mark.policy("5.1.6")
async def test_a_number_of_another_child_is_quarantined(register: Register, desk: Callable[..., Desk]) -> None:
    """Domain scenario 19: it passes, but is another child's. The case goes on without it, and nothing is overwritten."""
    await register.hear(referral(child("Ottoline", "Hartopp", born=date(2013, 2, 1), postcode="ZZ97 3CD", upn=UPN)))
    await register.hear(referral(child("Isolde", upn=UPN)))
    ottoline, isolde = [one.body["child_id"] for one in await register.said() if one.short == "submission.matched"]
    said = await register.only("identifier.quarantined")
    assert (said["child_id"], said["held_by_child_id"], said["identifier"]) == (isolde, ottoline, "upn")
    assert (said["reference"], said["referred"], said["school_urn"]) == ("CME-TEST", True, None)
    assert UPN not in str([one.body for one in await register.said()])
    pages = [await desk().read(f"/v1/children/{one}") for one in (ottoline, isolde)]
    assert [page["details"].get("upn") for page in pages] == [UPN, None]
    case = await desk().read(f"/v1/cases/{pages[1]['cases'][0]['case_id']}")
    assert "cme.identifier.quarantined.v1" in [line["what"] for line in case["chronology"]]
    assert len(pages[1]["cases"]) == 1
    await register.hear(referral(child("Isolde", postcode="ZZ99 1AB")))
    assert (await register.last("submission.matched"))["child_id"] == isolde


@pytest.mark.parametrize(("ground", "asked"), [(Ground.G, "999001"), (Ground.K, None)])
async def test_the_school_is_asked_about_a_number_in_its_return_but_not_after_a_death(
    register: Register, ground: Ground, asked: str | None
) -> None:
    await register.hear(referral(child("Ottoline", "Hartopp", born=date(2013, 2, 1), postcode="ZZ97 3CD", upn=UPN)))
    await register.hear(deletion(child("Isolde", upn=UPN), ground=ground))
    said = await register.only("identifier.quarantined")
    assert (said["school_urn"], said["referred"]) == (asked, False)


async def test_who_looks_for_a_child_finds_them_by_likeness(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(referral(child("Isolde", upn=UPN)), referral(child("Ottoline", "Hartopp", postcode="ZZ97 3CD")))
    path = "/v1/children/search"
    found = (
        await desk().post(path, {"forename": "isolda", "surname": "Quilfeather", "date_of_birth": "2016-04-05"})
    ).json()
    assert [(one["forename"], one["surname"]) for one in found["items"]] == [("Isolde", "Quillfeather")]
    assert "day and month of birth exchanged" in found["items"][0]["reasons"]
    assert (await desk().post(path, {"forename": "Isolde"})).json()["code"] == "invalid"
    assert (await desk("school").post(path, {"upn": UPN})).status_code == 404


SPELLINGS = ("Isolde", "ISOLDE", "Isólde", "Isolda", "Islode", "Isold", "Isoldé", "Izolde", "Isolde Ann", "Isoldee")


@pytest.mark.parametrize("swap", [False, True], ids=["one birth date", "day and month exchanged by half"])
async def test_ten_spellings_on_ten_partitions_at_once_are_one_record_or_linked(register: Register, swap: bool) -> None:
    born = [date(2016, 4, 5) if swap and n % 2 else date(2016, 5, 4) for n in range(10)]
    await asyncio.gather(*(
        register.hear(referral(spelt(name, born=born[n])), partition=n) for n, name in enumerate(SPELLINGS)
    ))  # fmt: skip
    rows = await register.db.pool.fetch("SELECT id FROM child")
    pairs = await register.db.pool.fetch("SELECT one_id, other_id FROM review_pair WHERE state = 'open'")
    assert linked({row["id"] for row in rows}, [(row["one_id"], row["other_id"]) for row in pairs])
    assert await register.db.pool.fetchval("SELECT count(*) FROM submission") == 10


def linked(records: set[UUID], pairs: list[tuple[UUID, UUID]]) -> bool:
    """Whether everybody knows everybody, over however many others."""
    known = {next(iter(records))}
    while more := {b for one, other in pairs for a, b in ((one, other), (other, one)) if a in known} - known:
        known |= more
    return known == records
