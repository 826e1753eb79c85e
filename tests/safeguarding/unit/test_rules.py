"""What a case, a consideration and an escalation allow."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from cme_calendars import WorkingDays
from cme_safeguarding.domain.answer import answer_due, next_reminder
from cme_safeguarding.domain.case_file import CaseFile
from cme_safeguarding.domain.consideration import Consideration, Decision
from cme_safeguarding.domain.errors import (
    AlreadyAcknowledged,
    AlreadyDecided,
    ConsentReasonMissing,
    FactorsMissing,
    NothingToConfirm,
    NotSilent,
    TelephonedLater,
)
from cme_safeguarding.domain.escalation import Consent, Escalation, Terms, covered

NOW = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
OFFICER = UUID("00000000-0000-4000-8000-00000000000f")


def escalation(*factors: str, rule: str | None = None) -> Escalation:
    return Escalation(
        id=uuid4(),
        subject=uuid4(),
        factors=frozenset(factors or {"fgm"}),
        terms=Terms(Consent.GIVEN),
        escalated_at=NOW,
        answer_due_on=date(2026, 11, 24),
        answer_due_at=datetime(2026, 11, 25, tzinfo=UTC),
        decided_by=None if rule else OFFICER,
        rule=rule,
    )


@pytest.mark.parametrize(
    ("escalated_at", "due_on"),
    [
        (datetime(2026, 11, 23, 9, tzinfo=UTC), date(2026, 11, 24)),
        (datetime(2026, 11, 27, 17, tzinfo=UTC), date(2026, 11, 30)),  # Friday
        (datetime(2026, 11, 28, 23, tzinfo=UTC), date(2026, 11, 30)),  # Saturday
        (datetime(2026, 12, 24, 9, tzinfo=UTC), date(2026, 12, 29)),  # Christmas, a weekend, Boxing Day made up for
        (datetime(2027, 6, 30, 23, 30, tzinfo=UTC), date(2027, 7, 2)),  # already Thursday in London
    ],
)
def test_social_care_answers_by_the_end_of_the_next_working_day(escalated_at: datetime, due_on: date) -> None:
    assert answer_due(escalated_at, WorkingDays()).on == due_on


def test_the_end_of_the_day_is_londons() -> None:
    assert answer_due(datetime(2027, 6, 1, 9, tzinfo=UTC), WorkingDays()).at == datetime(2027, 6, 2, 23, tzinfo=UTC)


def test_a_reminder_is_always_in_the_future() -> None:
    days = WorkingDays()
    assert next_reminder(date(2026, 11, 24), datetime(2026, 11, 25, tzinfo=UTC), days).on == date(2026, 11, 25)
    late = datetime(2026, 12, 2, 10, tzinfo=UTC)
    assert next_reminder(date(2026, 11, 24), late, days).on == date(2026, 12, 2)
    to_the_instant = datetime(2026, 12, 3, tzinfo=UTC)  # the end of 2 December: that day's reminder is missed, too
    assert next_reminder(date(2026, 11, 24), to_the_instant, days).on == date(2026, 12, 3)


def test_a_case_is_missing_while_it_says_so_and_nobody_has_found_the_child() -> None:
    case = CaseFile(uuid4())
    case.begin("cme", "missing", NOW)
    assert case.factors == {"whereabouts_unknown"}
    case.located_at = NOW + timedelta(days=1)
    assert case.factors == set()
    assert case.categorise("cme", "missing", NOW + timedelta(days=2))
    assert case.factors == {"whereabouts_unknown"}
    assert not case.categorise("cme", "without_school_place", NOW + timedelta(days=3))
    assert not case.categorise("cme", "missing", NOW + timedelta(days=2, hours=1))  # said earlier, heard later
    assert case.category == "without_school_place"
    case.breached_at = NOW
    assert case.factors == {"deadline_breached"}
    case.close(0, NOW)
    assert case.factors == set()
    case.reopen(1, NOW + timedelta(days=4))
    case.close(0, NOW)  # said before it was opened again, heard after it
    assert (case.open, case.factors) == (True, set())


def test_an_opening_that_is_heard_late_does_not_undo_a_change() -> None:
    case = CaseFile(uuid4())
    case.categorise("cme", "missing", NOW + timedelta(days=1))
    case.begin("on_roll_enquiry", None, NOW)
    assert (case.kind, case.category, case.opened_at) == ("cme", "missing", NOW)


def test_the_latest_assignment_stands() -> None:
    case, first, second = CaseFile(uuid4()), uuid4(), uuid4()
    case.assign(second, NOW + timedelta(hours=1))
    case.assign(first, NOW)
    assert case.lead_officer_id == second


def test_a_consideration_is_decided_once() -> None:
    one = Consideration(uuid4(), uuid4(), "cme.case.opened.v1", frozenset(), "no_concern_seen", NOW)
    one.decide(Decision.NO_FURTHER_ACTION, ("seen",), OFFICER, NOW)
    with pytest.raises(AlreadyDecided):
        one.decide(Decision.ESCALATE, ("not seen",), OFFICER, NOW)
    assert (one.decision, one.reasons) == (Decision.NO_FURTHER_ACTION, ("seen",))


@pytest.mark.parametrize("consent", [Consent.REFUSED, Consent.NOT_SOUGHT])
def test_without_consent_there_is_a_reason(consent: Consent) -> None:
    with pytest.raises(ConsentReasonMissing):
        Terms(consent).check(NOW)
    Terms(consent, "asking would have put the child at risk").check(NOW)


def test_a_telephone_call_has_been_made() -> None:
    with pytest.raises(TelephonedLater):
        Terms(Consent.GIVEN, telephoned_at=NOW + timedelta(seconds=1)).check(NOW)


def test_social_care_is_not_told_without_a_reason() -> None:
    with pytest.raises(FactorsMissing):
        Escalation(
            id=uuid4(),
            subject=uuid4(),
            factors=frozenset(),
            terms=Terms(Consent.GIVEN),
            escalated_at=NOW,
            answer_due_on=NOW.date(),
            answer_due_at=NOW,
        )


def test_only_what_a_rule_did_can_be_confirmed_and_only_once() -> None:
    with pytest.raises(NothingToConfirm):
        escalation().confirm(confirmed=True, by=OFFICER, at=NOW)
    by_rule = escalation(rule="fgm@2024-08-19")
    by_rule.confirm(confirmed=False, by=OFFICER, at=NOW)
    assert (by_rule.state, by_rule.open, by_rule.awaiting_answer) == ("withdrawn", False, False)
    with pytest.raises(NothingToConfirm):
        by_rule.confirm(confirmed=True, by=OFFICER, at=NOW)


def test_an_answer_is_on_time_until_the_day_is_over() -> None:
    for at, on_time in (
        (datetime(2026, 11, 24, 23, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 25, tzinfo=UTC), False),
    ):
        one = escalation()
        assert one.acknowledge("SC-1", at)
        assert one.on_time is on_time


def test_the_same_answer_twice_is_one_and_another_is_refused() -> None:
    one = escalation()
    assert [one.acknowledge("SC-1", NOW), one.acknowledge("SC-1", NOW + timedelta(days=9))] == [True, False]
    with pytest.raises(AlreadyAcknowledged):
        one.acknowledge("SC-2", NOW)
    assert (one.their_reference, one.acknowledged_at) == ("SC-1", NOW)
    with pytest.raises(NotSilent):
        one.fall_silent()


def test_factors_are_in_hand_until_the_answer_has_come_and_the_case_is_closed() -> None:
    one, other = escalation("fgm"), escalation("trafficking")
    assert covered([one, other]) == {"fgm", "trafficking"}
    one.matter_ended_at = NOW
    assert covered([one]) == {"fgm"}  # closed, but nobody has answered
    one.acknowledge("SC-1", NOW)
    assert covered([one, other]) == {"trafficking"}
