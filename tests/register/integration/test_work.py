"""What officers write down about a case: ratings, notes, contacts, support, groups, siblings (policy 5.1, 6, 8)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from cme_contracts.codes import Factor
from cme_contracts.codes_intake import Ground, ReferralReason
from tests.register.integration.county import IMOGEN, Register
from tests.register.integration.desk import Desk
from tests.register.invented import child, deletion, referral

NO_PLACE = ReferralReason.NO_SCHOOL_PLACE
MONDAY = datetime.fromisoformat("2026-11-23T09:12:00+00:00")


async def opened(register: Register, **facts: Any) -> str:
    await register.hear(referral(**facts))
    return str((await register.last("case.opened"))["case_id"])


async def ratings(register: Register) -> list[tuple[str, str]]:
    return [(one.body["previous"], one.body["rating"]) for one in await register.said() if one.short == "risk.rated"]


async def test_a_child_with_a_plan_is_red_at_once_and_the_list_says_why(
    register: Register, desk: Callable[..., Desk]
) -> None:
    """Domain scenario 26: on a roll, a child protection plan, the house empty."""
    case_id = await opened(register, on_roll=True, factors=(Factor.CHILD_PROTECTION_PLAN,))
    rated = await register.only("risk.rated")
    assert (rated["previous"], rated["rating"], rated["rules"]) == (
        "green", "red", ["live-safeguarding-status", "vulnerable-group"],
    )  # fmt: skip
    assert (await register.only("case.opened"))["rating"] == "red"
    [item] = (await desk().read("/v1/cases"))["items"]
    assert (item["case_id"], item["risk"], item["why"][0]["fact"]) == (case_id, "red", "child_protection_plan")
    assert item["why"][0]["reason"] == "Social care is responsible for this child, or is enquiring."
    assert item["checks"] == {"waiting": 0, "overdue": 0, "outstanding": 2}


async def test_whereabouts_unknown_for_more_than_ten_working_days_is_red(
    register: Register, desk: Callable[..., Desk]
) -> None:
    case_id = await opened(register, reason=NO_PLACE)
    register.clock.at = datetime.fromisoformat("2026-12-01T10:00:00+00:00")
    await desk().do(f"/v1/cases/{case_id}/category", category="missing")
    await register.let_pass(
        "2026-12-15T23:59:59+00:00"
    )  # the tenth working day after the 1st; INIT-10 was over on the 7th
    assert (await desk().read(f"/v1/cases/{case_id}"))["risk"] == "red"
    assert [rule["rule"] for rule in (await desk().read(f"/v1/cases/{case_id}"))["why"]] == [
        "investigation-overdue", "whereabouts-unknown",
    ]  # fmt: skip
    await register.let_pass("2026-12-16T00:00:00+00:00")
    assert "whereabouts-unknown-long" in [
        rule["rule"] for rule in (await desk().read(f"/v1/cases/{case_id}"))["why"]
    ]  # fmt: skip


async def test_without_a_place_for_more_than_fifteen_days_is_amber(
    register: Register, desk: Callable[..., Desk]
) -> None:
    case_id = await opened(register, reason=NO_PLACE)
    await register.let_pass("2026-12-14T23:59:59+00:00")  # nobody has said the terms: working days
    assert (await desk().read(f"/v1/cases/{case_id}"))["risk"] == "green"
    await register.let_pass("2026-12-15T00:00:00+00:00")
    assert (await desk().read(f"/v1/cases/{case_id}"))["risk"] == "amber"
    assert await ratings(register) == [("green", "amber")]


async def test_a_person_raises_at_once_and_lowers_with_a_reason(register: Register, desk: Callable[..., Desk]) -> None:
    case_id = await opened(register, reason=NO_PLACE)
    rating = f"/v1/cases/{case_id}/rating"
    await desk().do(rating, rating="red", reason="professional_judgement", note="She sounded afraid.")
    raised = await register.only("risk.rated")
    assert (raised["rating"], raised["by_rule"], raised["decided_by"]) == ("red", "green", str(IMOGEN))
    assert "afraid" not in str([one.body for one in await register.said()])
    await register.hear(referral(factors=(Factor.GYPSY_ROMA_TRAVELLER,)))
    assert (await desk().read(f"/v1/cases/{case_id}"))["risk"] == "red"
    assert await desk().refused(rating, rating="red", reason="new_information") == (409, "nothing-changes")
    assert await desk().refused(rating, rating="green", reason="seen_and_safe") == (409, "may-not-lower")
    assert (await desk().post(rating, {"rating": "amber"})).status_code == 422
    await desk().do(rating, rating="amber", reason="raised_in_error")
    await desk("team_manager").do(rating, rating="green", reason="fact_no_longer_true")
    assert await ratings(register) == [("green", "red"), ("red", "amber"), ("amber", "green")]
    await register.hear(referral(factors=(Factor.GYPSY_ROMA_TRAVELLER,)))
    assert (await desk().read(f"/v1/cases/{case_id}"))["risk"] == "amber"


@pytest.mark.policy("6.1")
@pytest.mark.policy("6.2")
@pytest.mark.policy("6.3")
@pytest.mark.policy("6.4")
@pytest.mark.policy("6.5")
@pytest.mark.policy("6.6")
@pytest.mark.parametrize(
    ("factor", "group"),
    [
        (Factor.TRANSITION_POINT, "transition_point"),
        (Factor.FREQUENT_MOVES, "moves_homeless_or_refuge"),
        (Factor.FAMILY_BREAKDOWN, "family_breakdown_or_runaway"),
        (Factor.NEW_FROM_ABROAD, "newly_arrived"),
        (Factor.REFUGEE_OR_ASYLUM, "refugee_or_asylum"),
        (Factor.YOUTH_JUSTICE, "youth_justice"),
    ],
)
async def test_a_child_belongs_to_a_group_by_what_was_sent(
    register: Register, desk: Callable[..., Desk], factor: Factor, group: str
) -> None:
    await opened(register, reason=NO_PLACE, factors=(factor,))
    child_id = (await register.only("case.opened"))["child_id"]
    page = await desk().read(f"/v1/children/{child_id}/groups")
    assert [(one["group"], one["from"]) for one in page["groups"]] == [(group, [factor.value])]
    assert (await register.only("case.opened"))["rating"] == "amber"


async def test_a_group_is_said_and_ended_by_officers_with_its_history(
    register: Register, desk: Callable[..., Desk]
) -> None:
    case_id = await opened(register, reason=NO_PLACE)
    child_id = (await register.only("case.opened"))["child_id"]
    path = f"/v1/children/{child_id}/groups"
    for belongs, risk in ((True, "amber"), (False, "green")):
        answer = await desk().post(path, {"group": "young_carer", "belongs": belongs})
        assert answer.status_code == 200, answer.text
        assert (await desk().read(f"/v1/cases/{case_id}"))["risk"] == risk
    page = await desk().read(path)
    assert page["groups"] == [] and [one["belongs"] for one in page["said_by_officers"]] == [True, False]
    answer = await desk().post(path, {"group": "tall_children", "belongs": True})
    assert (answer.status_code, answer.json()["code"]) == (422, "no-such-group")


async def test_a_permanently_excluded_child_is_of_a_group(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(deletion(ground=Ground.O))
    assert (await register.only("case.opened"))["factors"] == ["excluded"]


async def test_notes_stand_in_their_place_are_never_changed_and_leave_in_no_event(
    register: Register, desk: Callable[..., Desk]
) -> None:
    case_id = await opened(register)
    notes = f"/v1/cases/{case_id}/notes"
    first = (await desk().post(notes, {"words": "The aunt says Quibbleford."})).json()["note_id"]
    second = (await desk().post(notes, {"words": "It was Quibblefold.", "corrects": first})).json()["note_id"]
    assert await desk().refused(notes, words="Once more.", corrects=first) == (409, "note-corrected")
    assert "Quibble" not in str([one.body for one in await register.said()])
    lines = (await desk().read(f"/v1/cases/{case_id}/chronology"))["items"]
    told = [(one["note"]["words"], one["note"]["corrected_by"]) for one in lines if "note" in one]
    assert told == [("The aunt says Quibbleford.", second), ("It was Quibblefold.", None)]
    with pytest.raises(asyncpg.RaiseError):
        await register.db.pool.execute("UPDATE case_note SET words = 'x'")
    paged, page = [], await desk().get(f"/v1/cases/{case_id}/chronology", limit=3)
    while True:
        paged += page.json()["items"]
        if "next" not in page.links:
            break
        page = await desk().get(page.links["next"]["url"])
    assert paged == lines


async def test_a_sensitive_note_is_shown_to_fewer(register: Register, desk: Callable[..., Desk]) -> None:
    case_id = await opened(register)
    answer = await desk().post(f"/v1/cases/{case_id}/notes", {"words": "In a refuge.", "sensitive": True})
    note_id = answer.json()["note_id"]

    async def words(reader: Desk) -> list[str]:
        lines = (await reader.read(f"/v1/cases/{case_id}/chronology"))["items"]
        return [one["note"]["words"] for one in lines if "note" in one]

    other = desk("lead_officer", str(uuid4()))
    assert await words(desk()) == ["In a refuge."]
    assert await words(desk("team_manager")) == ["In a refuge."]
    assert await words(other) == []
    assert await other.refused(f"/v1/cases/{case_id}/notes", words="x", corrects=note_id) == (404, "not-on-register")
    await desk().do(f"/v1/cases/{case_id}/notes", words="In a refuge in Quibbleford.", corrects=note_id)
    assert await words(desk("team_manager")) == ["In a refuge.", "In a refuge in Quibbleford."]
    assert await words(other) == [], "a correction of what is sensitive is sensitive"


async def test_contacts_say_whether_it_is_safe_and_every_attempt_is_told(
    register: Register, desk: Callable[..., Desk]
) -> None:
    case_id = await opened(register)
    path = f"/v1/cases/{case_id}"
    father = {"role": "parent", "particulars": {"name": "Corin Quillfeather", "telephones": ["01632 960001"]}}
    contact_id = (await desk().post(f"{path}/contacts", father)).json()["contact_id"]
    answer = await desk().post(f"{path}/contacts/{contact_id}", father | {"safe_to_contact": False})
    assert answer.status_code == 200, answer.text
    register.clock.at = datetime.fromisoformat("2026-11-24T17:45:00+00:00")
    visit = {"method": "home_visit", "outcome": "nobody_there", "made_at": "2026-11-24T17:40:00+00:00"}
    assert (await desk().post(f"{path}/attempts", visit)).status_code == 200
    late = {"method": "telephone", "outcome": "no_answer", "made_at": "2026-11-24T18:00:00+00:00"}
    assert (await desk().post(f"{path}/attempts", late)).json()["code"] == "in-the-future"
    page = await desk().read(f"{path}/contacts")
    assert [(one["role"], one["safe_to_contact"]) for one in page["contacts"]] == [("parent", False)]
    assert [(one["method"], one["outcome"]) for one in page["attempts"]] == [("home_visit", "nobody_there")]
    assert [one.body["safe_to_contact"] for one in await register.said() if one.short == "contact.recorded"] == [
        True, False,
    ]  # fmt: skip
    assert "Corin" not in str([one.body for one in await register.said()])


@pytest.mark.policy("5.1.4")
async def test_support_is_offered_and_taken_up(register: Register, desk: Callable[..., Desk]) -> None:
    case_id = await opened(register, reason=NO_PLACE)
    path = f"/v1/cases/{case_id}/support"
    offered = {"support": "admissions_help", "offered_on": "2026-11-23"}
    support_id = (await desk().post(path, offered)).json()["support_id"]
    await desk().do(f"{path}/{support_id}/answer", answer="no_reply", answered_on="2026-11-23")
    await desk().do(f"{path}/{support_id}/answer", answer="taken_up", answered_on="2026-11-23")
    [offer] = (await desk().read(path))["offers"]
    assert (offer["support"], offer["answer"]) == ("admissions_help", "taken_up")
    assert [one.body["answer"] for one in await register.said() if one.short == "support.answered"] == [
        "no_reply", "taken_up",
    ]  # fmt: skip
    assert await desk().refused(path, support="a_pony", offered_on="2026-11-23") == (422, "no-such-support")
    assert await desk().refused(path, support="transport", offered_on="2026-11-24") == (422, "in-the-future")


async def test_an_officer_links_brothers_and_sisters_and_takes_it_back(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(referral(child("Isolde")), referral(child("Merle")))
    isolde, merle = [one.body["child_id"] for one in await register.said() if one.short == "case.opened"]
    answer = await desk().post(f"/v1/children/{isolde}/siblings", {"sibling_child_id": merle})
    assert answer.status_code == 200, answer.text
    for one, other in ((isolde, merle), (merle, isolde)):
        [sibling] = (await desk().read(f"/v1/children/{one}/siblings"))["siblings"]
        assert (sibling["child_id"], sibling["linked_by"]) == (other, ["officer"])
        assert sibling["open_case_id"] is not None
    said = [one for one in await register.said() if one.short == "sibling.linked"]
    assert {one.key for one in said} == {isolde, merle}
    assert await desk().refused(f"/v1/children/{merle}/siblings", sibling_child_id=isolde) == (409, "nothing-changes")
    await desk().post(f"/v1/children/{merle}/siblings", {"sibling_child_id": isolde, "linked": False})
    assert (await desk().read(f"/v1/children/{isolde}/siblings"))["siblings"] == []
    assert await desk().refused(f"/v1/children/{isolde}/siblings", sibling_child_id=isolde) == (422, "one-child")


async def test_a_link_that_came_with_a_joined_record_is_taken_back_for_good(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(
        *(referral(child(name, postcode=f"ZZ99 {n}AB")) for n, name in enumerate(("Ada", "Bea", "Cleo"), 1))
    )
    ada, bea, cleo = [one.body["child_id"] for one in await register.said() if one.short == "case.opened"]
    await desk().post(f"/v1/children/{bea}/siblings", {"sibling_child_id": cleo})
    await desk("team_manager").do(f"/v1/children/{ada}/join", absorbed_child_id=bea)
    not_linked = {"sibling_child_id": cleo, "linked": False}
    assert (await desk().post(f"/v1/children/{ada}/siblings", not_linked)).status_code == 200
    assert (await desk().read(f"/v1/children/{ada}/siblings"))["siblings"] == []
    again = await desk().post(f"/v1/children/{ada}/siblings", not_linked)
    assert (again.status_code, again.json()["code"]) == (409, "nothing-changes")
    await desk("team_manager").do(f"/v1/children/{ada}/separate", restored_child_id=bea)
    assert (await desk().read(f"/v1/children/{bea}/siblings"))["siblings"] == []


@pytest.mark.policy("8.1")
async def test_the_work_of_a_joined_record_is_shown_with_the_other_and_goes_back(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(referral(child("Isolde"), reason=NO_PLACE), referral(child("Izzy"), reason=NO_PLACE))
    cases = {one.body["child_id"]: one.body["case_id"] for one in await register.said() if one.short == "case.opened"}
    isolde, izzy = cases
    await desk().post(f"/v1/children/{izzy}/groups", {"group": "young_carer", "belongs": True})
    await desk().post(f"/v1/cases/{cases[izzy]}/support", {"support": "transport", "offered_on": "2026-11-23"})
    await desk().do(f"/v1/cases/{cases[izzy]}/rating", rating="red", reason="professional_judgement")
    shown = f"/v1/cases/{cases[isolde]}"
    await desk("team_manager").do(f"/v1/children/{isolde}/join", absorbed_child_id=izzy)
    page = await desk().read(shown)
    assert (page["risk"], {one["rule"] for one in page["why"]}) == ("red", {"raised-behind-red", "vulnerable-group"})
    assert len((await desk().read(f"{shown}/support"))["offers"]) == 1
    await desk("team_manager").do(f"/v1/children/{isolde}/separate", restored_child_id=izzy)
    risks = {one["child_id"]: one["risk"] for one in (await desk().read("/v1/cases"))["items"]}
    assert risks == {isolde: "green", izzy: "red"}
    assert (await desk().read(f"{shown}/support"))["offers"] == []
    groups = {one: (await desk().read(f"/v1/children/{one}/groups"))["groups"] for one in cases}
    assert [len(groups[one]) for one in (isolde, izzy)] == [0, 1]
