"""A school tells its own training days, and the days of a leave of absence are counted on them."""

from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cme_bus.database import Database
from cme_referrals.adapters.files import read_term_dates
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application.load import load_terms
from tests.referrals.integration.visitor import Visitor
from tests.referrals.invented import MONDAY, OTHER_SCHOOL, SCHOOL, deletion

COUNTY = Path(__file__).parents[3] / "deploy" / "local" / "county"
PATH = f"/v1/schools/{SCHOOL}/calendar/2026-27"
TRAINING: dict[str, Any] = {"inset_days": [{"day": "2026-11-12", "reason": "first aid"}]}
TELLS = "cme.school-calendar.changed.v1"


async def put(visitor: Visitor, body: Any, who: dict[str, str] | None = None, path: str = PATH) -> httpx2.Response:
    return await visitor.client.put(path, json=body, headers=visitor.school() if who is None else who)


@pytest.mark.policy("5.2.2")
async def test_a_training_day_that_a_school_tells_of_is_a_day_less_of_absence(
    visitor: Visitor, db: Database[ReferralsTx]
) -> None:
    """The leave ended on Friday 6 November. The tenth school day after is Friday 20, or Monday 23 with a training day."""
    async with db.transaction() as tx:
        await load_terms(tx, read_term_dates(COUNTY / "term-dates.json"), at=MONDAY)
    evidence = {"leave_ended_on": "2026-11-06", "enquiries_signed_on": "2026-11-20"}
    sent = deletion(ground="h", deleted_on="2026-11-21", evidence=evidence)

    async def challenged() -> dict[str, str | None]:
        answer = await visitor.accepted("/v1/deletion-returns", sent)
        return {one["rule"]: one.get("not_before") for one in answer["challenges"]}

    assert "ground-h-days" not in await challenged()
    for _ in range(2):
        told = await put(visitor, TRAINING)
        assert told.status_code == 200, told.text
    assert (await challenged())["ground-h-days"] == "2026-11-24"

    calendar = (await visitor.get(PATH, visitor.school())).json()
    assert calendar == told.json()
    assert (calendar["terms"], calendar["inset_days"]) == (None, TRAINING["inset_days"])
    assert calendar["authority_terms"][0]["first_day"] == "2026-09-03"
    said = [(key, body) for type_, key, body in await visitor.said() if type_ == TELLS]
    assert [key for key, _ in said] == ["999", SCHOOL]
    assert (said[1][1]["inset_days"], said[1][1]["terms"]) == (["2026-11-12"], None)
    assert "first aid" not in str(said)


async def test_a_school_has_its_own_calendar_only_and_officers_any_on_the_list(visitor: Visitor) -> None:
    officer, other = visitor.bearer("lead_officer"), visitor.school(OTHER_SCHOOL)
    for who, path, expected in (
        (other, PATH, 404),
        (visitor.bearer("safeguarding"), PATH, 404),  # reads, and changes nothing
        (visitor.bearer("partner", partner_kind="health"), PATH, 404),
        (officer, PATH.replace(SCHOOL, "991234"), 404),
        (officer, PATH.replace(SCHOOL, "harrowmere"), 404),
        (visitor.school("991234"), PATH.replace(SCHOOL, "991234"), 200),  # on no list yet, and tells of itself
        (officer, PATH, 200),
    ):
        assert (await put(visitor, TRAINING, who, path)).status_code == expected, (path, expected)
    assert (await visitor.get(PATH, other)).status_code == 404
    assert (await visitor.get(PATH, visitor.bearer("safeguarding"))).status_code == 200


@pytest.mark.parametrize(
    ("year", "body", "field"),
    [
        ("2026-28", TRAINING, "academic_year"),
        ("2026", TRAINING, "academic_year"),
        ("2026-27", {"inset_days": [{"day": "2025-11-12"}]}, "inset_days.0.day"),
        ("2026-27", {"closed_days": [{"day": "2026-11-12"}, {"day": "2027-09-01"}]}, "closed_days.1.day"),
        ("2026-27", {"terms": [{"first_day": "2026-11-12", "last_day": "2026-11-11"}]}, "terms.0"),
        ("2026-27", {"terms": [{"first_day": "2026-09-01", "last_day": "2026-11-11"},
                               {"first_day": "2026-11-11", "last_day": "2026-12-11"}]}, "terms"),
        ("2026-27", {"inset": []}, "body"),
        ("2026-27", {"inset_days": [{"day": "2026-11-12", "reason": "x" * 61}]}, "inset_days.0.reason"),
    ],
)  # fmt: skip
async def test_a_slip_is_named_and_nothing_is_kept(visitor: Visitor, year: str, body: Any, field: str) -> None:
    answer = await put(visitor, body, path=PATH.replace("2026-27", year))
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert await visitor.count("school_own_days") == 0
    assert await visitor.said() == []


async def test_terms_that_run_into_the_next_year_s_are_refused_whole(visitor: Visitor) -> None:
    term = {"first_day": "2027-07-01", "last_day": "2027-08-31"}
    assert (await put(visitor, {"terms": [term]})).status_code == 200
    following = {"terms": [{"first_day": "2027-08-31", "last_day": "2027-12-17"}]}
    answer = await put(visitor, following, path=PATH.replace("2026-27", "2027-28"))
    assert (answer.status_code, answer.json()["code"]) == (422, "terms-overlap")
    assert await visitor.count("school_own_days") == 1
    assert len(await visitor.said()) == 1


async def test_a_school_day_is_one_of_its_own_terms_where_it_sets_them(
    visitor: Visitor, db: Database[ReferralsTx]
) -> None:
    term = {"first_day": "2026-11-10", "last_day": "2026-11-20"}
    await put(visitor, {"terms": [term], "closed_days": [{"day": "2026-11-13", "reason": "no heating"}]})
    async with db.transaction() as tx:
        days = await tx.schools.days_of(SCHOOL, "999")
    assert days is not None
    november = [day for day in range(10, 21) if days.is_school_day(date(2026, 11, day))]
    assert november == [10, 11, 12, 16, 17, 18, 19, 20]
