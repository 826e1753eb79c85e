"""A school sees what it sent, officers see everything, and what you may not see does not exist for you."""

from uuid import uuid4

import pytest

from cme_referrals.entrypoints.access import OFFICERS
from cme_referrals.entrypoints.views import ProgressView, SubmissionList, WholeSubmissionView
from tests.referrals.integration.conftest import Standing
from tests.referrals.integration.visitor import URL, Visitor
from tests.referrals.invented import (
    CANARY,
    OTHER_SCHOOL,
    REFERRER,
    SCHOOL,
    deletion,
    new_pupil,
    referral,
    whole_referral,
)


@pytest.mark.policy("10.3")
async def test_another_school_is_told_what_one_is_told_of_nothing(visitor: Visitor) -> None:
    sent = await visitor.accepted("/v1/referrals", referral())
    hidden = await visitor.get(f"/v1/submissions/{sent['submission_id']}", visitor.school(OTHER_SCHOOL))
    nothing = await visitor.get(f"/v1/submissions/{uuid4()}", visitor.school(OTHER_SCHOOL))
    assert hidden.status_code == nothing.status_code == 404
    assert hidden.json() == nothing.json()
    assert (await visitor.get("/v1/submissions", visitor.school(OTHER_SCHOOL))).json() == {"items": []}


@pytest.mark.parametrize("role", sorted(OFFICERS))
async def test_an_officer_sees_it(visitor: Visitor, role: str) -> None:
    sent = await visitor.accepted("/v1/referrals", whole_referral())
    answer = await visitor.get(f"/v1/submissions/{sent['submission_id']}", visitor.bearer(role))
    view = WholeSubmissionView.model_validate_json(answer.text)
    assert view.as_received is not None and view.as_received["child"]["surname"] == CANARY
    assert (view.stage, view.school_urn) == ("received", SCHOOL)


async def test_a_school_sees_its_own_word_for_word(visitor: Visitor) -> None:
    sent = await visitor.accepted("/v1/deletion-returns", deletion())
    view = (await visitor.get(f"/v1/submissions/{sent['submission_id']}", visitor.school())).json()
    assert view["as_received"] == deletion()
    assert (view["kind"], view["reference"]) == ("deletion_return", sent["reference"])


async def test_a_school_does_not_see_what_others_say_of_its_pupil(visitor: Visitor) -> None:
    """An officer enters what a neighbour said about the school: its URN is in the form, and it must not read it."""
    body = referral(school_urn=SCHOOL, referrer={"kind": "public", "telephone": "01632 960111"})
    sent = await visitor.accepted("/v1/referrals", body, who=visitor.bearer("lead_officer"))
    assert (await visitor.get(f"/v1/submissions/{sent['submission_id']}", visitor.school())).status_code == 404


@pytest.mark.parametrize("path", ["/v1/new-pupil-returns", "/v1/deletion-returns"])
async def test_a_school_returns_for_itself_only(visitor: Visitor, path: str) -> None:
    body = {"/v1/new-pupil-returns": new_pupil, "/v1/deletion-returns": deletion}[path]
    answer = await visitor.send(path, body(school_urn=OTHER_SCHOOL))
    assert (answer.status_code, answer.json()["code"]) == (403, "not-your-school")
    assert [one["pointer"] for one in answer.json()["errors"]] == ["#/school_urn"] and OTHER_SCHOOL not in answer.text
    assert await visitor.count("submission") == 0


async def test_a_school_that_refers_a_child_of_another_is_its_only_reader(visitor: Visitor) -> None:
    brother = {"child": {"forename": "Rowan", "stated_age": 7}, "school_urn": OTHER_SCHOOL, "on_roll": True}
    sent = await visitor.accepted("/v1/referrals", referral(school_urn=SCHOOL, siblings=[brother]))
    place = f"/v1/submissions/{sent['siblings'][0]['submission_id']}"
    assert (await visitor.get(place, visitor.school())).json()["school_urn"] == OTHER_SCHOOL
    assert (await visitor.get(place, visitor.school(OTHER_SCHOOL))).status_code == 404


async def test_a_school_token_without_a_school_may_do_nothing(visitor: Visitor) -> None:
    assert (await visitor.send("/v1/referrals", referral(), who=visitor.school(None))).status_code == 403
    assert (await visitor.get("/v1/submissions", visitor.school(None))).status_code == 403


@pytest.mark.parametrize(
    ("path", "role", "status"),
    [
        ("/v1/referrals", "operator", 403),
        ("/v1/new-pupil-returns", "lead_officer", 403),
        ("/v1/deletion-returns", "team_manager", 403),
    ],
)
async def test_a_role_does_what_its_row_says(visitor: Visitor, path: str, role: str, status: int) -> None:
    assert (await visitor.send(path, {}, who=visitor.bearer(role))).status_code == status


async def test_nobody_gets_in_without_a_token(visitor: Visitor) -> None:
    assert (await visitor.send("/v1/referrals", referral(), who={})).status_code == 401
    assert (await visitor.get("/v1/submissions")).status_code == 401
    assert (await visitor.get("/v1/submissions", visitor.bearer("operator"))).status_code == 404


async def test_the_list_is_the_newest_first_a_page_at_a_time_without_children(
    visitor: Visitor, clock: Standing
) -> None:
    references = []
    for hour in range(5):
        clock.at = clock.at.replace(hour=9 + hour // 2)  # some at the same instant
        references.append((await visitor.accepted("/v1/referrals", whole_referral()))["reference"])
    seen, path = [], "/v1/submissions?limit=2"
    while path:
        answer = await visitor.get(path, visitor.school())
        page = SubmissionList.model_validate_json(answer.text)
        assert CANARY not in answer.text
        seen += [(item.received_at, str(item.submission_id), item.reference) for item in page.items]
        path = answer.headers.get("link", "").partition(">")[0].removeprefix("<")
    assert sorted(seen, reverse=True) == seen
    assert {reference for _, _, reference in seen} == set(references) and len(seen) == 5


@pytest.mark.policy("7.3")
@pytest.mark.policy("10.3")
async def test_whoever_has_the_link_sees_progress_and_no_child(visitor: Visitor) -> None:
    sent = await visitor.accepted("/v1/referrals", whole_referral())
    answer = await visitor.get(sent["follow"].removeprefix(URL))
    view = ProgressView.model_validate_json(answer.text)
    assert (view.reference, view.stage) == (sent["reference"], "received")
    assert CANARY not in answer.text and REFERRER["name"] not in answer.text


async def test_a_link_that_was_altered_leads_nowhere(visitor: Visitor) -> None:
    sent = await visitor.accepted("/v1/referrals", referral())
    link = sent["follow"].removeprefix(URL)
    assert (await visitor.get(link[:-4] + "AAAA")).status_code == 404
