"""A return that does not fit its ground is taken, answered with what does not fit, and that is announced."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from cme_bus.database import Database
from cme_referrals.adapters.files import read_term_dates
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application.load import load_establishments, load_terms
from cme_referrals.domain.school_data import Establishment, OwnDays, Term
from tests.referrals.integration.conftest import Standing
from tests.referrals.integration.visitor import Visitor
from tests.referrals.invented import CANARY, CHILD, MONDAY, SCHOOL, deletion, new_pupil

COUNTY = Path(__file__).parents[3] / "deploy" / "local" / "county"
WRITTEN = {"writing_received_on": "2026-11-16", "stated_day": "2026-11-27"}
WILLOWBANK = Establishment("990008", "999", "7001", "Willowbank", "Not applicable", open=True, type_code="07")


async def calendar(db: Database[ReferralsTx], *own: OwnDays) -> None:
    async with db.transaction() as tx:
        for terms in (read_term_dates(COUNTY / "term-dates.json"), *own):
            await load_terms(tx, terms, at=MONDAY)


def rules(answer: Mapping[str, Any]) -> list[tuple[str, str, str | None]]:
    return [(one["rule"], one["state"], one.get("not_before")) for one in answer.get("challenges", [])]


async def returned(visitor: Visitor, **more: Any) -> list[tuple[str, str, str | None]]:
    return rules(await visitor.accepted("/v1/deletion-returns", deletion(**more)))


@pytest.mark.policy("5.2.6")
async def test_a_deletion_before_the_stated_day_is_taken_challenged_and_announced(
    visitor: Visitor, clock: Standing
) -> None:
    clock.at = datetime(2026, 11, 26, 15, tzinfo=UTC)
    sent = await visitor.accepted(
        "/v1/deletion-returns", deletion(ground="f", deleted_on="2026-11-26", evidence=WRITTEN)
    )
    asked = sent["challenges"][0]
    assert (asked["rule"], asked["state"], asked["not_before"]) == ("ground-f-stated-day", "challenged", "2026-11-28")
    assert "9(1)(f)" in asked["source"] and asked["what"] and asked["mend"]
    assert rules(sent)[1] == ("order-in-force", "not_yet_known", None)

    said = await visitor.said()
    assert [kind for kind, _, _ in said] == [
        "cme.pupil.deleted.v1", "cme.submission.challenged.v1", "cme.submission.challenged.v1"
    ]  # fmt: skip
    assert {key for _, key, _ in said} == {sent["submission_id"]}
    _, _, event = said[1]
    assert (event["rule"], event["state"], event["school_urn"]) == ("ground-f-stated-day", "challenged", SCHOOL)
    assert (event["not_before"], event["decided_at"]) == ("2026-11-28", "2026-11-26T15:00:00Z")
    assert CANARY not in str(said[1:])

    shown = (await visitor.get(f"/v1/submissions/{sent['submission_id']}", visitor.school())).json()
    assert rules(shown) == rules(sent)
    assert shown["as_received"]["evidence"] == WRITTEN


async def test_from_the_day_after_on_it_is_not_challenged(visitor: Visitor, clock: Standing) -> None:
    clock.at = datetime(2026, 11, 30, 9, tzinfo=UTC)
    found = await returned(visitor, ground="f", deleted_on="2026-11-28", evidence=WRITTEN)
    assert found == [("order-in-force", "not_yet_known", None)]


async def test_a_return_without_anything_to_ask_says_nothing_more_than_before(visitor: Visitor) -> None:
    sent = await visitor.accepted("/v1/deletion-returns", deletion(deleted_on="2026-11-23"))
    assert rules(sent) == []
    assert [kind for kind, _, _ in await visitor.said()] == ["cme.pupil.deleted.v1"]


@pytest.mark.policy("5.2.6")
@pytest.mark.parametrize(
    ("deleted_on", "not_before"), [("2026-11-27", "2026-11-30"), ("2026-11-30", None)], ids=["twentieth day", "after"]
)
async def test_an_absence_counts_the_days_of_the_school(
    visitor: Visitor, db: Database[ReferralsTx], clock: Standing, deleted_on: str, not_before: str | None
) -> None:
    await calendar(db)
    clock.at = datetime(2026, 11, 30, 9, tzinfo=UTC)
    evidence = {"first_absent_on": "2026-11-02", "enquiries_signed_on": "2026-11-27"}
    found = await returned(visitor, ground="i", deleted_on=deleted_on, evidence=evidence)
    expected = [("ground-i-days", "challenged", not_before)] if not_before else []
    assert found == [*expected, ("joint-enquiries", "not_yet_known", None)]


async def test_staff_training_at_this_school_moves_the_tenth_day(
    visitor: Visitor, db: Database[ReferralsTx], clock: Standing
) -> None:
    await calendar(db, OwnDays(SCHOOL, "2026-27", inset_days=((date(2026, 11, 2), "staff training"),)))
    clock.at = datetime(2026, 11, 16, 9, tzinfo=UTC)
    found = await returned(
        visitor, ground="h", deleted_on="2026-11-16",
        evidence={"leave_ended_on": "2026-10-23", "enquiries_signed_on": "2026-11-13"},
    )  # fmt: skip
    assert found[0] == ("ground-h-days", "challenged", "2026-11-17")


async def test_without_a_calendar_the_days_are_not_yet_known(visitor: Visitor) -> None:
    found = await returned(visitor, ground="h", deleted_on="2026-11-16", evidence={"leave_ended_on": "2026-10-23"})
    assert found == [("ground-h-days", "not_yet_known", None), ("joint-enquiries", "challenged", None)]


@pytest.mark.policy("5.3.3")
async def test_a_special_school_is_known_from_the_list_of_schools(visitor: Visitor, db: Database[ReferralsTx]) -> None:
    async with db.transaction() as tx:
        await load_establishments(tx, [WILLOWBANK], at=MONDAY)
    willowbank = visitor.school(WILLOWBANK.urn)
    form = deletion(ground="g", evidence={"placed_by_authority": True})
    sent = await visitor.accepted("/v1/deletion-returns", form, who=willowbank)
    assert rules(sent) == [("special-school-consent", "not_yet_known", None)]
    placed_by_nobody = deletion(ground="g", evidence={"placed_by_authority": False})
    assert rules(await visitor.accepted("/v1/deletion-returns", placed_by_nobody, who=willowbank)) == []


async def test_a_child_who_is_not_of_compulsory_school_age(visitor: Visitor) -> None:
    child = CHILD | {"date_of_birth": "2021-12-31"}  # five on 31 December 2026
    assert await returned(visitor, child=child) == [("compulsory-school-age", "challenged", None)]


async def test_a_deletion_that_was_recorded_later_than_its_day(visitor: Visitor) -> None:
    found = await returned(visitor, deleted_on="2026-11-13", recorded_on="2026-11-20")
    assert found == [("retrospective", "challenged", "2026-11-20")]


@pytest.mark.parametrize(
    ("evidence", "pointer"),
    [
        ({"writing_received_on": "2026-11-24"}, "evidence.writing_received_on"),
        ({"enquiries_signed_on": "2026-11-24"}, "evidence.enquiries_signed_on"),
        ({"stated_day": "27 November"}, "evidence.stated_day"),
        ({"statd_day": "2026-11-27"}, "evidence"),
    ],
)
async def test_evidence_that_cannot_be_read_is_refused_with_its_field(
    visitor: Visitor, evidence: dict[str, str], pointer: str
) -> None:
    answer = await visitor.send("/v1/deletion-returns", deletion(ground="f", evidence=evidence))
    assert answer.status_code == 422
    assert pointer.replace(".", "/") in answer.text or pointer in answer.text
    assert await visitor.count("submission") == 0


async def test_the_same_key_gives_the_same_challenges_and_says_them_once(visitor: Visitor) -> None:
    form = deletion(ground="f", deleted_on="2026-11-20")
    answers = [await visitor.send("/v1/deletion-returns", form, key="k" * 16) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert [kind for kind, _, _ in await visitor.said()].count("cme.submission.challenged.v1") == 2
    assert await visitor.count("challenge") == 2


@pytest.mark.policy("5.2.1")
async def test_a_reception_child_who_starts_on_the_first_day_needs_no_return(
    visitor: Visitor, db: Database[ReferralsTx], clock: Standing
) -> None:
    clock.at = datetime(2026, 9, 4, 9, tzinfo=UTC)
    first = new_pupil(entered_on="2026-09-03", most_junior_class=True)
    assert "exempt" not in await visitor.accepted("/v1/new-pupil-returns", first)  # no calendar: nobody can say
    await calendar(db)
    sent = await visitor.accepted("/v1/new-pupil-returns", first)
    assert (sent["exempt"], sent["due_on"]) == (True, "2026-09-08")
    clock.at = datetime(2026, 9, 14, 9, tzinfo=UTC)
    later = await visitor.accepted("/v1/new-pupil-returns", first | {"entered_on": "2026-09-14"})
    assert (later["exempt"], later["due_on"]) == (False, "2026-09-19")


async def test_a_schools_own_terms_take_the_place_of_its_authoritys(db: Database[ReferralsTx]) -> None:
    own = OwnDays(SCHOOL, "2026-27", terms=(Term("autumn", date(2026, 9, 7), date(2026, 12, 11)),))
    await calendar(db, own)
    async with db.transaction() as tx:
        days = await tx.schools.days_of(SCHOOL, "999")
        other = await tx.schools.days_of("990002", "999")
        assert (
            days
            and (days.first, days.last) == (date(2026, 9, 7), date(2026, 12, 11))
            and days.is_school_day(date(2026, 10, 26))
        )
        assert other and not other.is_school_day(date(2026, 10, 26))
        assert await tx.schools.days_of(SCHOOL, "998") is not None and await tx.schools.days_of("990002", "998") is None
        assert not await load_terms(tx, own, at=MONDAY)
