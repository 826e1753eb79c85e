"""The register over HTTP: who may, what is refused and how to mend it, and lists a page at a time."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from cme_contracts.codes import Factor
from cme_contracts.codes_intake import ReferralReason
from cme_contracts.notifications import ReferrerInformed
from cme_web.paging import cursor
from tests.register.integration.county import GWILYM, IMOGEN, TOBIAS, Register
from tests.register.integration.desk import Desk
from tests.register.invented import NOVEMBER, addition, child, referral

NO_PLACE = ReferralReason.NO_SCHOOL_PLACE


async def opened(register: Register) -> str:
    return str((await register.only("case.opened"))["case_id"])


@pytest.mark.policy("10.3")
@pytest.mark.parametrize("role", ["school", "safeguarding", "operator"])
async def test_to_others_the_register_does_not_exist(register: Register, desk: Callable[..., Desk], role: str) -> None:
    await register.hear(referral())
    case_id = await opened(register)
    for path in ("/v1/cases", f"/v1/cases/{case_id}", "/v1/officers", f"/v1/children/{case_id}"):
        assert (await desk(role).get(path)).status_code == 404
    assert await desk(role).refused(f"/v1/cases/{case_id}/located", proof="seen_by_officer") == (404, "not-found")


async def test_only_a_manager_assigns_and_joins(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(referral())
    case_id = await opened(register)
    assert await desk("lead_officer").refused(f"/v1/cases/{case_id}/lead-officer", officer_id=str(TOBIAS)) == (
        404,
        "not-found",
    )
    manager = desk("team_manager")
    assert await manager.refused(f"/v1/cases/{case_id}/lead-officer", officer_id=str(GWILYM)) == (
        422,
        "not-a-lead-officer",
    )
    assert await manager.refused(f"/v1/cases/{case_id}/lead-officer", officer_id=str(IMOGEN)) == (
        409,
        "nothing-changes",
    )
    await manager.do(f"/v1/cases/{case_id}/lead-officer", officer_id=str(TOBIAS))
    assigned = await register.last("lead-officer.assigned")
    assert (assigned["officer_id"], assigned["assigned_by"]) == (str(TOBIAS), str(GWILYM))


async def test_a_decision_needs_an_officer(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(referral())
    anybody = desk("lead_officer", "a-shared-account")
    assert await anybody.refused(f"/v1/cases/{await opened(register)}/located", proof="seen_by_officer") == (
        403,
        "not-an-officer",
    )


@pytest.mark.policy("7.3")
async def test_closing_says_what_is_missing(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(referral())
    closure = f"/v1/cases/{await opened(register)}/closure"
    on_roll = {"outcome": "on_roll_in_county", "proof": "school_confirmed_in_writing"}
    answer = await desk().post(closure, on_roll)
    assert (answer.status_code, answer.json()["code"]) == (409, "closure-not-ready")
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [
        ("located", "child_not_located"), ("checks", "checks_open"), ("safeguarding", "safeguarding_not_considered"),
    ]  # fmt: skip
    assert "/located" in answer.json()["errors"][0]["mend"]
    await register.considered()
    await desk().do(closure.replace("closure", "located"), proof="parent_in_writing")
    path = closure.removesuffix("/closure")
    await desk().waive(path)
    assert await desk().lacks(path, "on_roll_in_county", "parent_in_writing") == ["proof_does_not_fit"]
    assert await desk().refused(closure, outcome="believed_abroad", proof="parent_in_writing") == (422, "invalid")
    await desk().do(closure, **on_roll)
    assert await desk().refused(closure, **on_roll) == (409, "case-not-open")
    assert await desk().refused(f"/v1/cases/{uuid4()}/closure", **on_roll) == (404, "not-on-register")


async def test_the_same_request_is_done_once(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(referral())
    path = f"/v1/cases/{await opened(register)}/located"
    first = await desk().post(path, {"proof": "seen_by_officer"}, key="the-same-key")
    again = await desk().post(path, {"proof": "seen_by_officer"}, key="the-same-key")
    assert (first.status_code, again.status_code, first.json()) == (200, 200, again.json())
    assert (await register.told()).count("child.located") == 1
    assert await desk().refused(path, proof="seen_by_officer") == (409, "already-located")


@pytest.mark.policy("3.1.1")
async def test_a_case_moves_between_the_categories(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(referral())
    path = f"/v1/cases/{await opened(register)}/category"
    await desk().do(path, category="without_school_place")
    await desk().do(path, category="on_roll_enquiry")
    assert await desk().refused(path, category="on_roll_enquiry") == (409, "nothing-changes")
    moves = [one.body for one in await register.said() if one.short == "category.changed"]
    assert [(move["kind"], move["category"], move["previous_category"]) for move in moves] == [
        ("cme", "without_school_place", "missing"),
        ("on_roll_enquiry", None, "without_school_place"),
    ]
    assert {move["decided_by"] for move in moves} == {str(IMOGEN)}


@pytest.mark.policy("8.1")
async def test_the_work_list_puts_risk_first_then_the_time_that_is_left(
    register: Register, desk: Callable[..., Desk]
) -> None:
    sent = [
        referral(child("Calm", "Late"), at=NOVEMBER + timedelta(days=1), reason=NO_PLACE),
        referral(child("Calm", "Soon"), reason=NO_PLACE),
        referral(child("Grave", "Late"), at=NOVEMBER + timedelta(days=2), factors=(Factor.CHILD_PROTECTION_PLAN,)),
        referral(child("Moving", "Often"), at=NOVEMBER + timedelta(hours=2), factors=(Factor.HOMELESS_OR_REFUGE,)),
        referral(child("Grave", "Soon"), factors=(Factor.FGM, Factor.EHCP)),
    ]
    await register.hear(*sent)
    everything = await desk().read("/v1/cases")
    names = [f"{item['child']['forename']} {item['child']['surname']}" for item in everything["items"]]
    assert names == ["Grave Soon", "Grave Late", "Moving Often", "Calm Soon", "Calm Late"]
    paged, page = [], await desk().get("/v1/cases", limit=2)
    while True:
        paged += page.json()["items"]
        if "next" not in page.links:
            break
        page = await desk().get(page.links["next"]["url"])
    assert paged == everything["items"]
    mine = await desk().read("/v1/cases", officer_id=str(TOBIAS))
    assert {item["lead_officer_id"] for item in mine["items"]} == {str(TOBIAS)} and len(mine["items"]) == 3
    assert (await desk().read("/v1/cases", status="closed"))["items"] == []
    assert (await desk().read("/v1/cases", officer_id="unassigned"))["items"] == []
    found = await desk().read("/v1/cases", submission_id=str(sent[2].submission_id))
    assert [item["child"]["surname"] for item in found["items"]] == ["Late"]
    assert (await desk().read("/v1/cases", submission_id=str(uuid4())))["items"] == []


async def test_an_instant_is_written_alike_wherever_it_is_read(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(referral())
    [listed] = (await desk().read("/v1/cases"))["items"]
    page = await desk().read(f"/v1/cases/{listed['case_id']}")
    of_child = (await desk().read(f"/v1/children/{listed['child_id']}"))["cases"][0]
    assert {one["due_at"] for one in (listed, page, of_child, page["clocks"][0])} == {"2026-12-08T00:00:00Z"}
    assert {one["opened_at"] for one in (listed, page, of_child)} == {"2026-11-23T09:12:00Z"}


@pytest.mark.policy("8.1")
async def test_a_case_page_says_what_comes_next_when_and_whom_it_tells(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(referral(factors=(Factor.EHCP,)))
    case_id = await opened(register)
    await register.let_pass("2026-12-08T00:00:00+00:00")
    page = await desk().read(f"/v1/cases/{case_id}")
    [clock] = [one for one in page["clocks"] if one["code"] == "INIT-10"]
    assert (clock["who"], clock["state"], clock["warn_at"]) == ("lead_officer", "breached", "2026-12-03T00:00:00Z")
    assert clock["ladder"] == [
        {"rung": 1, "at": "2026-12-08T00:00:00Z", "tell": ["lead_officer", "team_manager"], "told": True},
        {"rung": 2, "at": "2026-12-09T00:00:00Z", "tell": ["service_lead"], "told": False},
        {"rung": 3, "at": "2026-12-14T00:00:00Z", "tell": ["head_of_service"], "told": False},
    ]
    [listed] = (await desk().read("/v1/cases"))["items"]
    assert listed["factors"] == page["factors"] == ["ehcp", "deadline_breached"]
    assert listed["lead_officer"] == page["lead_officer"] == "Imogen Sallow"


@pytest.mark.parametrize(
    "made_up",
    [
        ["0"],
        ["x", "y", "z"],
        ["0", "2026-12-08", str(uuid4())],
        ["3000000000", "none", "x"],
        ["9" * 30, "none", str(uuid4())],
    ],
)
async def test_a_place_that_is_not_in_the_list_is_refused(
    register: Register, desk: Callable[..., Desk], made_up: list[str]
) -> None:
    assert (await desk().get("/v1/cases", after=cursor(tuple(made_up)))).status_code == 422


async def test_a_page_may_end_where_no_deadline_runs(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(*(referral(child(name)) for name in ("Ada", "Bea", "Cleo")))
    await register.considered()
    for item in (await desk().read("/v1/cases"))["items"]:
        await desk().do(f"/v1/cases/{item['case_id']}/located", proof="seen_by_officer")
        await desk().end(f"/v1/cases/{item['case_id']}", "on_roll_in_county", "official_record")
    closed = [one.body for one in await register.said() if one.short == "case.closed"]
    await register.hear(*(
        ReferrerInformed(
            message_id=uuid4(), submission_id=one["submission_ids"][0], child_id=one["child_id"], case_id=one["case_id"],
            informed_at=NOVEMBER,
        ) for one in closed[:2]
    ))  # fmt: skip
    everything = (await desk().read("/v1/cases", status="closed"))["items"]
    first = await desk().get("/v1/cases", limit=2, status="closed")
    second = await desk().get(first.links["next"]["url"])
    assert [*first.json()["items"], *second.json()["items"]] == everything
    assert [item["due_at"] is None for item in everything] == [False, True, True]


async def test_a_child_page_shows_the_record_and_whom_else_it_may_be_about(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(referral(child(upn="W830200126001", postcode="ZZ99 3XY")), addition(child(postcode="ZZ99 3XY")))
    await register.hear(referral(child("Isolde", "Penhallow", upn="W830200126001", postcode="ZZ99 4QQ")))
    await register.hear(referral(child("Izzy", upn="W830200126001", postcode="ZZ99 4QQ")))
    [first, second] = [one["child_id"] for one in (await desk().read("/v1/cases"))["items"]]
    pages = {child_id: await desk().read(f"/v1/children/{child_id}") for child_id in (first, second)}
    by_load = sorted(pages.values(), key=lambda page: -len(page["submissions"]))
    assert [len(page["submissions"]) for page in by_load] == [3, 1]
    assert by_load[0]["details"]["other_names"] == ["Isolde Penhallow"]
    [alike] = by_load[0]["may_also_be"]
    assert (alike["child_id"], "same UPN" in alike["reasons"]) == (by_load[1]["child_id"], True)
    assert (await desk().get(f"/v1/children/{uuid4()}")).status_code == 404


async def test_officers_and_their_loads(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(referral())
    listed = {item["officer_id"]: item["open_cases"] for item in (await desk().read("/v1/officers"))["items"]}
    assert listed == {str(IMOGEN): 1, str(TOBIAS): 0, str(GWILYM): 0}
