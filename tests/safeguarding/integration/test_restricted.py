"""What is restricted is not to be read from anything safeguarding shows, by a code, a row's name or what prompted it."""

from uuid import uuid4

import pytest

from cme_contracts.codes import CaseKind, Category, Factor
from cme_contracts.safeguarding import CaseConsidered, EscalatedToSocialCare
from cme_safeguarding.entrypoints.access import ACCESS, OFFICERS
from tests.safeguarding.integration.visitor import Visitor, open_case
from tests.safeguarding.support import Safeguarding, Someone

PUBLISHED = {"/v1/factors", "/v1/marker-types"}
"""The tables: of nobody."""
ROUTES = sorted(row.path for row in ACCESS if row.method == "GET" and row.path not in PUBLISHED)
RESTRICTED = ("fgm", "domestic_abuse", "exploitation", "child_protection_plan", "encompass")
PLAN = {
    "type": "child_protection_plan", "source": "social_care", "since": "2026-09-14", "level": "confirmed", "restricted": True,
}  # fmt: skip


async def hidden_child(safeguarding: Safeguarding, visitor: Visitor) -> tuple[Someone, dict[str, list[str]]]:
    """A child of whom a report, a case, the police and safeguarding say what is restricted; and the ids there are."""
    child, first, second, notice = Someone(), uuid4(), uuid4(), uuid4()
    await safeguarding.hear(
        child.concern(Factor.FGM, Factor.SECTION_47, submission=first),
        child.matched(first),
        child.opened(first, Factor.FGM, Factor.SECTION_47),
        child.matched(second),
        child.duplicate(second, Factor.DOMESTIC_ABUSE),
        child.incident(submission=notice),
        child.matched(notice),
    )
    marker = await visitor.post(f"/v1/children/{child.child_id}/markers", PLAN, role="safeguarding")
    told = {"case_id": str(child.case_id), "factors": ["exploitation"], "consent": "given"}
    escalated = await visitor.post("/v1/escalations", told, role="safeguarding")
    assert (marker.status_code, escalated.status_code) == (201, 201), escalated.text
    ids = {
        "consideration_id": [one["consideration_id"] for one in await safeguarding.said(CaseConsidered)],
        "escalation_id": [one["escalation_id"] for one in await safeguarding.said(EscalatedToSocialCare)],
    }
    return child, ids | {"child_id": [str(child.child_id)], "request_id": ids["escalation_id"]}


@pytest.mark.policy("10.3")
@pytest.mark.parametrize("route", ROUTES)
async def test_nobody_without_the_right_reads_of_what_is_restricted(
    safeguarding: Safeguarding, visitor: Visitor, route: str
) -> None:
    child, ids = await hidden_child(safeguarding, visitor)
    name = route.partition("{")[2].partition("}")[0]
    paths = [route.replace(f"{{{name}}}", id_) for id_ in ids.get(name, [""])]
    if not name:
        paths = [f"{route}?case_id={child.case_id}", f"{route}?case_id={child.case_id}&limit=1"]
    for path in paths:
        for role in sorted(OFFICERS - {"safeguarding"}):
            shown = await visitor.get(path, role=role)
            assert shown.status_code in {200, 404}
            assert not [code for code in RESTRICTED if code in shown.text], (path, role)
        assert (await visitor.get(path, role="safeguarding")).status_code == 200


async def test_whoever_decides_is_told_that_something_is_withheld_and_safeguarding_reads_what(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    child, _ = await hidden_child(safeguarding, visitor)
    path = f"/v1/considerations?child_id={child.child_id}"
    hidden = (await visitor.get(path)).json()["items"]
    whole = (await visitor.get(path, role="safeguarding")).json()["items"]
    assert {one["withheld"] for one in hidden} == {True}
    assert {one["withheld"] for one in whole} == {False}
    assert "section_47" in hidden[0]["factors"]
    assert {"fgm", "domestic_abuse"} <= {code for one in whole for code in one["factors"]}
    assert [one["consideration_id"] for one in hidden] == [one["consideration_id"] for one in whole]


async def test_what_somebody_else_says_openly_is_shown(safeguarding: Safeguarding, visitor: Visitor) -> None:
    child, _ = await hidden_child(safeguarding, visitor)
    said = {"type": "fgm", "source": "parent", "since": "2026-11-01", "level": "reported", "restricted": False}
    await visitor.post(f"/v1/children/{child.child_id}/markers", said)
    shown = (await visitor.get(f"/v1/considerations?child_id={child.child_id}")).json()["items"]
    assert any("fgm" in one["factors"] for one in shown)
    assert not any("domestic_abuse" in one["factors"] for one in shown)


async def test_the_answer_to_an_escalation_names_no_more_than_was_sent(
    safeguarding: Safeguarding, visitor: Visitor
) -> None:
    """It confirms what a rule did, for a plan too that the sender may not know of."""
    child, back = await open_case(safeguarding), uuid4()
    await safeguarding.hear(child.category(CaseKind.CME, Category.WITHOUT_SCHOOL_PLACE), child.closed())
    await visitor.post(f"/v1/children/{child.child_id}/markers", PLAN, role="safeguarding")
    child.case_id = uuid4()
    await safeguarding.hear(child.matched(back), child.opened(back, Factor.SECTION_47))
    [by_rule] = await safeguarding.said(EscalatedToSocialCare)
    assert by_rule["factors"] == ["child_protection_plan", "section_47"]
    told = {"case_id": str(child.case_id), "factors": ["section_47"], "consent": "given"}
    confirmed = await visitor.post("/v1/escalations", told)
    assert (confirmed.status_code, confirmed.json()["factors"]) == (200, ["section_47"])
    assert "child_protection_plan" not in confirmed.text
