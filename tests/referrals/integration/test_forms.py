"""The three forms over HTTP: what is answered, what is kept, and what waits to be sent."""

import json
from uuid import UUID

import pytest

from cme_referrals.domain.reference import read_reference
from cme_referrals.entrypoints.views import Accepted
from tests.referrals.integration.visitor import URL, Visitor
from tests.referrals.invented import (
    CANARY,
    MONDAY,
    OTHER_SCHOOL,
    REFERRER,
    SCHOOL,
    WRONG_UPN,
    deletion,
    new_pupil,
    referral,
    whole_referral,
)  # fmt: skip


@pytest.mark.policy("7.1")
async def test_a_referral_is_answered_with_what_the_referrer_needs(visitor: Visitor) -> None:
    answer = await visitor.send("/v1/referrals", whole_referral())
    accepted = Accepted.model_validate_json(answer.text)
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/submissions/{accepted.submission_id}"
    assert read_reference(accepted.reference) == accepted.reference
    assert accepted.received_at == MONDAY
    assert accepted.follow.startswith(f"{URL}/v1/progress/")
    assert accepted.still_missing == () and accepted.data_quality == ()
    assert CANARY not in answer.text and REFERRER["name"] not in answer.text


@pytest.mark.policy("5.2.4")
async def test_the_enquiries_a_school_has_made_come_with_its_referral(visitor: Visitor) -> None:
    made = [{"made_on": "2026-11-09", "method": "home_visit", "outcome": "nobody_there"}]
    accepted = await visitor.accepted("/v1/referrals", referral(enquiries=made))
    assert "enquiries" not in accepted["still_missing"]
    whole = await visitor.get(f"/v1/submissions/{accepted['submission_id']}", visitor.bearer("lead_officer"))
    assert whole.json()["as_received"]["enquiries"] == made


@pytest.mark.policy("5.2.5")
@pytest.mark.policy("7.1")
async def test_the_referrer_is_named_before_the_referral_is_raised(visitor: Visitor) -> None:
    accepted = await visitor.accepted("/v1/referrals", whole_referral())
    said = await visitor.said()
    assert [type_ for type_, _, _ in said] == ["cme.referrer.named.v1", "cme.referral.raised.v1"]
    assert {key for _, key, _ in said} == {accepted["submission_id"]}
    raised = said[1][2]
    assert raised["school_la"] == raised["home_la"] == "999"
    assert (raised["referrer"], raised["reason"], raised["on_roll"]) == ("school", "whereabouts_unknown", False)


@pytest.mark.policy("9.1")
async def test_a_concern_goes_by_the_fast_lane_in_the_same_transaction(visitor: Visitor) -> None:
    await visitor.accepted("/v1/referrals", referral(factors=["child_protection_plan", "ehcp"]))
    lanes = await visitor.pool.fetch("SELECT stream, key FROM outbox ORDER BY seq")
    assert [row["stream"] for row in lanes] == ["cme.referrals", "cme.referrals", "cme.referrals.concerns"]
    assert len({row["key"] for row in lanes}) == 1
    assert (await visitor.said())[2][2]["factors"] == ["child_protection_plan"]


@pytest.mark.policy("7.1")
async def test_little_is_enough_and_the_rest_is_listed(visitor: Visitor) -> None:
    accepted = await visitor.accepted("/v1/referrals", referral())
    assert {"reason", "on_roll", "home_la", "child.parents", "enquiries"} <= set(accepted["still_missing"])
    assert (await visitor.said())[1][2]["still_missing"] == accepted["still_missing"]


async def test_an_age_is_enough_where_nobody_knows_the_birthday_and_one_name_where_there_is_one(
    visitor: Visitor,
) -> None:
    child = {"surname": CANARY, "stated_age": 9, "addresses": [{"postcode": "ZZ99 9ZZ"}]}
    accepted = await visitor.accepted("/v1/referrals", referral(child=child, referrer={"telephone": "01632 960001"}))
    assert {"child.date_of_birth", "child.forename", "referrer.email"} <= set(accepted["still_missing"])


async def test_a_wrong_upn_is_kept_aside_with_a_note_and_is_in_no_event(visitor: Visitor) -> None:
    body = referral(child=referral()["child"] | {"upn": WRONG_UPN, "nhs_number": "9434765918"})
    answer = await visitor.send("/v1/referrals", body)
    assert [note["field"] for note in answer.json()["data_quality"]] == ["child.upn", "child.nhs_number"]
    assert all(note["wrong"] and note["mend"] for note in answer.json()["data_quality"])
    assert WRONG_UPN not in answer.text
    whole = (await visitor.get(answer.headers["location"], visitor.school())).json()
    assert whole["as_received"]["child"]["upn"] == WRONG_UPN


@pytest.mark.policy("5.2.1")
async def test_a_new_pupil_return_says_when_it_was_due(visitor: Visitor) -> None:
    accepted = await visitor.accepted("/v1/new-pupil-returns", new_pupil(school_urn=SCHOOL))
    assert accepted["due_on"] == "2026-12-01"
    ((type_, key, body),) = await visitor.said()
    assert (type_, key, body["due_on"], body["school_urn"]) == (
        "cme.pupil.added.v1",
        accepted["submission_id"],
        "2026-12-01",
        SCHOOL,
    )


@pytest.mark.policy("5.2.2")
async def test_a_deletion_return_is_one_event_with_its_ground(visitor: Visitor) -> None:
    await visitor.accepted("/v1/deletion-returns", deletion(deleted_on="2026-11-23"))
    ((type_, _, body),) = await visitor.said()
    assert (type_, body["ground"], body["destination_known"]) == ("cme.pupil.deleted.v1", "g", False)


@pytest.mark.policy("5.2.6")
@pytest.mark.parametrize("destination", [{"school_urn": OTHER_SCHOOL}, {"description": "a school abroad"}])
async def test_a_destination_stands_beside_the_ground(visitor: Visitor, destination: dict[str, str]) -> None:
    await visitor.accepted("/v1/deletion-returns", deletion(destination=destination))
    body = (await visitor.said())[0][2]
    assert (body["destination_known"], body["destination_urn"]) == (True, destination.get("school_urn"))


@pytest.mark.policy("10.1")
async def test_nothing_about_the_child_stands_in_the_open(visitor: Visitor) -> None:
    """In the database: the form and what waits to be sent are sealed; the answer that is kept names nobody."""
    answer = await visitor.send("/v1/referrals", whole_referral(factors=["fgm"]))
    UUID(answer.json()["submission_id"])
    for table in ("submission", "outbox", "idempotency"):
        rows = await visitor.pool.fetch(f"SELECT * FROM {table}")
        written = json.dumps(
            [dict(row) for row in rows], default=lambda value: value.hex() if isinstance(value, bytes) else str(value)
        )
        for canary in (CANARY, "Invented Row", "ZZ99", "960123", REFERRER["email"]):
            assert canary not in written and canary.encode().hex() not in written
