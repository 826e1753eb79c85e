"""How cases end: everything missing named, a second person where the outcome asks for one, on review where nobody was found."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from cme_contracts.codes import Factor, Recommendation
from cme_contracts.codes_intake import ReferralReason
from cme_contracts.safeguarding import CaseConsidered, ConcernRaised
from tests.register.integration.county import GWILYM, IMOGEN, TOBIAS, Register
from tests.register.integration.desk import Desk
from tests.register.invented import child, referral

AMIRA = UUID(int=77)
"""Who signs for safeguarding."""


async def opened(register: Register) -> str:
    return f"/v1/cases/{(await register.last('case.opened'))['case_id']}"


@pytest.mark.policy("7.3")
async def test_a_refused_closure_names_everything_that_is_missing(
    register: Register, desk: Callable[..., Desk]
) -> None:
    ada, bea = (referral(child(name)).model_copy(update={"family_id": UUID(int=9)}) for name in ("Ada", "Bea"))
    await register.hear(ada, bea)
    [bea_opened, path] = (
        [one.body for one in await register.said() if one.short == "case.opened"][1],
        await opened(register),
    )
    [sibling] = (await desk().read(f"{path}/closure"))["siblings_to_consider"]
    assert sibling != bea_opened["child_id"]
    lacking = await desk().post(f"{path}/closure", {"outcome": "moved_abroad_verified", "proof": "seen_by_officer"})
    assert lacking.status_code == 409
    assert [(one["field"], one["code"], one.get("ids")) for one in lacking.json()["errors"]] == [
        ("located", "child_not_located", None), ("proof", "proof_does_not_fit", None), ("evidence", "evidence_missing", None),
        ("checks", "checks_open", None), ("siblings", "sibling_not_considered", sibling), ("safeguarding", "safeguarding_not_considered", None),
    ]  # fmt: skip
    await desk().do(f"{path}/located", proof="seen_by_officer")
    await desk().do(f"{path}/considerations", of="sibling", child_id=sibling, reason="at school, seen by her teacher")
    assert await desk().lacks(path, "on_roll_in_county", "official_record") == [
        "checks_open",
        "safeguarding_not_considered",
    ]
    await desk().close(path, "on_roll_in_county", "official_record")
    assert await register.told() != [] and (await register.last("consideration.recorded"))["of"] == "safeguarding"
    statuses = await register.db.pool.fetch("SELECT status FROM case_file ORDER BY status")
    assert [row["status"] for row in statuses] == ["closed", "open"]  # closing one does not close the other
    assert await desk().refused(f"{path}/considerations", of="sibling", reason="nobody named") == (422, "invalid")


@pytest.mark.policy("7.3")
async def test_a_case_ends_once_its_checks_are_answered_or_waived(
    register: Register, desk: Callable[..., Desk]
) -> None:
    """A child without a school place: four checks are named, one is answered, three are waived; one is then asked again."""
    await register.hear(referral(reason=ReferralReason.NO_SCHOOL_PLACE))
    await register.considered()
    path, ending = await opened(register), {"outcome": "on_roll_elsewhere", "proof": "school_confirmed_in_writing"}
    await desk().do(f"{path}/located", proof="school_confirmed_in_writing")

    async def named() -> list[str]:
        [error] = (await desk().post(f"{path}/closure", ending)).json()["errors"]
        assert (error["field"], error["code"]) == ("checks", "checks_open")
        assert "/waived-checks" in error["mend"]
        assert (await desk().read(f"{path}/closure"))["checks_to_settle"] == error["checks"].split(",")
        return list(error["checks"].split(","))

    assert await named() == ["education_database", "admissions", "home_education", "social_care"]
    asked = (await desk().post(f"{path}/checks", {"check": "social_care", "how": "email"})).json()["check_id"]
    await desk().waive(path, "education_database", "home_education", "admissions")
    assert await named() == ["social_care"]  # asked is not answered
    answer = {"result": "nothing", "evidence": {"kind": "email"}}
    assert (await desk().post(f"{path}/checks/{asked}/answer", answer)).status_code == 200
    await desk().do(f"{path}/closure", **ending)
    await desk().post(f"{path}/checks", {"check": "admissions", "how": "email"})
    second = desk("lead_officer", str(TOBIAS))
    assert await second.refused(f"{path}/closure/agreement") == (
        409,
        "closure-not-ready",
    )  # somebody waits for an answer
    await desk().waive(path, "admissions")
    await second.do(f"{path}/closure/agreement")
    assert (await register.only("case.closed"))["agreed_by"] == [str(TOBIAS)]


@pytest.mark.policy("7.3")
async def test_a_sibling_whom_an_officer_has_linked_is_considered_too(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(referral(child("Ada")), referral(child("Bea")))
    await register.considered()
    ada, bea = (one.body["child_id"] for one in await register.said() if one.short == "case.opened")
    path = await opened(register)
    await desk().do(f"{path}/located", proof="seen_by_officer")
    await desk().waive(path)
    ending = (path, "on_roll_in_county", "official_record")
    assert (await desk().post(f"/v1/children/{ada}/siblings", {"sibling_child_id": bea})).status_code == 200
    assert await desk().lacks(*ending) == ["sibling_not_considered"]
    assert (await desk().read(f"{path}/closure"))["siblings_to_consider"] == [ada]
    unlinked = {"sibling_child_id": ada, "linked": False}
    assert (await desk().post(f"/v1/children/{bea}/siblings", unlinked)).status_code == 200
    assert (await desk().read(f"{path}/closure"))["siblings_to_consider"] == []
    assert (await desk().post(f"/v1/children/{bea}/siblings", {"sibling_child_id": ada})).status_code == 200
    await desk().do(f"{path}/considerations", of="sibling", child_id=ada, reason="at school, seen by her teacher")
    await desk().do(f"{path}/closure", outcome="on_roll_in_county", proof="official_record")
    assert (await register.only("case.closed"))["child_id"] == bea


@pytest.mark.policy("9.1")
async def test_that_safeguarding_considered_it_is_heard(register: Register, desk: Callable[..., Desk]) -> None:
    sent = referral(factors=(Factor.EHCP,))
    await register.hear(sent)
    path = await opened(register)
    await desk().do(f"{path}/located", proof="seen_by_officer")
    await desk().waive(path)
    assert await desk().lacks(path, "on_roll_in_county", "official_record") == ["safeguarding_not_considered"]
    case = await register.only("case.opened")
    await register.hear(CaseConsidered(
        child_id=UUID(case["child_id"]), case_id=UUID(case["case_id"]), consideration_id=uuid4(), considered_at=register.clock.at,
        prompted_by="cme.case.opened.v1", recommendation=Recommendation.NO_CONCERN_SEEN,
    ))  # fmt: skip
    answer = await desk().post(f"{path}/closure", {"outcome": "on_roll_in_county", "proof": "official_record"})
    assert answer.status_code == 200, answer.text


@pytest.mark.policy("7.3")
async def test_a_starred_outcome_waits_for_a_second_person(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(referral())
    path = await opened(register)
    await desk().do(f"{path}/located", proof="school_confirmed_in_writing")
    proposed = await desk().close(path, "on_roll_elsewhere", "school_confirmed_in_writing")
    assert proposed["awaits"] == ["second_officer"]
    page = await desk().read(path)
    assert (page["status"], page["stage"]) == ("open", "closure_proposed")
    assert await desk().refused(f"{path}/closure", outcome="deceased", proof="official_record") == (
        409,
        "closure-is-proposed",
    )
    assert await desk().refused(f"{path}/closure/agreement") == (409, "not-yours-to-agree")
    assert await desk("safeguarding", str(AMIRA)).refused(f"{path}/closure/agreement") == (409, "not-yours-to-agree")

    second = desk("lead_officer", str(TOBIAS))
    await second.do(f"{path}/closure/refusal", reason="evidence_insufficient", note="the letter names no school")
    assert (await register.only("closure.refused"))["refused_by"] == str(TOBIAS)
    assert "letter" not in str([one.body for one in await register.said()])
    assert (await desk().read(path))["stage"] == "working"
    register.clock.at += timedelta(hours=1)
    again = await desk().close(
        path, "on_roll_elsewhere", "school_confirmed_in_writing", evidence="letter of 23 November"
    )
    assert await second.refused(f"{path}/closure/agreement", closure_id=proposed["closure_id"]) == (
        409,
        "no-closure-proposed",
    )
    await second.do(f"{path}/closure/agreement", closure_id=again["closure_id"])
    closed = await register.only("case.closed")
    assert (closed["decided_by"], closed["agreed_by"]) == (str(IMOGEN), [str(TOBIAS)])
    shown = (await desk("safeguarding", str(AMIRA)).read(f"{path}/closure"))["closures"]
    assert [one["state"] for one in shown] == ["refused", "agreed"]
    decided = [
        one.body["due_on"]
        for one in await register.said()
        if one.short == "clock.started" and one.body["clock"] == "CLOSURE"
    ]
    assert decided == ["2026-11-25", "2026-11-25"]


@pytest.mark.policy("7.3")
async def test_something_new_lets_a_proposed_closure_fall_through(
    register: Register, desk: Callable[..., Desk]
) -> None:
    who = child()
    await register.hear(referral(who))
    path = await opened(register)
    await desk().do(f"{path}/located", proof="school_confirmed_in_writing")
    for new in (
        referral(who),
        ConcernRaised(
            child_id=UUID((await register.only("case.opened"))["child_id"]), concern_id=uuid4(), factors=(Factor.FGM,),
            rule="fgm", raised_at=register.clock.at,
        ),
    ):  # fmt: skip
        await desk().close(path, "on_roll_elsewhere", "school_confirmed_in_writing")
        await register.hear(new)
        refused = await register.last("closure.refused")
        assert (refused["reason"], refused["refused_by"]) == ("new_facts", None)
        assert (await desk().read(path))["stage"] == "working"
    assert (await register.told()).count("closure.refused") == 2


@pytest.mark.policy("8.1")
async def test_an_untraced_child_stays_on_the_register_and_is_looked_for_after_3_6_and_12_months(
    register: Register, desk: Callable[..., Desk]
) -> None:
    who = child()
    await register.hear(referral(who))
    path, manager, safeguarding = await opened(register), desk("team_manager"), desk("safeguarding", str(AMIRA))
    await register.let_pass("2027-01-11T09:00:00+00:00")
    assert await desk().lacks(path, "untraced", "official_record") == [
        "evidence_missing",
        "checks_open",
        "safeguarding_not_considered",
    ]
    await desk().close(path, "untraced", "official_record", evidence="ledger of checks, file 14")
    await safeguarding.do(f"{path}/closure/agreement")
    assert (await register.only("closure.signed-off"))["missing"] == ["team_manager"]
    await manager.do(f"{path}/closure/agreement")
    dormant = await register.only("case.became-dormant")
    assert (dormant["outcome"], dormant["review_on"]) == ("untraced", "2027-04-11")
    page = await desk().read(path)
    assert (page["status"], page["stage"], page["due_at"]) == ("open", "dormant", "2027-04-11T23:00:00Z")
    assert page["lead_officer_id"] == str(IMOGEN)

    for day, following in (("2027-04-09", "2027-07-11"), ("2027-07-09", "2028-01-11"), ("2028-01-11", "2029-01-11")):
        register.clock.at = datetime.fromisoformat(f"{day}T09:00:00+00:00")
        await desk().do(f"{path}/review")
        assert (await register.last("case.reviewed"))["next_on"] == following
    await register.hear(referral(who, at=datetime.fromisoformat("2028-03-01T09:00:00+00:00")))
    woken = await register.only("case.woken")
    assert (woken["reason"], woken["woken_by"]) == ("submission", None)
    page = await desk().read(path)
    assert (page["status"], page["stage"]) == ("open", "working")
    assert page["due_at"] is not None
    assert (await register.told()).count("case.opened") == 1


@pytest.mark.policy("8.1")
async def test_scenario_25_believed_abroad_until_there_is_proof(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(referral(at=datetime.fromisoformat("2026-11-23T09:12:00+00:00")))
    path = await opened(register)
    await desk().close(path, "moved_abroad_believed", "parent_in_writing", evidence="their message")
    await desk("team_manager").do(f"{path}/closure/agreement")
    assert (await register.only("case.became-dormant"))["review_on"] == "2027-05-23"
    await register.go_through("2026-12-03T00:00:00+00:00", "2026-12-08T00:00:00+00:00")
    breached = await register.only("deadline.breached")  # believed is not found
    assert (breached["clock"], breached["due_on"]) == ("INIT-10", "2026-12-07")
    page = await desk().read(path)
    assert (page["risk"], page["due_at"]) == ("red", "2027-05-23T23:00:00Z")

    register.clock.at = datetime.fromisoformat("2026-12-09T10:00:00+00:00")
    await desk().do(f"{path}/located", proof="school_confirmed_in_writing")
    assert (await register.only("case.woken"))["reason"] == "child_located"
    satisfied = [
        one.body for one in await register.said() if one.short == "clock.satisfied" and one.body["clock"] == "INIT-10"
    ]
    assert [(one["on_time"], one["late_by_working_days"]) for one in satisfied] == [(False, 2)]
    await desk().close(path, "moved_abroad_verified", "school_confirmed_in_writing", evidence="the school's letter")
    await desk("team_manager").do(f"{path}/closure/agreement")
    assert (await register.only("case.closed"))["agreed_by"] == [str(GWILYM)]


async def test_a_case_on_review_may_be_proposed_for_closure_and_is_on_review_again_where_that_is_refused(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(referral(at=datetime.fromisoformat("2026-11-23T09:12:00+00:00")))
    path, manager = await opened(register), desk("team_manager")
    await desk().close(path, "moved_abroad_believed", "parent_in_writing", evidence="their message")
    await manager.do(f"{path}/closure/agreement")
    await desk().end(path, "untraced", "official_record", evidence="ledger of checks, file 14")
    assert (await desk().read(path))["stage"] == "closure_proposed"
    await manager.do(f"{path}/closure/refusal", reason="evidence_insufficient", note="the embassy has not answered yet")
    assert (await desk().read(path))["stage"] == "dormant"


@pytest.mark.policy("7.3")
@pytest.mark.parametrize("on_review", [False, True])
async def test_a_child_who_is_found_while_it_is_proposed_never_ends_untraced(
    register: Register, desk: Callable[..., Desk], on_review: bool
) -> None:
    await register.hear(referral(at=datetime.fromisoformat("2026-11-23T09:12:00+00:00")))
    path, manager = await opened(register), desk("team_manager")
    if on_review:
        await desk().close(path, "moved_abroad_believed", "parent_in_writing", evidence="their message")
        await manager.do(f"{path}/closure/agreement")
        await desk().end(path, "untraced", "official_record", evidence="ledger of checks, file 14")
    else:
        await desk().close(path, "untraced", "official_record", evidence="ledger of checks, file 14")
    await desk("safeguarding", str(AMIRA)).do(f"{path}/closure/agreement")
    assert await manager.refused(f"{path}/review", work_again=True) == (
        409,
        "closure-is-proposed" if on_review else "case-not-dormant",
    )
    await desk().do(f"{path}/located", proof="seen_by_officer")
    assert (await register.only("closure.refused"))["reason"] == "new_facts"
    assert await manager.refused(f"{path}/closure/agreement") == (409, "no-closure-proposed")
    assert (await desk().read(path))["stage"] == "working"
    assert [one["reason"] for one in await register.bodies("case.woken")] == ["child_located"] * on_review


async def test_a_case_on_review_is_looked_at_while_its_closure_is_proposed(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(referral(at=datetime.fromisoformat("2026-11-23T09:12:00+00:00")))
    path, manager = await opened(register), desk("team_manager")
    await desk().close(path, "moved_abroad_believed", "parent_in_writing", evidence="their message")
    await manager.do(f"{path}/closure/agreement")
    register.clock.at = datetime.fromisoformat("2027-05-20T09:00:00+00:00")
    await desk().end(path, "untraced", "official_record", evidence="ledger of checks, file 14")
    await desk().do(f"{path}/review")
    met = [(one["clock"], one["on_time"]) for one in await register.bodies("clock.satisfied")]
    assert met[-1] == ("ABROAD", True), "the look that was due on 23 May"


@pytest.mark.policy("9.1")
async def test_a_child_with_a_red_marker_is_never_only_believed_abroad(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(referral(factors=(Factor.FORCED_MARRIAGE,)))
    path = await opened(register)
    lacking = await desk().lacks(path, "moved_abroad_believed", "parent_in_writing", evidence="their message")
    assert lacking == ["checks_open", "safeguarding_not_considered", "believed_is_not_enough"]


async def test_a_child_who_has_died_gets_no_letters(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(referral())
    await desk().close(await opened(register), "deceased", "official_record")
    assert (await register.only("case.closed"))["no_letters"] is True


@pytest.mark.policy("8.1")
async def test_an_open_case_always_has_a_next_date(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(referral())
    path = await opened(register)
    await desk().do(f"{path}/located", proof="seen_by_officer")
    page = await desk().read(path)
    assert page["due_at"] == "2026-12-08T00:00:00Z"  # ten working days from now, as nothing else runs
    await desk().do(f"{path}/review")
    register.clock.at = datetime.fromisoformat("2026-12-01T09:00:00+00:00")
    await desk().do(f"{path}/review")
    assert (await register.last("case.reviewed"))["next_on"] == "2026-12-15"
    await register.let_pass("2026-12-16T00:00:00+00:00")
    breached = [one.body["clock"] for one in await register.said(standing=True) if one.short == "deadline.breached"]
    assert breached == ["REVIEW"]
