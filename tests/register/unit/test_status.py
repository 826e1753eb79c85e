"""What a child is in law follows from what was said, in whatever order it was written down."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from cme_contracts import codes as contract
from cme_contracts import codes_status
from cme_register.adapters.tables import load_rules
from cme_register.domain import codes
from cme_register.domain.case import Case
from cme_register.domain.codes import Category, Kind, SubmissionKind
from cme_register.domain.details import Details
from cme_register.domain.status import (
    AFTER_OUTCOME,
    COUNTED,
    LegalStatus,
    Line,
    Standing,
    status_of,
    timeline,
)
from cme_register.domain.submission import Submission
from cme_register.domain.triage import Move, Triage, triage

CHILD = UUID(int=1)
GLOSSOP, CHESTERFIELD = "990001", "990002"


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def line(status: LegalStatus, since: date, learnt: date | None = None, **more: object) -> Line:
    plain = Line(record_id=CHILD, status=status, since=since, learnt_at=at(learnt or since), because="test")
    return replace(plain, **more)  # type: ignore[arg-type]  # each test names fields of Line


def shown(*lines: Line, born: date | None = None) -> list[tuple[str, date]]:
    return [(one.status, one.since) for one in Standing(born, lines).history()]


def test_what_is_learnt_later_holds_from_its_own_day_and_what_was_before_stays() -> None:
    missing = line(LegalStatus.MISSING, date(2027, 2, 1))
    found = line(LegalStatus.RECEIVING_EDUCATION, date(2027, 2, 10), date(2027, 2, 15), school_urn=GLOSSOP)
    assert shown(missing, found) == [
        ("missing", date(2027, 2, 1)),
        ("receiving_education", date(2027, 2, 10)),
    ]
    earlier = replace(found, since=date(2027, 1, 28))
    assert shown(missing, earlier) == [("receiving_education", date(2027, 1, 28))]


def test_a_name_deleted_late_ends_nothing_at_the_school_that_has_the_child_in_either_order_of_writing() -> None:
    """Scenario 16, in February: the Glossop school's return comes first."""
    there = line(LegalStatus.RECEIVING_EDUCATION, date(2027, 2, 23), school_urn=GLOSSOP, id=2)
    left = line(LegalStatus.LEFT_ROLL, date(2027, 2, 19), date(2027, 3, 1), school_urn=CHESTERFIELD, id=1)
    for lines in permutations((there, left)):
        assert shown(*lines) == [("receiving_education", date(2027, 2, 23))]
    own = replace(left, school_urn=GLOSSOP, since=date(2027, 2, 26))
    assert shown(there, own)[-1] == ("left_roll", date(2027, 2, 26))


def test_what_is_only_said_again_begins_no_new_stretch() -> None:
    first = line(LegalStatus.MISSING, date(2027, 2, 1))
    assert shown(first, line(LegalStatus.MISSING, date(2027, 2, 8))) == [("missing", date(2027, 2, 1))]
    assert shown(first, line(LegalStatus.MISSING, date(2027, 1, 4), date(2027, 2, 8))) == [
        ("missing", date(2027, 1, 4))
    ]


def test_a_case_that_ends_with_home_education_leaves_it_assessed() -> None:
    suitable = line(LegalStatus.HOME_EDUCATION_SUITABLE, date(2027, 2, 1))
    closed = line(LegalStatus.HOME_EDUCATION_NOT_ASSESSED, date(2027, 2, 8), case_id=UUID(int=7))
    assert shown(suitable, closed) == [("home_education_suitable", date(2027, 2, 1))]


@pytest.mark.policy("3.2")
def test_outside_compulsory_school_age_a_child_is_outside_it_whatever_was_said() -> None:
    """Born on 14 February 2011: 31 March 2016 to Friday 25 June 2027."""
    born = date(2011, 2, 14)
    early = line(LegalStatus.BEFORE_SCHOOL_AGE, date(2016, 1, 11))
    missing = line(LegalStatus.MISSING, date(2016, 3, 31))
    assert shown(early, missing, born=born) == [
        ("before_school_age", date(2016, 1, 11)),
        ("missing", date(2016, 3, 31)),
        ("after_school_age", date(2027, 6, 26)),
    ]
    late = line(LegalStatus.MISSING, date(2027, 9, 6))
    assert shown(late, born=born) == [("after_school_age", date(2027, 9, 6))]
    assert shown(late) == [("missing", date(2027, 9, 6))], "nobody knows the birth date"


def test_nothing_is_said_of_a_child_of_whom_nothing_was_said() -> None:
    assert Standing(date(2016, 5, 4)).history() == []
    assert Standing(date(2016, 5, 4)).on(date(2026, 11, 23)) is None


LINES = st.builds(
    line,
    st.sampled_from([one for one in LegalStatus if one is not LegalStatus.LEFT_ROLL]),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    school_urn=st.sampled_from([None, GLOSSOP, CHESTERFIELD]),
)


class History(RuleBasedStateMachine):
    """Whatever is said, corrected and taken back, a child is one thing on every day, and the past that is not spoken of stays."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []
        self.learnt = at(date(2026, 1, 1))

    @rule(
        status=st.sampled_from(LegalStatus),
        back=st.integers(-30, 400),
        after=st.integers(0, 40),
        school=st.sampled_from([None, GLOSSOP, CHESTERFIELD]),
    )
    def learn(self, status: LegalStatus, back: int, after: int, school: str | None) -> None:
        self.learnt += timedelta(days=after, minutes=1)
        since = self.learnt.date() - timedelta(days=back)
        before = timeline(self.lines)
        said = Line(
            record_id=CHILD, status=status, since=since, learnt_at=self.learnt, because="test", school_urn=school,
            id=len(self.lines) + 1,
        )  # fmt: skip
        self.lines.append(said)
        now = timeline(self.lines)
        assert [one for one in before if one.since < since] == [one for one in now if one.since < since]
        if status is not LegalStatus.LEFT_ROLL:
            assert Standing(None, tuple(self.lines)).on(since).status is status  # type: ignore[union-attr]

    @rule(which=st.integers(0, 20))
    def take_back(self, which: int) -> None:
        if self.lines:
            del self.lines[which % len(self.lines)]

    @invariant()
    def one_thing_on_every_day_in_whatever_order_it_was_written(self) -> None:
        found = timeline(self.lines)
        assert timeline(reversed(self.lines)) == found
        for one, following in pairwise(found):
            assert one.since < following.since
            told = [(s.status, s.line and s.line.school_urn, s.line and s.line.la_code) for s in (one, following)]
            assert told[0] != told[1]

    @invariant()
    def age_overrules_it(self) -> None:
        born = date(2011, 2, 14)
        standing = Standing(born, tuple(self.lines))
        for one in standing.history():
            assert (one.status is LegalStatus.AFTER_SCHOOL_AGE) == (one.since > date(2027, 6, 25))


TestHistory = History.TestCase


@given(st.lists(LINES, max_size=8))
def test_counted_is_counted_once(lines: list[Line]) -> None:
    for one in Standing(None, tuple(lines)).history():
        assert (one.status in COUNTED) == (one.status in {"missing", "without_school_place"})


def sent(kind: SubmissionKind, received: date, **facts: object) -> Submission:
    plain = Submission(
        id=UUID(int=3), first_id=UUID(int=3), kind=kind, reference="CME-TEST", received_at=at(received),
        details=Details("Isolde", "Quillfeather"), school_urn=CHESTERFIELD,
    )  # fmt: skip
    return replace(plain, **facts)  # type: ignore[arg-type]  # each test names fields of Submission


@pytest.mark.policy("3.2")
@pytest.mark.parametrize(
    ("born", "received", "move"),
    [
        (date(2021, 12, 31), date(2026, 12, 30), Move.WAIT),
        (date(2021, 12, 31), date(2026, 12, 31), Move.OPEN),
        (date(2022, 1, 1), date(2027, 3, 30), Move.WAIT),
        (date(2022, 1, 1), date(2027, 3, 31), Move.OPEN),
        (date(2011, 8, 31), date(2027, 6, 25), Move.OPEN),
        (date(2011, 8, 31), date(2027, 6, 26), Move.OVER_AGE),
        (date(2011, 9, 1), date(2027, 6, 26), Move.OPEN),
        (None, date(2026, 12, 10), Move.OPEN),
    ],
)
def test_a_referral_opens_a_case_of_a_child_of_compulsory_school_age_only(
    born: date | None, received: date, move: Move
) -> None:
    for kind in (SubmissionKind.REFERRAL, SubmissionKind.DELETION, SubmissionKind.JOINT_ENQUIRY):
        assert triage(sent(kind, received, ground="g"), None, Standing(born)).move is move


def test_an_open_case_keeps_what_is_about_it_whatever_the_birth_date() -> None:
    case = Case(
        id=UUID(int=4), record_id=CHILD, child_id=CHILD, kind=Kind.CME, category=Category.MISSING,
        opened_at=at(date(2026, 11, 23)),
    )  # fmt: skip
    young = Standing(date(2022, 1, 1))
    assert triage(sent(SubmissionKind.REFERRAL, date(2026, 11, 24)), case, young) == Triage(Move.LINK)


def test_a_deletion_of_a_child_whom_another_school_has_opens_nothing_and_of_its_own_pupil_does() -> None:
    there = line(LegalStatus.RECEIVING_EDUCATION, date(2027, 2, 23), school_urn=GLOSSOP)
    late = sent(SubmissionKind.DELETION, date(2027, 3, 1), ground="g", destination_known=False)
    assert triage(late, None, Standing(None, (there,))) == Triage(Move.KEEP)
    here = replace(there, school_urn=CHESTERFIELD)
    assert triage(late, None, Standing(None, (here,))).move is Move.OPEN


def test_every_case_and_every_outcome_has_its_status() -> None:
    assert {status_of("cme", one) for one in Category} | {status_of("on_roll_enquiry", None)} == {
        LegalStatus.MISSING, LegalStatus.WITHOUT_SCHOOL_PLACE, LegalStatus.ON_ROLL_ENQUIRY
    }  # fmt: skip
    assert set(AFTER_OUTCOME) <= {one.value for one in codes.Outcome}
    assert [one.value for one in LegalStatus] == [
        one.value for one in codes_status.LegalStatus if one.value != "unknown"
    ]


def test_the_teams_by_age_are_teams_and_hold_from_their_day() -> None:
    teams = load_rules().age_teams
    assert {teams.of(side, date(2026, 12, 10)).team for side in ("before", "after")} <= {
        one.value for one in contract.Team
    }  # type: ignore[union-attr]
    assert teams.of("before", date(2023, 12, 31)) is None
