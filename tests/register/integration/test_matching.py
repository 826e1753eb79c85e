"""Which child is it? One record for each, however many workers ask at once (policy 8)."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest

from cme_contracts import people
from cme_register.domain.blocking import keys
from cme_register.domain.details import Details
from tests.register.integration.county import IMOGEN, Register
from tests.register.integration.desk import Desk
from tests.register.invented import addition, child, deletion, referral

UPN = "W830200126001"


@pytest.mark.policy("5.1.1")
@pytest.mark.policy("7.1")
async def test_six_workers_given_one_child_at_once_make_one_record_and_one_case(register: Register) -> None:
    await asyncio.gather(*(register.hear(referral(), partition=number) for number in range(6)))
    said = Counter(await register.told())
    assert said == {
        "submission.matched": 6, "case.opened": 1, "lead-officer.assigned": 1, "clock.started": 1, "duplicate.linked": 5,
    }  # fmt: skip
    matched = [one.body for one in await register.said() if one.short == "submission.matched"]
    assert len({body["child_id"] for body in matched}) == 1
    assert sorted(body["new_record"] for body in matched) == [False] * 5 + [True]
    assert await register.db.pool.fetchval("SELECT count(*) FROM child") == 1
    assert await register.db.pool.fetchval("SELECT count(*) FROM case_file") == 1


async def test_workers_with_overlapping_batches_never_make_two_of_one_child(register: Register) -> None:
    names = [f"Child{number}" for number in range(30)]
    orders = [names[start:] + names[:start] for start in (0, 10, 20)]
    await asyncio.gather(*(
        register.hear(*(referral(child(name)) for name in order), partition=number) for number, order in enumerate(orders)
    ))  # fmt: skip
    assert await register.db.pool.fetchval("SELECT count(*) FROM child") == 30
    assert await register.db.pool.fetchval("SELECT count(*) FROM case_file WHERE status = 'open'") == 30
    assert await register.db.pool.fetchval("SELECT count(*) FROM submission WHERE case_id IS NOT NULL") == 90


async def test_one_batch_with_a_child_twice_opens_one_case_in_order(register: Register) -> None:
    first, second = referral(child(upn=UPN)), referral(child(postcode="ZZ99 9ZZ", upn=UPN))
    await register.hear(first, second)
    assert await register.told() == [
        "submission.matched", "case.opened", "lead-officer.assigned", "clock.started", "submission.matched", "duplicate.linked",
    ]  # fmt: skip
    matched = await register.last("submission.matched")
    assert (matched["matched_by"], matched["certainty"]) == (["upn", "name", "date_of_birth"], "certain")
    assert matched["reasons"] == ["same forename", "same surname", "same date of birth", "same UPN", "other address"]


async def test_what_is_said_is_caused_by_what_was_heard(register: Register) -> None:
    await register.hear(referral(child("One")), referral(child("Two")))
    assert list(Counter(one.cause for one in await register.said()).values()) == [4, 4]


@pytest.mark.parametrize(
    ("again", "agreed"),
    [
        (
            child("ZOE", "O\N{RIGHT SINGLE QUOTATION MARK}dell", postcode="zz991ab"),
            ["name", "date_of_birth", "postcode"],
        ),
        (child("Zoë", "Hartopp", postcode=None, upn=UPN), ["upn", "date_of_birth"]),
        (child("Zoe", "O'Dell", postcode="ZZ99 1AB", born=date(2016, 4, 5)), ["name", "postcode"]),
        (child("O'Dell", "Zoe"), ["name", "date_of_birth", "postcode"]),
        (
            child("Zoe", "Odel", postcode="ZZ99 1AB", nhs_number="943 476 5919"),
            ["nhs_number", "date_of_birth", "postcode"],
        ),
        (child("Zoe", "O'Dell", postcode=None, born=None, upn=UPN), ["upn", "name"]),
    ],
    ids=["spelt otherwise", "married", "day and month exchanged", "names exchanged", "a slip", "no birth date"],
)
async def test_a_child_is_known_again(register: Register, again: people.Child, agreed: list[str]) -> None:
    await register.hear(referral(child("Zoë", "O'Dell", upn=UPN, nhs_number="9434765919")))
    await register.hear(referral(again))
    assert (await register.last("submission.matched"))["matched_by"] == agreed
    assert await register.db.pool.fetchval("SELECT count(*) FROM child") == 1


async def test_a_child_is_found_by_a_number_they_had_before(register: Register) -> None:
    await register.hear(referral(child("Isolde", upn=UPN)))
    renamed = child("Isolde", "Renamed", postcode=None, upn="K830200126002", former_upns=(UPN,))
    await register.hear(referral(renamed))
    assert (await register.last("submission.matched"))["matched_by"] == ["upn", "date_of_birth"]
    await register.hear(referral(child("Isolde", "Again", postcode=None, upn="K830200126002")))
    assert await register.db.pool.fetchval("SELECT count(*) FROM child") == 1


@pytest.mark.parametrize(
    "other",
    [
        child("Ottoline", upn="K830200126002"),
        child("Ottoline", upn=UPN),
        child("Isolde", born=date(2012, 1, 23), upn=UPN),
        child("Someone", "Else", postcode=None, upn=UPN),
        child("Isolde", born=None),
    ],
    ids=["a twin", "a twin with a copied number", "another birth date", "a number alone", "no birth date, no number"],
)
async def test_nobody_becomes_another_child(register: Register, other: people.Child) -> None:
    await register.hear(referral(child("Isolde", upn=UPN)), referral(other))
    assert await register.db.pool.fetchval("SELECT count(*) FROM child") == 2
    assert await register.db.pool.fetchval("SELECT count(*) FROM case_file WHERE status = 'open'") == 2


async def test_what_is_seen_later_belongs_to_the_record_that_fitted(register: Register) -> None:
    await register.hear(referral(child(upn=UPN, postcode=None)))
    await register.hear(referral(child("Isolde", "Penhallow", upn=UPN, postcode="ZZ99 5EF")))
    await register.hear(referral(child("Isolde", "Penhallow", postcode="ZZ99 5EF")))
    assert await register.db.pool.fetchval("SELECT count(*) FROM child") == 1


async def test_a_correction_is_about_the_child_of_its_chain(register: Register) -> None:
    first = referral(child("Misheard", "Name"))
    await register.hear(first)
    await register.hear(referral(child("Right", "Spelling", postcode="ZZ99 7GH"), first=first.submission_id))
    matched = [one.body for one in await register.said() if one.short == "submission.matched"]
    assert matched[0]["child_id"] == matched[1]["child_id"]
    assert matched[1]["matched_by"] == ["chain"]


async def test_a_submission_announced_twice_is_taken_once(register: Register) -> None:
    one = referral()
    await register.hear(one)
    await register.hear(one)  # another event id: the announcement was made twice
    assert len(await register.told()) == 4


@pytest.mark.policy("3.1.2")
async def test_off_the_roll_an_on_roll_enquiry_becomes_missing(register: Register) -> None:
    await register.hear(referral(on_roll=True))
    opened = await register.only("case.opened")
    assert (opened["kind"], opened["category"]) == ("on_roll_enquiry", None)
    await register.hear(addition())
    assert (await register.told())[4:] == ["submission.matched", "closure.suggested"]
    await register.hear(deletion())
    assert (await register.told())[6:] == ["submission.matched", "duplicate.linked", "category.changed", "risk.rated"]
    changed = await register.only("category.changed")
    assert (changed["kind"], changed["category"], changed["decided_by"]) == ("cme", "missing", None)


async def test_a_new_pupil_return_is_evidence_and_opens_nothing(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(addition(child("Newly", "Arrived")))
    assert await register.told() == ["submission.matched"]
    await register.hear(referral())
    returned = addition()
    await register.hear(returned)
    page = await desk().read(f"/v1/cases/{(await register.only('case.opened'))['case_id']}")
    lines = [(line["what"], line["detail"].get("submission_id")) for line in page["chronology"]]
    assert ("register.evidence.noted", str(returned.submission_id)) in lines


async def test_cases_go_to_whoever_has_fewest_and_wait_in_sight_where_there_is_nobody(register: Register) -> None:
    await register.hear(*(referral(child(f"Child{number}")) for number in range(4)))
    loads = await register.db.pool.fetch("SELECT count(*) AS n FROM case_file GROUP BY lead_officer_id")
    assert [row["n"] for row in loads] == [2, 2]
    await register.db.pool.execute("UPDATE officer SET active = false WHERE id <> $1", IMOGEN)
    await register.hear(referral(child("Fifth")))
    assert (await register.last("lead-officer.assigned"))["officer_id"] == str(IMOGEN)
    await register.db.pool.execute("UPDATE officer SET active = false")
    await register.hear(referral(child("Last")))
    assert (await register.told())[-5:] == [
        "submission.matched", "case.opened", "case.left-to-team", "clock.started", "clock.started",
    ]  # fmt: skip
    assert (await register.last("clock.started"))["clock"] == "TRIAGE"


async def test_what_more_than_two_hundred_share_tells_nobody_apart(register: Register) -> None:
    named = [child(f"Row{number}", "Invented", postcode=None) for number in range(201)]
    looked_for = keys(Details("Odo", "Invented", date_of_birth=named[0].date_of_birth))
    await register.hear(*map(addition, named[:200]))
    async with register.db.transaction() as tx:
        looked = await tx.matching.candidates([looked_for])
    assert (len(looked.found[0]), looked.full) == (200, frozenset())
    await register.hear(addition(named[200]))
    async with register.db.transaction() as tx:
        looked = await tx.matching.candidates([looked_for])
    assert (looked.found, len(looked.full & looked_for)) == ([[]], 1)
