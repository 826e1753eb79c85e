"""Two people at one case lose nothing: what does not conflict is merged, what does is refused and named."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx2

from cme_contracts.codes_intake import ReferralReason
from tests.register.integration.county import GWILYM, IMOGEN, TOBIAS, Register
from tests.register.integration.desk import Desk
from tests.register.invented import SCHOOL, addition, child, deletion, referral


async def post(desk: Desk, path: str, body: dict[str, Any], seen: str) -> httpx2.Response:
    return await desk.post(path, body, seen=seen)


async def test_of_two_who_decide_the_same_the_second_is_told_what_it_is_now_and_by_whom(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(referral())
    path = f"/v1/cases/{(await register.only('case.opened'))['case_id']}"
    page = await desk().get(path)
    seen = page.headers["ETag"]
    assert seen == f'"{page.json()["version"]}"'

    first = await post(desk(), f"{path}/category", {"category": "without_school_place"}, seen)
    assert (first.status_code, first.json()["version"]) == (200, page.json()["version"] + 1)
    second = await post(desk("team_manager"), f"{path}/category", {"category": "on_roll_enquiry"}, seen)
    assert (second.status_code, second.json()["code"]) == (412, "changed-meanwhile")
    [fault] = second.json()["errors"]
    assert {name: fault[name] for name in ("field", "now", "by", "office")} == {
        "field": "category", "now": "without_school_place", "by": str(IMOGEN), "office": "lead_officer",
    }  # fmt: skip

    merged = await post(desk("team_manager"), f"{path}/lead-officer", {"officer_id": str(TOBIAS)}, seen)
    assert merged.status_code == 200, merged.text
    again = await post(
        desk("team_manager"), f"{path}/category", {"category": "on_roll_enquiry"}, second.headers["ETag"]
    )
    assert again.status_code == 200, again.text
    fresh = await desk().read(path)
    assert (fresh["kind"], fresh["lead_officer_id"], fresh["version"]) == ("on_roll_enquiry", str(TOBIAS), 4)
    changes = await register.db.pool.fetch("SELECT fields, changed_by FROM case_change ORDER BY version")
    assert [tuple(row) for row in changes] == [
        (["category"], IMOGEN),
        (["lead_officer_id"], GWILYM),
        (["category"], GWILYM),
    ]


async def test_what_a_rule_has_changed_is_a_conflict_too(register: Register, desk: Callable[..., Desk]) -> None:
    who = child()
    await register.hear(referral(who, on_roll=True))
    path = f"/v1/cases/{(await register.only('case.opened'))['case_id']}"
    await register.hear(deletion(who))
    refused = await post(desk(), f"{path}/category", {"category": "without_school_place"}, '"1"')
    assert [(one["field"], one["now"], one["by"]) for one in refused.json()["errors"]] == [
        ("category", "missing", "rule")
    ]


async def test_an_etag_that_is_none(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(referral())
    path = f"/v1/cases/{(await register.only('case.opened'))['case_id']}/located"
    body = {"proof": "seen_by_officer"}
    unreadable = await post(desk(), path, body, "yesterday")
    assert (unreadable.status_code, unreadable.json()["code"]) == (400, "unreadable-etag")
    assert (await post(desk(), path, body, '"99"')).status_code == 412
    assert (await post(desk(), path, body, "*")).status_code == 200
    assert (await register.told()).count("child.located") == 1


async def both(register: Register, desk: Callable[..., Desk]) -> tuple[str, str, str]:
    """A child, their case, and the case as two officers have it before them."""
    await register.hear(referral(reason=ReferralReason.NO_SCHOOL_PLACE))
    told = await register.only("case.opened")
    case = f"/v1/cases/{told['case_id']}"
    return f"/v1/children/{told['child_id']}", case, (await desk().get(case)).headers["ETag"]


def conflicts(answer: httpx2.Response) -> list[tuple[str, str | None, str, str | None]]:
    assert (answer.status_code, answer.json()["code"]) == (412, "changed-meanwhile"), answer.text
    return [(one["field"], one.get("now"), one["by"], one.get("office")) for one in answer.json().get("errors", ())]


async def test_what_a_colleague_decided_beside_the_case_is_theirs_and_not_a_rules(
    register: Register, desk: Callable[..., Desk]
) -> None:
    """Home education is found unsuitable on Monday; whoever had the case before them as missing is told by whom it is that."""
    await register.hear(referral())
    told = await register.only("case.opened")
    case = f"/v1/cases/{told['case_id']}"
    seen = (await desk().get(case)).headers["ETag"]
    decided = {"suitable": False, "decided_on": "2026-11-23"}
    answer = await desk("team_manager").post(f"/v1/children/{told['child_id']}/home-education", decided)
    assert answer.status_code == 200, answer.text
    refused = await post(desk(), f"{case}/category", {"category": "on_roll_enquiry"}, seen)
    assert conflicts(refused) == [("category", "without_school_place", str(GWILYM), "team_manager")]


async def test_of_two_who_work_at_one_check_only_the_same_one_is_a_conflict(
    register: Register, desk: Callable[..., Desk]
) -> None:
    _, case, _ = await both(register, desk)
    visits = [
        (await desk().post(f"{case}/checks", {"check": one, "how": "email"})).json() for one in ("send", "housing")
    ]
    seen = (await desk().get(case)).headers["ETag"]
    answer = {"result": "nothing", "evidence": {"kind": "email"}}
    manager = desk("team_manager")
    assert (await post(manager, f"{case}/checks/{visits[0]['check_id']}/answer", answer, seen)).status_code == 200
    assert (await post(desk(), f"{case}/checks/{visits[1]['check_id']}/answer", answer, seen)).status_code == 200
    late = await post(desk(), f"{case}/checks/{visits[0]['check_id']}/answer", answer | {"result": "lead"}, seen)
    assert conflicts(late) == [(f"checks.{visits[0]['check_id']}", "answered", str(GWILYM), "team_manager")]
    waived = await post(manager, f"{case}/waived-checks", {"checks": ["housing"], "reason": "not_applicable"}, seen)
    assert conflicts(waived) == [("checks.housing", None, str(IMOGEN), "lead_officer")]


async def test_a_contact_that_two_change_is_not_written_over(register: Register, desk: Callable[..., Desk]) -> None:
    """One learns that it is not safe to ring; the other, who still reads that it is, is told before they write it down again."""
    _, case, _ = await both(register, desk)
    contact = {"role": "parent", "particulars": {"name": "Ottoline Quillfeather"}}
    contact_id = (await desk().post(f"{case}/contacts", contact)).json()["contact_id"]
    seen = (await desk().get(case)).headers["ETag"]
    unsafe = contact | {"safe_to_contact": False}
    assert (await post(desk("team_manager"), f"{case}/contacts/{contact_id}", unsafe, seen)).status_code == 200
    refused = await post(desk(), f"{case}/contacts/{contact_id}", contact, seen)
    assert conflicts(refused) == [(f"contacts.{contact_id}", None, str(GWILYM), "team_manager")]
    assert "Ottoline" not in refused.text
    [kept] = [one for one in (await desk().read(f"{case}/contacts"))["contacts"] if one["source"] == "officer"]
    assert kept["safe_to_contact"] is False


async def test_support_groups_orders_and_ratings_take_an_etag_too(
    register: Register, desk: Callable[..., Desk]
) -> None:
    child_, case, _ = await both(register, desk)
    offer = {"support": "early_help", "offered_on": "2026-11-23"}
    offered = await desk().post(f"{case}/support", offer)
    assert offered.status_code == 200, offered.text
    support = f"{case}/support/{offered.json()['support_id']}/answer"
    order = {"order_number": "SAO-1", "school_urn": SCHOOL, "from": "2026-11-02"}
    deeds: list[tuple[str, dict[str, Any], str]] = [
        (support, {"answer": "declined", "answered_on": "2026-11-23"}, support.split("/")[-2]),
        (f"{child_}/groups", {"group": "young_carer", "belongs": True}, "young_carer"),
        (f"{child_}/orders", order, "orders"),
        (f"{case}/rating", {"rating": "red", "reason": "professional_judgement"}, "rating"),
    ]
    for path, body, named in deeds:
        seen = (await desk().get(child_)).headers["ETag"]
        assert seen.startswith(f'"{case.rpartition("/")[2]}.')
        assert (await post(desk("team_manager"), path, body, seen)).status_code == 200, path
        [(field, _, by, _)] = conflicts(await post(desk(), path, body, seen))
        assert field.split(".")[-1] == named and by == str(GWILYM)


async def test_a_place_that_a_school_has_confirmed_is_not_withdrawn_by_whoever_had_not_seen_it(
    register: Register, desk: Callable[..., Desk]
) -> None:
    who = child()
    await register.hear(referral(who, reason=ReferralReason.NO_SCHOOL_PLACE))
    child_ = f"/v1/children/{(await register.only('case.opened'))['child_id']}"
    place = {"step": "applied", "on": "2026-11-23", "school_urn": SCHOOL, "school_la": "999"}
    placement_id = (await desk().post(f"{child_}/placements", place)).json()["placement_id"]
    seen = (await desk().get(child_)).headers["ETag"]
    await register.hear(addition(who))
    steps, withdrawn = f"/v1/placements/{placement_id}/steps", {"step": "withdrawn", "on": "2026-11-23"}
    refused = await post(desk(), steps, withdrawn, seen)
    assert conflicts(refused) == [(f"placements.{placement_id}", "started", "rule", None)]
    missing = await post(desk(), f"/v1/placements/{UUID(int=9)}/steps", withdrawn, seen)
    assert missing.status_code == 404


async def test_a_child_without_a_case_and_another_case_than_was_seen(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(addition())
    child_ = f"/v1/children/{(await register.only('submission.matched'))['child_id']}"
    page, body = await desk().get(child_), {"group": "young_carer", "belongs": True}
    assert "ETag" not in page.headers
    assert conflicts(await post(desk(), f"{child_}/groups", body, '"1"')) == []
    assert (await post(desk(), f"{child_}/groups", body, "*")).status_code == 200
    nobody = f"/v1/children/{UUID(int=9)}/groups"
    assert (await post(desk(), nobody, body, '"1"')).status_code == 404
    await register.hear(referral(child("Bea")))
    case = (await register.only("case.opened"))["case_id"]
    other = f'"{UUID(int=7)}.1"'
    assert conflicts(await post(desk(), f"/v1/cases/{case}/located", {"proof": "seen_by_officer"}, other)) == []
