"""What is refused names the field, what is wrong and how to mend it, and repeats nothing that was sent."""

from typing import Any
from uuid import uuid4

import pytest

from cme_web.paging import cursor
from tests.referrals.integration.visitor import Visitor
from tests.referrals.invented import CANARY, CHILD, OTHER_SCHOOL, deletion, new_pupil, referral

SECRET = "Zephyrine-9"


@pytest.mark.parametrize(
    ("path", "body", "field", "mend"),
    [
        ("referrals", referral(child=CHILD | {"date_of_brith": SECRET}), "child", "date_of_birth"),
        ("referrals", referral(**{SECRET: 1}), "body", "Known members are"),
        ("referrals", referral(child=CHILD | {"date_of_birth": SECRET}), "child.date_of_birth", "YYYY-MM-DD"),
        ("referrals", referral(child=CHILD | {"date_of_birth": 20150309}), "child.date_of_birth", "YYYY-MM-DD"),
        ("referrals", referral(factors=["ehcp", SECRET]), "factors.1", "child_protection_plan"),
        ("referrals", referral(reason=SECRET), "reason", "whereabouts_unknown"),
        ("referrals", referral(home_la=SECRET), "home_la", "[0-9]{3}"),
        ("referrals", referral(referrer={"email": SECRET}), "referrer.email", "matches"),
        ("referrals", referral(child=CHILD | {"addresses": [{"line": SECRET}]}), "child.addresses.0", "lines"),
        ("deletion-returns", deletion(ground=SECRET), "ground", "a, b, c"),
        ("deletion-returns", {k: v for k, v in deletion().items() if k != "ground"}, "ground", "Give this field"),
        ("deletion-returns", deletion(ground="unknown"), "ground", "a, b, c"),
        ("new-pupil-returns", {"child": CHILD}, "entered_on", "Give this field"),
        ("new-pupil-returns", new_pupil(entered_on=SECRET), "entered_on", "YYYY-MM-DD"),
        ("new-pupil-returns", new_pupil(entered_on="9999-12-31"), "entered_on", "2199-12-31"),
        ("deletion-returns", deletion(deleted_on="0026-11-20"), "deleted_on", "1900-01-01"),
        ("referrals", referral(child=CHILD | {"forename": f"{SECRET}\0"}), "child.forename", "U+0000"),
        ("referrals", referral(child=CHILD | {"sex": "\0"}), "child.sex", "U+0000"),
        (
            "referrals",
            referral(child=CHILD | {"addresses": [{"lines": [SECRET, "\0"]}]}),
            "child.addresses.0.lines.1",
            "U+0000",
        ),
        ("referrals", referral(referrer={"email": "sam\0@example.org"}), "referrer.email", "U+0000"),
    ],
)
async def test_a_mistake_is_explained_and_not_repeated(
    visitor: Visitor, path: str, body: dict[str, Any], field: str, mend: str
) -> None:
    answer = await visitor.send(f"/v1/{path}", body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    faults = {fault["field"]: fault for fault in answer.json()["errors"]}
    assert field in faults
    assert faults[field]["wrong"] and mend in faults[field]["mend"]
    assert SECRET not in answer.text and CANARY not in answer.text
    assert await visitor.count("submission") == 0


@pytest.mark.policy("7.1")
@pytest.mark.parametrize(
    ("body", "field"),
    [
        (referral(child={k: v for k, v in CHILD.items() if k not in ("forename", "surname")}), "child.forename"),
        (referral(child=CHILD | {"date_of_birth": None}), "child.date_of_birth"),
        (referral(child=CHILD | {"addresses": [{"kind": "current"}]}), "child.addresses"),
        (referral(referrer={"name": "Sam Invented"}), "referrer.email"),
        (referral(last_attended_on="2027-01-01"), "last_attended_on"),
    ],
)
async def test_too_little_to_act_on_names_what_is_needed(visitor: Visitor, body: dict[str, Any], field: str) -> None:
    answer = await visitor.send("/v1/referrals", body)
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert fault["field"] == field and fault["wrong"] and fault["mend"]
    assert await visitor.count("submission") == await visitor.count("outbox") == await visitor.count("idempotency") == 0


async def test_a_refused_form_may_be_mended_and_sent_again_with_its_key(visitor: Visitor) -> None:
    key = "a-key-of-its-own"
    assert (await visitor.send("/v1/deletion-returns", deletion(school_urn=OTHER_SCHOOL), key=key)).status_code == 403
    assert (await visitor.send("/v1/deletion-returns", deletion(), key=key)).status_code == 202


async def test_a_form_needs_its_key(visitor: Visitor) -> None:
    answer = await visitor.client.post("/v1/referrals", json=referral(), headers=visitor.school())
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-required")


async def test_of_many_unknown_members_the_first_few_are_looked_up(visitor: Visitor) -> None:
    """A body may hold a hundred thousand, and each look-up costs the process time that others wait for."""
    answer = await visitor.send("/v1/referrals", referral(reasn=1, factrs=1, on_rol=1, home_laa=1, school_urm=1))
    (fault,) = answer.json()["errors"]
    assert fault["wrong"] == "has 5 member(s) we do not know"
    assert fault["mend"].endswith("The nearest known member is factors, on_roll, reason.")


@pytest.mark.parametrize("place", [("x",), ("x", "y"), ("2026-11-23", str(uuid4())), ("2026-11-23T09:12:00Z", "y")])
async def test_a_place_in_the_list_that_somebody_made_up_is_refused(visitor: Visitor, place: tuple[str, ...]) -> None:
    answer = await visitor.get(f"/v1/submissions?after={cursor(place)}", visitor.school())
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "after")
