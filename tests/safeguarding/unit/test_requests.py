"""Bodies and what may happen to a request are rows of one table, each with its own clocks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from cme_safeguarding.adapters import body_file, clock_file
from cme_safeguarding.domain.clocks import CONSIDERATION, start
from cme_safeguarding.domain.errors import (
    FieldMissing,
    FieldUnknown,
    OutOfTime,
    ReferenceMissing,
    RequestEnded,
    StepTaken,
    UnknownBody,
    UnknownStep,
)
from cme_safeguarding.domain.requests import MADE, SIGNIFICANT_HARM, BodyTable, Request, Step
from tests.safeguarding.support import MONDAY, PRACTICE

BODIES, CLOCKS = body_file.load(), clock_file.load()
TODAY = MONDAY.date()


def made(body: str = "social_care") -> Request:
    return Request(id=uuid4(), body=body, subject=uuid4(), case_id=None, made_at=MONDAY)


def step(code: str, at: datetime = MONDAY, **more: Any) -> Step:
    return Step(uuid4(), code, at, max(at, MONDAY), **more)


def test_every_clock_of_a_body_starts_and_ends_with_something_that_may_happen_to_it() -> None:
    for code in CLOCKS.codes:
        rule = CLOCKS.rule(code, TODAY)
        if rule.of != CONSIDERATION:
            steps = set(BODIES.body(rule.of, TODAY).steps)
            assert rule.starts in steps | {SIGNIFICANT_HARM}, code
            assert rule.ends <= steps, code


def test_every_body_asks_for_an_answer_in_time() -> None:
    assert {row.code for row in BODIES.in_force(TODAY)} == {
        "social_care", "police", "home_office", "border_force", "return_home_interview", "professional_disagreement",
        "not_shared",
    }  # fmt: skip
    assert all(CLOCKS.started_by(row.code, MADE, TODAY) for row in BODIES.in_force(TODAY))


@pytest.mark.parametrize(
    ("of", "starts", "code", "due_at"),
    [
        ("social_care", SIGNIFICANT_HARM, "SOC-TEL", MONDAY + timedelta(hours=1)),
        ("social_care", "telephoned", "SOC-WRITTEN", MONDAY + timedelta(hours=24)),
        ("social_care", "made", "SW-DEC", datetime(2026, 11, 25, tzinfo=UTC)),
        ("social_care", "made", "SW-ASMT", datetime(2027, 1, 29, tzinfo=UTC)),
        ("social_care", "strategy_discussion", "ICPC", datetime(2026, 12, 15, tzinfo=UTC)),
        ("return_home_interview", "made", "RHI", MONDAY + timedelta(hours=72)),
        ("police", "made", "POL-ACK", MONDAY + timedelta(hours=4)),
    ],
)
def test_how_long_a_body_has(of: str, starts: str, code: str, due_at: datetime) -> None:
    [rule] = [rule for rule in CLOCKS.started_by(of, starts, TODAY) if rule.code == code]
    clock = start(
        rule, id=uuid4(), about=uuid4(), subject=uuid4(), case_id=None, at=MONDAY, days=PRACTICE.working_days, hours=CLOCKS.hours
    )  # fmt: skip
    assert clock.due_at == due_at


def test_what_may_not_happen_to_a_request_is_refused() -> None:
    body = BODIES.body("social_care", TODAY)
    for code, words, refused in (
        ("section_47", {}, ReferenceMissing),
        ("declined", {"reference": "SC-1"}, FieldMissing),
        ("telephoned", {"form": {"gossip": "x"}}, FieldUnknown),
    ):
        with pytest.raises(refused):
            made().take(body.step(code), step(code, **words))
    with pytest.raises(UnknownStep):
        body.step("forgotten")
    with pytest.raises(UnknownBody):
        BODIES.body("nobody", TODAY)
    with pytest.raises(OutOfTime):
        made().take(body.step("written"), step("written", MONDAY - timedelta(days=1), form={"concern": "x"}))
    with pytest.raises(ValueError, match="twice"):
        BodyTable([body, replace(body)])


def test_a_step_is_taken_once_and_none_after_the_end() -> None:
    body, request = BODIES.body("social_care", TODAY), made()
    request.take(body.step("telephoned"), step("telephoned", MONDAY - timedelta(minutes=5)))  # it may come before
    with pytest.raises(StepTaken):
        request.take(body.step("telephoned"), step("telephoned"))
    request.take(body.step("declined"), step("declined", reference="SC-1", form={"reasons": "known and safe"}))
    assert (request.declined, request.stands, request.ended_at) == (True, "declined", MONDAY)
    with pytest.raises(RequestEnded):
        request.take(body.step("assessed"), step("assessed"))
