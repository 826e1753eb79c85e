"""The routing table as shipped, and what a wrong one is refused for."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from cme_contracts.base import Event
from cme_contracts.codes import OfficerRole, Outcome, SignOff
from cme_contracts.codes_intake import LinkPurpose
from cme_notifications.adapters.routes import ROUTES, read_routes
from cme_notifications.application.ports import About, Owed
from cme_notifications.application.tell import tell
from cme_notifications.domain.errors import BadRoute
from cme_notifications.domain.recipients import Recipient
from cme_notifications.domain.routing import Link, Route, RoutingTable, Tells
from tests.notifications import invented
from tests.notifications.invented import NOON, meta

TABLE = read_routes()
LEAD = uuid4()


class FakeTx:
    """Keeps what is owed. `lead` is the Lead Officer of every case."""

    def __init__(self, lead: UUID | None = None) -> None:
        self.owed: list[Owed] = []
        self.placed: list[UUID] = []
        self.lead = lead
        self.messages = self.people = self.identity = self

    async def owe(self, owed: list[Owed]) -> None:
        self.owed += owed

    async def lead_officer_of(self, about: About) -> UUID | None:
        return self.lead

    async def place(self, subject: UUID, child_id: UUID, at: object) -> None:
        self.placed.append(subject)


async def told(event: Event, lead: UUID | None = LEAD) -> dict[Recipient, str]:
    """Whom `event` tells, and by which template."""
    tx = FakeTx(lead)
    await tell(tx, TABLE, event, meta(event), at=NOON)  # type: ignore[arg-type]
    return {owed.recipient: owed.template for owed in tx.owed}


MANAGER, SERVICE_LEAD, SOCIAL_CARE = (
    Recipient.role("team_manager"),
    Recipient.role("service_lead"),
    Recipient.social_care(),
)
OFFICER = Recipient.officer(LEAD)
CHILD, CASE = uuid4(), uuid4()


async def test_whoever_refers_is_told_that_it_arrived() -> None:
    event = invented.referrer_named()
    assert await told(event) == {Recipient.sender_of(event.submission_id): "referral-received"}


async def test_whoever_asks_for_a_link_gets_the_one_they_asked_for() -> None:
    for purpose, template in ((LinkPurpose.TELL, "tell-link"), (LinkPurpose.FOLLOW, "follow-link")):
        event = invented.link_requested(purpose)
        assert await told(event) == {Recipient.who_asked(event.link_id): template}


async def test_a_school_is_told_that_its_return_arrived() -> None:
    for event in (invented.pupil_deleted(), invented.pupil_added()):
        assert await told(event) == {Recipient.school(invented.URN): "return-received"}


@pytest.mark.policy("7.2")
async def test_the_lead_officer_is_told_of_the_case_of_the_deadline_and_of_its_breach() -> None:
    assert await told(invented.assigned(CHILD, CASE, LEAD)) == {OFFICER: "case-assigned"}
    assert await told(invented.warned(CHILD, CASE, LEAD)) == {OFFICER: "deadline-near"}
    assert await told(invented.breached(CHILD, CASE, LEAD)) == {OFFICER: "deadline-passed", MANAGER: "deadline-passed"}


async def test_the_officer_the_event_names_is_told_not_the_one_we_knew() -> None:
    other = uuid4()
    assert await told(invented.warned(CHILD, CASE, other)) == {Recipient.officer(other): "deadline-near"}


async def test_a_case_that_nobody_leads_is_the_team_managers() -> None:
    assert await told(invented.warned(CHILD, CASE), lead=None) == {MANAGER: "deadline-near"}
    assert await told(invented.breached(CHILD, CASE), lead=None) == {MANAGER: "deadline-passed"}
    assert await told(invented.acknowledged(CHILD, CASE), lead=None) == {MANAGER: "escalation-acknowledged"}


async def test_a_case_left_to_the_team_is_told_to_the_team_manager_who_answers_for_it() -> None:
    assert await told(invented.left_to_team(CHILD, CASE)) == {MANAGER: "case-left-to-team"}
    assert await told(invented.left_to_team(CHILD, CASE, OfficerRole.UNKNOWN)) == {}


async def test_a_closure_is_told_to_whoever_may_agree_to_it() -> None:
    officers, safeguarding = Recipient.role("lead_officer"), Recipient.safeguarding()
    second = {officers: "closure-second-officer", MANAGER: "closure-second-officer"}
    assert await told(invented.closure_proposed(CHILD, CASE, SignOff.SECOND_OFFICER)) == second
    both = invented.closure_proposed(CHILD, CASE, SignOff.SECOND_OFFICER, SignOff.TEAM_MANAGER)
    assert await told(both) == second | {MANAGER: "closure-proposed"}, "the manager is told once"
    untraced = invented.closure_proposed(CHILD, CASE, SignOff.TEAM_MANAGER, SignOff.SAFEGUARDING)
    assert await told(untraced) == {MANAGER: "closure-proposed", safeguarding: "closure-proposed"}


@pytest.mark.policy("8.1")
async def test_a_rung_of_the_ladder_tells_whom_it_names() -> None:
    assert await told(invented.escalated_deadline(CHILD, CASE)) == {SERVICE_LEAD: "deadline-still-missed"}


@pytest.mark.policy("9.1")
async def test_a_concern_is_told_to_the_lead_officer_if_there_is_one_and_to_the_team_manager() -> None:
    assert await told(invented.concern(CHILD, CASE)) == {OFFICER: "concern-raised", MANAGER: "concern-raised"}
    assert await told(invented.concern(CHILD, CASE), lead=None) == {MANAGER: "concern-raised"}


@pytest.mark.policy("7.5")
@pytest.mark.policy("9.2")
async def test_an_escalation_is_told_to_social_care_and_confirmed_where_a_rule_made_it() -> None:
    assert await told(invented.escalated(CHILD, CASE)) == {SOCIAL_CARE: "escalation"}
    by_rule = await told(invented.escalated(CHILD, CASE, to_be_confirmed=True))
    assert by_rule == {SOCIAL_CARE: "escalation", MANAGER: "confirm-escalation"}
    assert await told(invented.confirmed(CHILD, CASE, yes=True)) == {}
    assert await told(invented.confirmed(CHILD, CASE, yes=False)) == {SOCIAL_CARE: "escalation-taken-back"}


@pytest.mark.policy("9.2")
async def test_the_answer_of_social_care_or_its_silence_is_told() -> None:
    assert await told(invented.acknowledged(CHILD, CASE)) == {OFFICER: "escalation-acknowledged"}
    assert await told(invented.silent(CHILD, CASE)) == {
        SOCIAL_CARE: "escalation-reminder",
        SERVICE_LEAD: "social-care-silent",
    }


@pytest.mark.policy("9.1")
async def test_of_what_safeguarding_waits_for_those_are_told_whom_its_table_names() -> None:
    near, missed = invented.safeguarding_deadline(CHILD, CASE), invented.safeguarding_deadline(CHILD, CASE, rung=2)
    assert await told(near) == {OFFICER: "safeguarding-near"}
    assert await told(near, lead=None) == {MANAGER: "safeguarding-near"}
    assert await told(missed) == {SERVICE_LEAD: "safeguarding-missed"}


@pytest.mark.policy("7.5")
async def test_what_a_body_answers_is_told_and_what_it_declines_goes_to_the_manager_too() -> None:
    assert await told(invented.step_taken(CHILD, CASE, "section_17")) == {OFFICER: "body-answered"}
    assert await told(invented.step_taken(CHILD, CASE, "declined")) == {
        OFFICER: "body-answered",
        MANAGER: "body-declined",
    }
    assert await told(invented.step_taken(CHILD, CASE, "telephoned")) == {}


@pytest.mark.policy("7.3")
async def test_everybody_who_told_us_is_told_the_outcome() -> None:
    first, second = uuid4(), uuid4()
    event = invented.closed(CHILD, CASE, first, second)
    assert await told(event) == {Recipient.sender_of(first): "outcome", Recipient.sender_of(second): "outcome"}


async def test_nobody_gets_a_circular_about_a_death() -> None:
    tx = FakeTx()
    for outcome in (Outcome.DECEASED, Outcome.HOME_EDUCATION):
        event = invented.closed(CHILD, CASE, uuid4(), outcome=outcome)
        await tell(tx, TABLE, event, meta(event), at=NOON)  # type: ignore[arg-type]
    assert [owed.by_hand for owed in tx.owed] == [True, False]


async def test_only_the_urgent_is_urgent() -> None:
    urgent = {route.event for route in TABLE if route.urgent}
    assert urgent == {
        "cme.concern.raised.v1",
        "cme.social-care.escalated.v1",
        "cme.escalation.confirmed.v1",
        "cme.social-care.silent.v1",
        "cme.safeguarding-deadline.missed.v1",
    }


async def test_the_same_event_read_again_names_the_same_messages() -> None:
    event = invented.breached(CHILD, CASE, LEAD)
    cause, ids = meta(event), []
    for _ in range(2):
        tx = FakeTx()
        await tell(tx, TABLE, event, cause, at=NOON)  # type: ignore[arg-type]
        ids.append([owed.id for owed in tx.owed])
    assert ids[0] == ids[1] and len(set(ids[0])) == 2


async def test_what_is_kept_of_an_event_is_what_its_template_uses() -> None:
    event = invented.breached(CHILD, CASE, LEAD)
    tx = FakeTx()
    await tell(tx, TABLE, event, meta(event), at=NOON)  # type: ignore[arg-type]
    assert all(owed.facts == {"clock": "INIT-10", "due_on": "Monday 7 December 2026"} for owed in tx.owed)


async def test_a_concern_about_a_child_and_nothing_else_is_kept_under_the_child() -> None:
    tx, event = FakeTx(), invented.concern(CHILD)
    await tell(tx, TABLE, event, meta(event), at=NOON)  # type: ignore[arg-type]
    assert tx.placed == [CHILD] and {owed.about.subject for owed in tx.owed} == {CHILD}


def route(valid_from: date, template: str) -> Route:
    return Route(
        event="cme.pupil.added.v1",
        tells=Tells.SCHOOL,
        template=template,
        link=Link.SUBMISSION,
        valid_from=valid_from,
        because="a test",
    )


def test_the_rows_that_hold_are_those_of_the_latest_day_not_after() -> None:
    table = RoutingTable(
        [
            route(date(2026, 1, 1), "one"),
            route(date(2026, 1, 1), "two"),
            route(date(2026, 6, 1), "three"),
        ]
    )

    def on(day: date) -> list[str]:
        return [row.template for row in table.on(day, "cme.pupil.added.v1")]

    assert on(date(2025, 12, 31)) == []
    assert on(date(2026, 5, 31)) == ["one", "two"]
    assert on(date(2026, 6, 1)) == ["three"]


def test_two_rows_that_say_the_same_are_refused() -> None:
    with pytest.raises(BadRoute):
        RoutingTable([route(date(2026, 1, 1), "one"), route(date(2026, 1, 1), "one")])


GOOD: dict[str, object] = {
    "event": "cme.pupil.deleted.v1",
    "tells": "school",
    "template": "return-received",
    "link": "submission",
    "fields": ["reference"],
    "valid_from": "2026-04-11",
    "because": "a test",
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"event": "cme.pupil.vanished.v1"},
        {"fields": ["forename"]},
        {"fields": ["personal"]},
        {"tells": "everybody"},
        {"tells": "officer"},
        {"link": "nowhere"},
        {"only_if": "urgent"},
        {"wrong": 1},
        {"tells": None},
    ],
    ids=lambda wrong: ",".join(f"{name}={value}" for name, value in wrong.items()),
)
def test_a_row_that_cannot_work_is_refused_at_the_start(tmp_path: Path, wrong: dict[str, object]) -> None:
    (tmp_path / "good.toml").write_text("".join(_toml(GOOD)))
    assert len(list(read_routes(tmp_path / "good.toml"))) == 1
    row = {name: value for name, value in (GOOD | wrong).items() if value is not None}
    (tmp_path / "routes.toml").write_text("".join(_toml(row)))
    with pytest.raises(BadRoute):
        read_routes(tmp_path / "routes.toml")


def _toml(row: Mapping[str, object]) -> Iterator[str]:
    yield "[[route]]\n"
    for name, value in row.items():
        yield f"{name} = {value if name == 'valid_from' else json.dumps(value)}\n"


def test_every_row_says_why() -> None:
    assert all(row.because.startswith("policy") for row in TABLE)
    assert ROUTES.exists()
