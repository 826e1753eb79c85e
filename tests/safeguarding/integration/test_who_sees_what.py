"""Who sees what of a child, that every reading is written down, and that no name stands in the clear."""

from uuid import UUID, uuid4

import pytest

from cme_contracts.codes import Factor
from cme_contracts.safeguarding import CaseConsidered, EscalatedToSocialCare
from cme_web.paging import cursor
from tests.safeguarding.integration.visitor import MANAGER, OFFICER, Visitor, open_case
from tests.safeguarding.support import CANARY, Safeguarding, Someone


@pytest.mark.policy("10.3")
async def test_who_has_no_business_here_finds_nothing(safeguarding: Safeguarding, visitor: Visitor) -> None:
    child = await open_case(safeguarding)
    paths = (
        "/v1/considerations",
        f"/v1/escalations?case_id={child.case_id}",
        f"/v1/children/{child.child_id}/chronology",
        f"/v1/children/{child.child_id}/accesses",
    )
    for path in paths:
        assert (await visitor.get(path, role="school", sub="a-school")).status_code == 404
        assert (await visitor.get(path, role="head_of_service")).status_code == 404
    assert (await visitor.get(paths[-1], role="lead_officer")).status_code == 404
    assert await safeguarding.db.pool.fetchval("SELECT count(*) FROM access") == 0


@pytest.mark.policy("10.3")
async def test_every_reading_is_written_down_and_can_be_read(safeguarding: Safeguarding, visitor: Visitor) -> None:
    child = await open_case(safeguarding, Factor.SECTION_47)
    id_ = (await safeguarding.said(EscalatedToSocialCare))[0]["escalation_id"]
    chronology = await visitor.get(f"/v1/children/{child.child_id}/chronology")
    assert [item["what"] for item in chronology.json()["items"]] == [
        "considered", "concern_raised", "escalated", "matched", "case_opened",
    ]  # fmt: skip
    await visitor.get("/v1/considerations")
    await visitor.get(f"/v1/escalations/{id_}")
    await visitor.get(f"/v1/escalations?case_id={child.case_id}")

    path = f"/v1/children/{child.child_id}/accesses"
    first = await visitor.get(path, role="team_manager", sub=MANAGER)
    assert [(row["who"], row["what"]) for row in first.json()["items"]] == [
        (OFFICER, "escalations"), (OFFICER, "escalation"), (OFFICER, "considerations"), (OFFICER, "chronology"),
    ]  # fmt: skip
    page = await visitor.get(f"{path}?limit=1", role="safeguarding", sub=MANAGER)
    assert [(row["who"], row["what"]) for row in page.json()["items"]] == [(MANAGER, "accesses")]
    assert 'rel="next"' in page.headers["link"]
    assert (await visitor.get(f"/v1/children/{uuid4()}/accesses", role="team_manager")).status_code == 404


@pytest.mark.parametrize("place", [("x",), ("9" * 30,), ("1", "2")])
async def test_a_place_among_the_readings_that_somebody_made_up_is_refused(
    safeguarding: Safeguarding, visitor: Visitor, place: tuple[str, ...]
) -> None:
    child = await open_case(safeguarding)
    path = f"/v1/children/{child.child_id}/accesses?after={cursor(place)}"
    assert (await visitor.get(path, role="team_manager")).status_code == 422


@pytest.mark.policy("10.3")
async def test_the_reported_child_is_shown_to_safeguarding_alone(safeguarding: Safeguarding, visitor: Visitor) -> None:
    child, submission = Someone(), uuid4()
    await safeguarding.hear(child.concern(Factor.FGM, submission=submission), child.matched(submission))
    path = f"/v1/children/{child.child_id}/reports"

    assert (await visitor.get(path, role="team_manager", sub=MANAGER)).status_code == 404
    [item] = (await visitor.get(path, role="safeguarding", sub=MANAGER)).json()["items"]
    assert (UUID(item["submission_id"]), item["child"]["surname"]) == (submission, CANARY)
    [row] = (await visitor.get(f"/v1/children/{child.child_id}/accesses", role="team_manager")).json()["items"]
    assert (row["who"], row["what"]) == (MANAGER, "reported_child")


async def test_no_name_stands_in_any_table_in_the_clear(safeguarding: Safeguarding, visitor: Visitor) -> None:
    child, submission = Someone(), uuid4()
    await safeguarding.hear(
        child.concern(Factor.SECTION_47, submission=submission),
        child.hidden_at(CANARY, submission=submission),
        child.incident(submission=uuid4()),
        child.matched(submission),
        child.opened(submission),
    )
    await visitor.get("/v1/considerations")
    tables = await safeguarding.db.pool.fetch(
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"
    )
    found = {
        row["name"]: await safeguarding.db.pool.fetchval(
            f'SELECT count(*) FROM "{row["name"]}" AS t'
            f" WHERE strpos(t::text, $1) > 0 OR strpos(t::text, encode($1::bytea, 'hex')) > 0",
            CANARY,
        )
        for row in tables
    }
    assert len(found) > 10
    assert set(found.values()) == {0}, found


@pytest.mark.policy("10.3")
async def test_a_confidential_address_is_shown_to_safeguarding_alone_and_the_reading_is_written_down(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    child, submission = Someone(), uuid4()
    await safeguarding.hear(child.hidden_at(CANARY, submission=submission), child.matched(submission))
    path = f"/v1/children/{child.child_id}/confidential-addresses"

    for role in ("lead_officer", "team_manager", "service_lead"):
        assert (await visitor.get(path, role=role, sub=OFFICER)).status_code == 404
    [item] = (await visitor.get(path, role="safeguarding", sub=MANAGER)).json()["items"]
    assert UUID(item["submission_id"]) == submission
    assert item["given"]["addresses"] == [
        {
            "lines": [f"4 {CANARY} Row"],
            "postcode": "ZZ99 7QX",
            "uprn": None,
            "kind": "new",
            "held_by_safeguarding": False,
        }
    ]
    [row] = (await visitor.get(f"/v1/children/{child.child_id}/accesses", role="team_manager")).json()["items"]
    assert (row["who"], row["what"]) == (MANAGER, "confidential_addresses")
    chronology = await visitor.get(f"/v1/children/{child.child_id}/chronology")
    assert [one["what"] for one in chronology.json()["items"]] == ["confidential_address_given", "matched"]
    assert CANARY not in chronology.text


@pytest.mark.policy("9.1")
@pytest.mark.policy("10.3")
async def test_an_encompass_notice_is_considered_and_the_incident_is_shown_to_safeguarding_alone(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    child, submission = Someone(), uuid4()
    await safeguarding.hear(child.incident(submission=submission), child.matched(submission))
    assert [one["prompted_by"] for one in await safeguarding.said(CaseConsidered)] == ["cme.encompass.notified.v1"]
    path = f"/v1/children/{child.child_id}/encompass-notices"

    assert (await visitor.get(path, role="team_manager", sub=MANAGER)).status_code == 404
    [item] = (await visitor.get(path, role="safeguarding", sub=MANAGER)).json()["items"]
    assert (item["source"], item["recipient"], item["on_time"]) == ("police", "setting", False)
    assert (item["notice"]["incident_on"], item["notice"]["child"]["surname"]) == ("2026-11-21", CANARY)
    [row] = (await visitor.get(f"/v1/children/{child.child_id}/accesses", role="team_manager")).json()["items"]
    assert (row["who"], row["what"]) == (MANAGER, "encompass_notices")
    chronology = (await visitor.get(f"/v1/children/{child.child_id}/chronology", role="safeguarding")).text
    assert "encompass_notice" in chronology and "2026-11-21" not in chronology
