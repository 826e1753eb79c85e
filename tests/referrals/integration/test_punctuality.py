"""Schools' punctuality can be counted, by the school itself and by officers, from what each return was marked as."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.referrals.integration.conftest import Standing
from tests.referrals.integration.visitor import Visitor
from tests.referrals.invented import CHILD, OTHER_SCHOOL, SCHOOL, deletion, new_pupil

AUTUMN = "?from=2026-11-01&to=2026-11-30"


async def read(visitor: Visitor, path: str, who: dict[str, str]) -> Any:
    answer = await visitor.get(path, who)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def a_term_of_returns(visitor: Visitor, clock: Standing) -> None:
    other = visitor.school(OTHER_SCHOOL)
    for day, entered in (("10", "06"), ("12", "06"), ("18", "06"), ("20", "02"), ("30", "27")):
        clock.at = datetime(2026, 11, int(day), 12, tzinfo=UTC)
        answer = await visitor.accepted("/v1/new-pupil-returns", new_pupil(entered_on=f"2026-11-{entered}"))
        if day == "18":
            await visitor.send(f"/v1/submissions/{answer['submission_id']}/withdrawal", {"reason": "sent_in_error"})
        if day == "20":
            correction = f"/v1/submissions/{answer['submission_id']}/correction"
            await visitor.accepted(correction, new_pupil(entered_on="2026-11-19"))
    await visitor.accepted("/v1/attendance-returns", {"child": CHILD, "first_absent_on": "2026-11-16"})
    await visitor.accepted("/v1/deletion-returns", deletion(deleted_on="2026-11-30"), who=other)
    clock.at = datetime(2026, 12, 1, 12, tzinfo=UTC)
    await visitor.accepted("/v1/deletion-returns", deletion(deleted_on="2026-11-30"), who=other)


@pytest.mark.policy("5.2.1")
@pytest.mark.policy("8.1")
async def test_each_chain_is_counted_once_for_its_school(visitor: Visitor, clock: Standing) -> None:
    await a_term_of_returns(visitor, clock)
    mine = await read(visitor, f"/v1/schools/{SCHOOL}/punctuality{AUTUMN}", visitor.school())
    attendance, new = mine["kinds"]
    assert new == {
        "kind": "new_pupil_return", "received": 4, "on_time": 2, "late": 2, "not_yet_known": 0, "not_needed": 0,
        "withdrawn": 1, "median_late_by": 7.0, "longest_late_by": 13, "late_by_days": "calendar",
    }  # fmt: skip
    assert (attendance["kind"], attendance["not_yet_known"], attendance["median_late_by"]) == (
        "attendance_return", 1, None
    )  # fmt: skip

    officer = visitor.bearer("service_lead")
    assert await read(visitor, f"/v1/schools/{SCHOOL}/punctuality{AUTUMN}", officer) == mine
    everybody = await read(visitor, f"/v1/punctuality{AUTUMN}", officer)
    assert [one["school_urn"] for one in everybody["items"]] == [SCHOOL, OTHER_SCHOOL]
    assert everybody["items"][0] == mine and everybody["items"][1]["kinds"][0]["late"] == 0
    december = await read(visitor, "/v1/punctuality?from=2026-12-01&to=2026-12-01", officer)
    assert [(one["school_urn"], one["kinds"][0]["late"]) for one in december["items"]] == [(OTHER_SCHOOL, 1)]


async def test_the_list_comes_in_pages(visitor: Visitor, clock: Standing) -> None:
    await a_term_of_returns(visitor, clock)
    officer = visitor.bearer("team_manager")
    first = await visitor.get(f"/v1/punctuality{AUTUMN}&limit=1", officer)
    assert [one["school_urn"] for one in first.json()["items"]] == [SCHOOL]
    following = first.headers["link"].partition(">")[0].removeprefix("<")
    second = await visitor.get(following, officer)
    assert [one["school_urn"] for one in second.json()["items"]] == [OTHER_SCHOOL] and "link" not in second.headers


async def test_a_school_sees_itself_only(visitor: Visitor) -> None:
    for path in (f"/v1/schools/{OTHER_SCHOOL}/punctuality{AUTUMN}", f"/v1/punctuality{AUTUMN}"):
        assert (await visitor.get(path, visitor.school())).status_code == 404
    assert (
        await visitor.get(f"/v1/schools/999999/punctuality{AUTUMN}", visitor.bearer("lead_officer"))
    ).status_code == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [("?from=2026-11-01", "to"), ("?from=1+November&to=2026-11-30", "from"), ("?from=2026-12-01&to=2026-11-30", "to")],
)
async def test_days_that_cannot_be_meant_are_named(visitor: Visitor, query: str, field: str) -> None:
    answer = await visitor.get(f"/v1/schools/{SCHOOL}/punctuality{query}", visitor.school())
    assert answer.status_code == 422 and field == answer.json()["errors"][0]["field"]
    assert "November" not in answer.text
