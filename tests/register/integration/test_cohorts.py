"""Who was to start in September and did not come is looked for, school by school (policy 6)."""

from argparse import Namespace
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import SecretStr

from cme_register.entrypoints.import_starters import MAP, import_starters
from cme_service.context import Context
from tests.register.integration.county import GWILYM, Register
from tests.register.integration.desk import Desk
from tests.register.invented import addition, child, referral

YEAR_7 = "/v1/cohorts/2027/year_7/990001"
NOBODY = "00000000-0000-0000-0000-00000000000c"


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00")


HEADINGS = ("School URN", "School LA", "Intake", "Starts on", "DOB", "Child", "UPN", "Address", "Postcode")


def line(
    forename: str,
    *,
    starts_on: str = "3 Sept 2027",
    born: str = "04/05/2016",
    urn: str = "990001",
    intake: str = "Year 7",
) -> str:
    return f'{urn},999,{intake},{starts_on},{born},"QUILLFEATHER, {forename}",n/a,1 Nowhere Lane,ZZ99 1AB'


async def take(register: Register, folder: Path, *lines: str, dry: bool = False) -> int:
    file = folder / "starters.csv"
    file.write_text("\n".join([",".join(HEADINGS), *lines]), encoding="utf-8")
    settings = SimpleNamespace(link_secret=SecretStr("no secret at all but long enough for one"))
    here = SimpleNamespace(db=register.db, clock=register.clock, settings=settings)
    given = Namespace(file=file, map=MAP, dry_run=dry, report=None)
    return await import_starters(cast(Context[Any, Any], here), register.rules, given)


async def by_name(register: Register, desk: Callable[..., Desk], path: str = YEAR_7) -> dict[str, Any]:
    children = (await desk().read(path))["children"]
    return {
        (await desk().read(f"/v1/children/{one['child_id']}"))["details"]["forename"]: one for one in children
    }  # fmt: skip


@pytest.mark.policy("6.1")
async def test_who_did_not_arrive_is_looked_for_and_the_others_receive_education(
    register: Register, desk: Callable[..., Desk], tmp_path: Path
) -> None:
    register.clock.at = noon("2027-07-05")
    await register.hear(referral(child("Merle"), at=noon("2027-07-05")))
    assert await take(register, tmp_path, line("Isolde"), line("Merle"), line("Ottilie"), line("Tamsin")) == 0
    before = await register.told()
    assert await take(register, tmp_path, line("Isolde"), line("Merle"), line("Ottilie")) == 0
    assert await register.told() == before, "the same line again changes nothing"
    known = await by_name(register, desk)
    assert {one["came"] for one in known.values()} == {"expected"}
    assert known["Merle"]["case_id"] == (await register.only("case.opened"))["case_id"], "known already"

    register.clock.at = noon("2027-09-10")
    absent = [{"child_id": known["Isolde"]["child_id"], "on_roll": True}, {"child_id": known["Ottilie"]["child_id"]}]
    body = {"reported_on": "2027-09-10", "did_not_arrive": absent, "others_arrived": True}
    first, again = [await desk().post(f"{YEAR_7}/report", body, key="one-report-one-key") for _ in range(2)]
    assert first.status_code == 200, first.text
    assert first.json() == again.json()
    opened = {one.body["child_id"]: one.body for one in await register.said() if one.short == "case.opened"}
    isolde, ottilie = (opened[known[name]["child_id"]] for name in ("Isolde", "Ottilie"))
    assert (isolde["kind"], ottilie["kind"], ottilie["category"]) == ("on_roll_enquiry", "cme", "missing")
    assert ottilie["factors"] == ["transition_point"]
    clocks = {one.body["case_id"]: one.body["due_on"] for one in await register.said() if one.short == "clock.started"}
    assert clocks[ottilie["case_id"]] == "2027-09-24"
    assert {one["case_id"] for one in first.json()["did_not_arrive"]} == {isolde["case_id"], ottilie["case_id"]}
    after = await by_name(register, desk)
    assert {name: (one["came"], one["status"]) for name, one in after.items()} == {
        "Isolde": ("did_not_arrive", "on_roll_enquiry"), "Ottilie": ("did_not_arrive", "missing"),
        "Merle": ("arrived", "receiving_education"), "Tamsin": ("arrived", "receiving_education"),
    }  # fmt: skip
    (shown,) = (await desk().read("/v1/cohorts?september=2027"))["items"]
    assert (shown["starters"], shown["arrived"], shown["did_not_arrive"], shown["expected"]) == (4, 2, 2, 0)
    await register.let_pass("2027-09-11T00:00:00+00:00")
    assert "cohort.report-overdue" not in await register.told(), "nobody waits for a report any more"


@pytest.mark.policy("3.2")
@pytest.mark.policy("6.1")
async def test_a_child_too_young_who_did_not_arrive_is_looked_for_once_of_age(
    register: Register, desk: Callable[..., Desk], tmp_path: Path
) -> None:
    """Reception, September 2027. Born in November 2022: of compulsory school age from 31 December. One came in October after all."""
    register.clock.at = noon("2027-07-05")
    young = {"intake": "Year R", "born": "04/11/2022"}
    assert await take(register, tmp_path, line("Isolde", **young), line("Merle", **young)) == 0
    path = "/v1/cohorts/2027/reception/990001"
    known = await by_name(register, desk, path)
    register.clock.at = noon("2027-09-10")
    absent = [{"child_id": one["child_id"]} for one in known.values()]
    answer = await desk().post(
        f"{path}/report", {"reported_on": "2027-09-10", "did_not_arrive": absent, "others_arrived": True}
    )
    assert [one["case_id"] for one in answer.json()["did_not_arrive"]] == [None, None]
    merle = child("Merle", born=date(2022, 11, 4))
    await register.hear(addition(merle, at=noon("2027-10-04"), on=date(2027, 10, 4), school="990001"))
    await register.let_pass("2027-12-30T23:59:59+00:00")
    assert "case.opened" not in await register.told()
    await register.let_pass("2027-12-31T00:00:00+00:00")
    opened = await register.only("case.opened")
    assert (opened["child_id"], opened["category"]) == (known["Isolde"]["child_id"], "missing")
    assert opened["factors"] == ["transition_point"]
    assert (await register.only("clock.started"))["due_on"] == "2028-01-17"
    case = f"/v1/cases/{opened['case_id']}"
    assert [one["kind"] for one in (await desk().read(case))["submissions"]] == ["expected_starter"]
    await desk().close(case, "deceased", "official_record")
    assert (await register.only("case.closed"))["submission_ids"] == [], "a line of an import has no sender"
    assert "OUTCOME" not in [one["clock"] for one in await register.bodies("clock.started")]


async def test_a_school_that_says_nothing_is_overdue_once_and_its_own_return_says_that_a_child_came(
    register: Register, desk: Callable[..., Desk], tmp_path: Path
) -> None:
    """Friday 3 September 2027; five working days, for its calendar is not known, are over with the 10th."""
    register.clock.at = noon("2027-07-05")
    assert await take(register, tmp_path, line("Isolde"), line("Merle")) == 0
    await register.hear(addition(child("Merle"), at=noon("2027-09-06"), on=date(2027, 9, 3), school="990001"))
    assert (await register.only("starter.reported"))["came"] == "arrived"
    await register.let_pass("2027-09-10T22:59:59+00:00")
    assert "cohort.report-overdue" not in await register.told()
    await register.let_pass("2027-09-10T23:00:00+00:00")
    overdue = await register.only("cohort.report-overdue")
    assert (overdue["school_urn"], overdue["intake"], overdue["waiting"]) == ("990001", "year_7", 1)
    (shown,) = (await desk().read("/v1/cohorts?september=2027&intake=year_7&school_urn=990001"))["items"]
    assert (shown["report_due_on"], shown["report_overdue"], shown["expected"]) == ("2027-09-10", True, 1)


async def test_the_list_may_be_taken_again_after_the_school_was_asked(
    register: Register, tmp_path: Path, capsys
) -> None:
    register.clock.at = noon("2027-08-02")
    assert await take(register, tmp_path, line("Isolde"), dry=True) == 0
    assert await register.db.pool.fetchval("SELECT count(*) FROM submission") == 0
    assert await take(register, tmp_path, line("Isolde"), line("Isolde"), line("Merle", urn="99001")) == 1
    said = capsys.readouterr().out
    for one in (
        "row 3, Child: not taken: is that of row 2 too", "row 4, School URN: not taken: is no unique reference number",
        "row 2, UPN: is no UPN, and is left out", "1 expected, 2 not taken",
    ):  # fmt: skip
        assert one in said
    await register.let_pass("2027-09-20T12:00:00+00:00")
    assert (await register.only("cohort.report-overdue"))["waiting"] == 1
    moved = line("Isolde", starts_on="06/09/2027")
    assert await take(register, tmp_path, moved) == 0
    assert "1 imported before" in capsys.readouterr().out
    await register.let_pass("2027-09-30T12:00:00+00:00")
    assert (await register.told()).count("cohort.report-overdue") == 1


async def test_admissions_list_of_the_county_is_taken_by_the_map_that_is_shipped(register: Register) -> None:
    settings = SimpleNamespace(link_secret=SecretStr("no secret at all but long enough for one"))
    here = cast(Context[Any, Any], SimpleNamespace(db=register.db, clock=register.clock, settings=settings))
    file = Path(__file__).parents[3] / "deploy" / "local" / "county" / "starters.csv"
    assert await import_starters(here, register.rules, Namespace(file=file, map=MAP, dry_run=True, report=None)) == 0


async def test_what_cannot_be_is_refused_and_a_cohort_that_is_none_is_not_there(
    register: Register, desk: Callable[..., Desk], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    register.clock.at = noon("2027-09-06")
    assert await take(register, tmp_path, line("Isolde", born="Whitsun")) == 1
    said = capsys.readouterr().out
    assert "row 2, DOB: not taken: is no date in a form that the map names; write it like 31/12/2015" in said
    assert "Whitsun" not in said
    assert await take(register, tmp_path, line("Isolde")) == 0
    body = {"reported_on": "2027-09-06", "others_arrived": False, "did_not_arrive": [{"child_id": NOBODY}]}
    answer = await desk().post(f"{YEAR_7}/report", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "not-in-cohort")
    late = await desk().post(f"{YEAR_7}/report", body | {"reported_on": "2027-09-07", "did_not_arrive": []})
    assert late.json()["code"] == "decided-in-the-future"
    elsewhere = "/v1/cohorts/2027/reception/990001"
    assert (await desk().get(elsewhere)).status_code == 404
    assert (await desk().post(f"{elsewhere}/report", body)).status_code == 404
    assert (await desk("school").get(YEAR_7)).status_code == 404


async def test_a_report_does_not_overturn_what_somebody_has_said_meanwhile(
    register: Register, desk: Callable[..., Desk], tmp_path: Path
) -> None:
    """One officer reports that Isolde did not come; another still has everybody as expected, and reports that all have."""
    register.clock.at = noon("2027-07-05")
    assert await take(register, tmp_path, line("Isolde"), line("Merle")) == 0
    known, seen = await by_name(register, desk), (await desk().get(YEAR_7)).headers["ETag"]
    register.clock.at = noon("2027-09-10")
    absent = {"reported_on": "2027-09-10", "did_not_arrive": [{"child_id": known["Isolde"]["child_id"]}]}
    said = absent | {"others_arrived": False}
    assert (await desk("team_manager").post(f"{YEAR_7}/report", said, seen=seen)).status_code == 200
    everybody = {"reported_on": "2027-09-10", "others_arrived": True}
    refused = await desk().post(f"{YEAR_7}/report", everybody, seen=seen)
    assert (refused.status_code, refused.json()["code"]) == (412, "changed-meanwhile"), refused.text
    [fault] = refused.json()["errors"]
    assert {name: fault[name] for name in ("field", "now", "by", "office")} == {
        "field": f"children.{known['Isolde']['child_id']}", "now": "did_not_arrive", "by": str(GWILYM),
        "office": "team_manager",
    }  # fmt: skip
    merged = await desk().post(f"{YEAR_7}/report", absent | {"others_arrived": True}, seen=seen)
    assert merged.status_code == 200, merged.text
    assert {one["came"] for one in (await by_name(register, desk)).values()} == {"did_not_arrive", "arrived"}
    assert (await desk().post(f"{YEAR_7}/report", everybody, seen="yesterday")).status_code == 400
    assert await take(register, tmp_path, line("Ottilie")) == 0
    assert (await desk().post(f"{YEAR_7}/report", everybody, seen=refused.headers["ETag"])).status_code == 412
