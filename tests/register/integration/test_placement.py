"""A place is sought, offered, started at or not: without a school place until the school says that the child is there (scenarios 20, 28)."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest

from cme_contracts.codes_intake import ReferralReason
from cme_contracts.referrals import SchoolCalendarChanged, SchoolTerm
from tests.register.integration.county import GWILYM, Register
from tests.register.integration.desk import Desk
from tests.register.invented import addition, child, referral

SCHOOL = {"school_urn": "990001", "school_la": "999"}


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00")


class Seeker:
    """A child without a school place, and the officer who finds them one."""

    def __init__(self, register: Register, desk: Callable[..., Desk]) -> None:
        self.register, self.desk = register, desk
        self.child_id = self.placement_id = ""

    async def apply(self, day: str = "2027-01-11", name: str = "Isolde") -> None:
        await self.register.hear(referral(child(name), at=noon(day), reason=ReferralReason.NO_SCHOOL_PLACE))
        self.child_id = (await self.register.last("submission.matched"))["child_id"]
        answer = await self.post(f"children/{self.child_id}/placements", step="applied", on=day, **SCHOOL)
        assert answer.status_code == 200, answer.text
        self.placement_id = answer.json()["placement_id"]

    async def post(self, path: str, **body: str) -> Any:
        return await self.desk().post(f"/v1/{path}", body)

    async def take(self, step: str, on: str, **more: str) -> None:
        self.register.clock.at = max(self.register.clock.at, noon(on))
        answer = await self.post(f"placements/{self.placement_id}/steps", step=step, on=on, **more)
        assert answer.status_code == 200, answer.text

    async def page(self) -> Any:
        return await self.desk().read(f"/v1/children/{self.child_id}")


@pytest.fixture
def seeker(register: Register, desk: Callable[..., Desk]) -> Seeker:
    return Seeker(register, desk)


@pytest.mark.policy("5.1.3")
async def test_a_child_is_without_a_place_until_the_schools_return_confirms_the_start(
    register: Register, seeker: Seeker
) -> None:
    await seeker.apply()
    await seeker.take("offered", "2027-01-20")
    await seeker.take("start_expected", "2027-01-21", expected_on="2027-02-01")
    assert await register.statuses() == [("without_school_place", "2027-01-11")]
    await register.hear(addition(at=noon("2027-02-03"), on=date(2027, 2, 1), school="990001"))
    assert (await register.statuses())[1:] == [("receiving_education", "2027-02-01")]
    started = await register.only("placement.started")
    assert (started["on"], started["school_urn"], started.get("recorded_by")) == ("2027-02-01", "990001", None)
    (shown,) = (await seeker.page())["placements"]
    assert (shown["stands"], [one["step"] for one in shown["steps"]]) == (
        "started", ["applied", "offered", "start_expected", "started"]
    )  # fmt: skip
    assert [one["status"] for one in (await seeker.page())["cases"]] == ["open"], "only suggested for closure"
    before = await register.told()
    await register.hear(addition(at=noon("2027-02-04"), on=date(2027, 2, 1), school="990001"))
    assert (await register.told())[len(before) :] == ["submission.matched", "closure.suggested"]


async def test_each_step_has_its_clock_counted_in_that_schools_days(register: Register, seeker: Seeker) -> None:
    """Applied for on Monday 11 January 2027: to be answered within fifteen days of a school whose half-term begins on 13 February."""
    await register.hear(SchoolCalendarChanged(
        urn="990001", academic_year="2026-27",
        terms=(SchoolTerm(first_day=date(2027, 1, 4), last_day=date(2027, 2, 12)), SchoolTerm(first_day=date(2027, 2, 22), last_day=date(2027, 3, 25))),
        inset_days=(date(2027, 1, 18),), closed_days=(), changed_at=noon("2026-12-01"),
    ))  # fmt: skip
    await seeker.apply()
    running = {one["clock"]: one for one in await started(register) if one["about"] == seeker.placement_id}
    assert {code: one["due_on"] for code, one in running.items()} == {
        "INYEAR-AIM": "2027-01-26",
        "INYEAR": "2027-02-02",
    }
    await seeker.take("refused", "2027-01-25")
    met = [one.body for one in await register.said() if one.short == "clock.satisfied"]
    assert {one["clock"]: one["on_time"] for one in met} == {"INYEAR-AIM": True, "INYEAR": True}
    await seeker.take("fair_access_referred", "2027-01-26")
    assert (await started(register))[-1]["due_on"] == "2027-03-02", "twenty school days; half-term counts none"
    await seeker.take("school_identified", "2027-03-03")
    late = await register.last("clock.satisfied")
    assert (late["clock"], late["on_time"]) == ("FAP", False)
    await seeker.take("start_expected", "2027-03-03", expected_on="2027-03-08")
    await seeker.take("start_expected", "2027-03-04", expected_on="2027-03-15")
    starts = [one for one in await started(register) if one["clock"] == "START"]
    assert [(one["starts_on"], one["due_on"]) for one in starts] == [
        ("2027-03-08", "2027-03-09"), ("2027-03-15", "2027-03-16")
    ]  # fmt: skip
    assert (await register.only("clock.cancelled"))["clock_id"] == starts[0]["clock_id"]
    await seeker.take("no_show", "2027-03-16")
    assert (await register.last("clock.satisfied"))["clock"] == "START"


async def started(register: Register) -> list[dict[str, Any]]:
    return [one.body for one in await register.said() if one.short == "clock.started"]


async def test_another_schools_return_confirms_no_start_at_this_one(register: Register, seeker: Seeker) -> None:
    await seeker.apply()
    await seeker.take("offered", "2027-01-20")
    await register.hear(addition(at=noon("2027-02-03"), on=date(2027, 2, 1), school="990002"))
    assert "placement.started" not in await register.told()


async def test_who_never_came_was_never_there(register: Register, seeker: Seeker) -> None:
    """Scenario 28 in February: the start was confirmed for the 1st; on the 4th the school writes that she never came."""
    await seeker.apply()
    await seeker.take("offered", "2027-01-20")
    await seeker.take("started", "2027-02-01")
    assert (await register.statuses())[1:] == [("receiving_education", "2027-02-01")]
    gone = referral(at=noon("2027-02-04"), reason=ReferralReason.DID_NOT_ARRIVE)
    await register.hear(gone.model_copy(update={"school_urn": "990001"}))
    no_show = await register.only("placement.no-show")
    assert (no_show["had_started"], no_show["submission_id"]) == (True, str(gone.submission_id))
    assert (await register.statuses())[2:] == [("without_school_place", "2027-01-11")]


async def test_a_referral_is_taken_in_where_the_place_cannot_have_been_missed(
    register: Register, seeker: Seeker
) -> None:
    """A panel has only found the school; or the start is recorded as of a later day than the school's letter."""
    await seeker.apply()
    await seeker.take("fair_access_referred", "2027-01-12")
    await seeker.take("school_identified", "2027-01-20")
    absent = referral(at=noon("2027-01-22"), reason=ReferralReason.DID_NOT_ARRIVE)
    await register.hear(absent.model_copy(update={"school_urn": "990001"}))
    await seeker.take("offered", "2027-01-25")
    await seeker.take("started", "2027-02-01")
    older = referral(at=noon("2027-01-29"), reason=ReferralReason.DID_NOT_ARRIVE)
    await register.hear(older.model_copy(update={"school_urn": "990001"}))
    assert (await register.told()).count("duplicate.linked") == 2, "nothing is parked"
    assert "placement.no-show" not in await register.told()


async def test_a_case_that_ended_with_the_start_goes_on_where_an_officer_learns_that_the_child_never_came(
    register: Register, seeker: Seeker, desk: Callable[..., Desk]
) -> None:
    await seeker.apply()
    await seeker.take("offered", "2027-01-20")
    await seeker.take("started", "2027-02-01")
    path = f"/v1/cases/{(await register.last('case.opened'))['case_id']}"
    await desk().do(f"{path}/located", proof="school_confirmed_in_writing")
    await desk().close(path, "place_offered_and_started", "official_record")
    await seeker.take("no_show", "2027-02-04")
    reopened = await register.only("case.reopened")
    assert (reopened["reason"], reopened["repeat"]) == ("did_not_start", 1)
    again = [one for one in await started(register) if one["clock"] == "INIT-10"][-1]
    assert (again["starts_on"], again["due_on"]) == ("2027-02-04", "2027-02-18")
    assert (await desk().read(path))["status"] == "open"


async def test_a_panel_finds_a_school_after_a_refusal(register: Register, seeker: Seeker) -> None:
    await seeker.apply()
    await seeker.take("refused", "2027-01-20")
    await seeker.take("fair_access_referred", "2027-01-21")
    await seeker.take("school_identified", "2027-02-09", school_urn="990002", school_la="998")
    assert [one.short for one in await register.said() if one.short.startswith("placement.")] == [
        "placement.applied", "placement.refused", "placement.referred-to-fair-access", "placement.school-identified"
    ]  # fmt: skip
    assert (await register.last("placement.school-identified"))["school_la"] == "998"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"step": "started", "on": "2027-01-11", "school_urn": "12", "school_la": "999"}, "invalid"),
        ({"step": "start_expected", "on": "2027-01-11"}, "invalid"),
        ({"step": "offered", "on": "2027-01-11", "school_urn": "990001"}, "invalid"),
        ({"step": "applied", "on": "2027-01-11"}, "invalid"),
        ({"step": "offered", "on": "2027-01-12"}, "decided-in-the-future"),
        ({"step": "offered", "on": "2027-01-10"}, "step-too-early"),
        ({"step": "no_show", "on": "2027-01-11"}, "step-does-not-fit"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_recorded(
    register: Register, seeker: Seeker, body: dict[str, str], code: str
) -> None:
    await seeker.apply()
    before = await register.told()
    answer = await seeker.post(f"placements/{seeker.placement_id}/steps", **body)
    assert answer.json()["code"] == code, answer.text
    assert await register.told() == before
    assert [one["step"] for one in (await seeker.page())["placements"][0]["steps"]] == ["applied"]


async def test_a_place_is_sought_in_an_open_case_by_an_officer(
    register: Register, seeker: Seeker, desk: Callable[..., Desk]
) -> None:
    await register.hear(addition(child("Merle"), at=noon("2027-01-11")))
    merle = (await register.last("submission.matched"))["child_id"]
    body = {"step": "applied", "on": "2027-01-11", **SCHOOL}
    assert (await seeker.post(f"children/{merle}/placements", **body)).json()["code"] == "no-open-case"
    assert (await seeker.post(f"placements/{uuid4()}/steps", step="offered", on="2027-01-11")).status_code == 404
    assert (await desk("school").post(f"/v1/children/{merle}/placements", body)).status_code == 404


@pytest.mark.policy("8.1")
async def test_a_place_follows_its_record_through_join_and_separation(
    register: Register, seeker: Seeker, desk: Callable[..., Desk]
) -> None:
    await register.hear(referral(at=noon("2027-01-04")))
    isolde = (await register.last("submission.matched"))["child_id"]
    await seeker.apply(name="Izzy")
    manager = desk("team_manager", str(GWILYM))
    await manager.do(f"/v1/children/{isolde}/join", absorbed_child_id=seeker.child_id)
    await seeker.take("offered", "2027-01-20")
    assert (await register.last("placement.offered"))["child_id"] == isolde
    assert len((await desk().read(f"/v1/children/{isolde}"))["placements"]) == 1
    await manager.do(f"/v1/children/{isolde}/separate", restored_child_id=seeker.child_id)
    assert len((await desk().read(f"/v1/children/{isolde}"))["placements"]) == 0
    assert (await seeker.page())["placements"][0]["stands"] == "offered"


@pytest.mark.parametrize("recorded", ["before the join", "while they are one"])
async def test_the_clock_of_a_place_goes_where_its_record_goes(
    register: Register, seeker: Seeker, recorded: str
) -> None:
    """Merle's place: her case waits behind Isolde's while they are shown as one, and the days of the admission go on."""

    async def running() -> set[str]:
        rows = await register.db.pool.fetch(
            "SELECT DISTINCT child_id FROM clock JOIN case_file ON case_file.id = case_id JOIN timer ON subject = clock.id"
            " WHERE code = 'INYEAR' AND status = 'open' AND satisfied_at IS NULL AND clock.cancelled_at IS NULL"
            " AND fired_at IS NULL AND timer.cancelled_at IS NULL"
        )
        return {str(row["child_id"]) for row in rows}

    await register.hear(
        referral(child("Isolde", postcode="ZZ99 1AB"), at=noon("2027-01-11"), reason=ReferralReason.NO_SCHOOL_PLACE)
    )
    isolde = (await register.last("submission.matched"))["child_id"]
    manager = seeker.desk("team_manager")
    await register.hear(
        referral(child("Merle", postcode="ZZ99 2CD"), at=noon("2027-01-11"), reason=ReferralReason.NO_SCHOOL_PLACE)
    )
    merle = (await register.last("submission.matched"))["child_id"]
    if recorded == "while they are one":
        await manager.do(f"/v1/children/{isolde}/join", absorbed_child_id=merle)
    answer = await seeker.post(f"children/{merle}/placements", step="applied", on="2027-01-11", **SCHOOL)
    seeker.placement_id = answer.json()["placement_id"]
    if recorded == "before the join":
        assert await running() == {merle}
        await manager.do(f"/v1/children/{isolde}/join", absorbed_child_id=merle)
    assert await running() == {isolde}
    await manager.do(f"/v1/children/{isolde}/separate", restored_child_id=merle)
    assert await running() == {merle}
    await seeker.take("offered", "2027-01-20")
    assert await running() == set()
    done = [
        one.body for one in await register.said() if one.short == "clock.satisfied" and one.body["clock"] == "INYEAR"
    ]
    assert [one["child_id"] for one in done] == [merle]


async def test_the_clock_of_a_place_ends_with_a_separation_that_leaves_its_child_without_a_case(
    register: Register, seeker: Seeker
) -> None:
    """Merle is at school; her place was sought in Isolde's case while they were taken for one child."""
    no_place = ReferralReason.NO_SCHOOL_PLACE
    await register.hear(referral(child("Isolde", postcode="ZZ99 1AB"), at=noon("2027-01-11"), reason=no_place))
    isolde = (await register.last("submission.matched"))["child_id"]
    await register.hear(addition(child("Merle", postcode="ZZ99 2CD"), at=noon("2027-01-11")))
    merle = (await register.last("submission.matched"))["child_id"]
    manager = seeker.desk("team_manager")
    await manager.do(f"/v1/children/{isolde}/join", absorbed_child_id=merle)
    await seeker.post(f"children/{merle}/placements", step="applied", on="2027-01-11", **SCHOOL)
    await manager.do(f"/v1/children/{isolde}/separate", restored_child_id=merle)
    ended = [one.body for one in await register.said() if one.short == "clock.cancelled"]
    assert {(one["clock"], one["because"]) for one in ended} == {
        ("INYEAR", "records_separated"),
        ("INYEAR-AIM", "records_separated"),
    }
