"""The open cases of a batch's children, and what each submission does to them, in order (policy 3, 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from cme_bus.meta import Meta
from cme_calendars import CompulsorySchoolAge, end_of_day, local_date
from cme_contracts.codes import (
    Assignment,
    CaseKind,
    Category,
    Factor,
    Outcome,
)
from cme_contracts.register import CaseOpened, CategoryChanged, DuplicateLinked
from cme_contracts.register_status import ClosureSuggested
from cme_register.application.clocks import Started, next_date, started, still_to_come
from cme_register.application.owning import owner_told
from cme_register.application.ports import Entry
from cme_register.application.rating import word
from cme_register.application.reopening import met, reopened_by
from cme_register.application.rules import NewId, Rules
from cme_register.application.telling import Said
from cme_register.domain.allocation import Allocation
from cme_register.domain.case import Case
from cme_register.domain.clock_table import ClockDefinition
from cme_register.domain.clocks import Beginning, Clock, start_clock
from cme_register.domain.codes import Kind, Stage, SubmissionKind
from cme_register.domain.counting import Unit
from cme_register.domain.occurrences import KNOWN_LATER, Occurrence, circumstances
from cme_register.domain.reopening import AfterClosure, Closed, after_closure
from cme_register.domain.status import Standing
from cme_register.domain.submission import Submission
from cme_register.domain.triage import UNKNOWN, Move, Triage, triage
from cme_timers import Wanted

EVIDENCE = "register.evidence.noted"
"""What the chronology calls a submission that is noted without belonging to a case."""
BIRTH_DATE_UNKNOWN = "register.birth-date.unknown"
"""What it says of a case whose child is taken to be of compulsory school age because nobody knows better."""
ENDS_WITH = {
    (SubmissionKind.ADDITION, None): Outcome.ON_ROLL_IN_COUNTY,
    (SubmissionKind.HOME_EDUCATION, None): Outcome.HOME_EDUCATION,
    (SubmissionKind.DELETION, "f"): Outcome.HOME_EDUCATION,
}
"""With which outcome a case could end by what was received, by its kind and ground."""
AGE_ENDS = "age.ends"
"""The kind of timer for the end of compulsory school age; each is about one record."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A submission whose child is known, and locked."""

    submission: Submission
    record_id: UUID
    child_id: UUID
    said: tuple[Said, ...] = ()
    """What is said of it first."""
    cause: Meta | None = None
    officer_id: UUID | None = None
    """Whose it is already, if it opens a case; None: it goes by load."""


@dataclass(frozen=True, slots=True)
class Outside:
    """A submission about a child who is not of compulsory school age on the day of its receipt."""

    arrival: Arrival
    age: CompulsorySchoolAge
    too_young: bool


@dataclass(slots=True)
class Decided:
    """What was decided of one submission, and the case it belongs to if it belongs to one."""

    arrival: Arrival
    case: Case | None = None
    opened: Opened | None = None
    said: list[Said] = field(default_factory=list)


@dataclass(slots=True)
class Opened:
    """A new case and its first clocks."""

    case: Case
    submission: Submission
    cause: Meta | None
    officer_id: UUID | None = None
    started: list[Started] = field(default_factory=list)


class Desk:
    """The open cases of a batch's children while it is worked through, in order."""

    def __init__(
        self,
        rules: Rules,
        at: datetime,
        new_id: NewId,
        cases: dict[UUID, Case],
        standings: Mapping[UUID, Standing],
        closed: dict[UUID, Closed],
    ) -> None:
        self._rules, self._at, self._new_id = rules, at, new_id
        self._cases, self._standings, self._closed = cases, standings, closed
        self._met: dict[UUID, Case] = {}
        self.reopened: list[tuple[Case, Arrival]] = []
        self.outside: list[Outside] = []
        self.not_of_age: list[tuple[UUID, Meta | None]] = []
        self.leaving: list[Wanted] = []
        self._touched: set[UUID] = set()
        self._clocks: dict[tuple[str, date | datetime], Clock] = {}
        self.opened: list[Opened] = []
        self.moved: list[tuple[Case, Meta | None]] = []
        self._linked: dict[UUID, tuple[Case, Meta | None]] = {}
        self.notes: list[Entry] = []

    def triage(self, arrival: Arrival) -> Decided:
        """Decide, and change the cases accordingly."""
        case = self._cases.get(arrival.child_id)
        standing = self._standings.get(arrival.child_id, UNKNOWN)
        decision = triage(arrival.submission, case, standing)
        closed = self._closed.get(arrival.child_id) if case is None else None
        if closed is not None:
            return self._after_closure(arrival, decision, standing, closed)
        return self._decided(arrival, decision, case, standing)

    def _decided(self, arrival: Arrival, decision: Triage, case: Case | None, standing: Standing) -> Decided:
        match decision.move:
            case Move.OPEN:
                return self._open(arrival, decision)
            case Move.LINK:
                assert case is not None
                return self._link(arrival, decision, case)
            case Move.NOTE:
                self.notes.append(_evidence(arrival, self._at))
                return Decided(arrival, said=self._suggested(arrival, case)) if case else Decided(arrival)
            case Move.WAIT | Move.OVER_AGE:
                assert standing.age is not None
                self.outside.append(Outside(arrival, standing.age, decision.move is Move.WAIT))
        return Decided(arrival)

    def _after_closure(self, arrival: Arrival, decision: Triage, standing: Standing, closed: Closed) -> Decided:
        """The child's case is closed: what follows is said with whatever it is."""
        then = after_closure(arrival.submission, arrival.record_id, decision, closed)
        if then is AfterClosure.REOPENED:
            return self._reopen(arrival, decision, closed)
        if then is AfterClosure.FOR_A_PERSON:
            closed.case.met_at = arrival.submission.received_at
            self._met[closed.case.id] = closed.case
            decided = Decided(arrival)
        else:
            decided = self._decided(arrival, decision, None, standing)
        if decided.opened:
            decided.opened.case.follows_case_id = closed.case.id
        said = met(arrival.submission, closed.case, then, decided.case.id if decided.case else None)
        decided.said.append(Said(said, self._at, arrival.cause))
        return decided

    def _reopen(self, arrival: Arrival, decision: Triage, closed: Closed) -> Decided:
        case = closed.case
        previous = case.reopen(arrival.submission.received_at, decision.kind, decision.category)
        del self._closed[case.child_id]
        self._cases[case.child_id] = case
        self.reopened.append((case, arrival))
        first = [
            met(arrival.submission, case, AfterClosure.REOPENED, None),
            reopened_by(arrival.submission, case, previous),
        ]
        linked = self._link(arrival, Triage(Move.LINK), case)
        linked.said = [*(Said(event, self._at, arrival.cause) for event in first), *linked.said]
        return linked

    def allocate(self, allocation: Allocation) -> None:
        """Give every new case to a Lead Officer; while there is none it is the team's."""
        for opened in self.opened:
            opened.case.lead_officer_id = opened.officer_id or allocation.next(opened.case.risk)

    def start_clocks(self, *, known_later: bool) -> list[Wanted]:
        """The first clocks of every new case: those for which it matters how it was rated and whose it is, or the others.

        Returns their timers: of one instant what was set first fires first, and a breach comes before what follows from it.
        """
        timers: list[Wanted] = []
        for opened in self.opened:
            case, at = opened.case, opened.submission.received_at
            day = local_date(at)
            clocks = [
                replace(self._clock(one, day, at), id=self._new_id(), case_id=case.id, started_at=at)
                for one in self._rules.clocks.started_by(Occurrence.CASE_OPENED, day, circumstances(case))
                if bool((one.only | one.unless) & KNOWN_LATER) is known_later
            ]
            opened.started += [started(clock, case) for clock in clocks]
            case.due_at = next_date([one.clock for one in opened.started], self._rules)
            timers += [timer for clock in clocks for timer in still_to_come(clock, self._rules, opened.cause)]
        return timers

    def changed(self) -> list[Case]:
        """The cases that were there before and are different now."""
        fresh = {opened.case.id for opened in self.opened}
        again = {case.id for case, _ in self.reopened}  # saved with their clocks
        known = [case for _, case in sorted(self._cases.items()) if case.id in self._touched - fresh - again]
        return [*known, *(case for _, case in sorted(self._met.items()))]

    def disturbed(self) -> list[tuple[Case, Meta | None]]:
        """The cases of which something new was heard while they were on review, or their closure proposed."""
        return [(case, cause) for case, cause in self._linked.values() if case.stage is not Stage.WORKING]

    def told(self, decided: Decided) -> list[Said]:
        """What is said of a decision, once officers are known."""
        return [*_opening(decided.opened, decided.arrival, self._at), *decided.said] if decided.opened else decided.said

    def _open(self, arrival: Arrival, decision: Triage) -> Decided:
        submission = arrival.submission
        assert decision.kind is not None
        case = Case(
            id=self._new_id(), record_id=arrival.record_id, child_id=arrival.child_id, kind=decision.kind,
            category=decision.category, opened_at=submission.received_at, factors=self._rules.groups.factors_of(submission),
            school_urn=submission.school_urn, school_la=submission.school_la, home_la=submission.home_la,
        )  # fmt: skip
        opened = Opened(case, submission, arrival.cause, arrival.officer_id)
        self.opened.append(opened)
        self._cases[case.child_id] = case
        self._mind_age(arrival, case)
        return Decided(arrival, case, opened)

    def _clock(self, definition: ClockDefinition, day: date, at: datetime) -> Clock:
        """One to copy: most of a batch was received on one day. Hours count from the instant."""
        key = definition.code, at if definition.length.unit in {Unit.HOURS, Unit.WORKING_HOURS} else day
        if key not in self._clocks:
            nobody = UUID(int=0)
            self._clocks[key] = start_clock(
                definition, Beginning(day, at), self._rules.calendars, clock_id=nobody, case_id=nobody
            )  # fmt: skip
        return self._clocks[key]

    def _suggested(self, arrival: Arrival, case: Case) -> list[Said]:
        """What says where the child is educated suggests that the case ends; an officer decides (scenario 16)."""
        sent = arrival.submission
        outcome = ENDS_WITH.get((sent.kind, sent.ground))
        if outcome is None or sent.held_by:
            return []
        event = ClosureSuggested(
            child_id=case.child_id, case_id=case.id, outcome=outcome, submission_id=sent.id, school_urn=sent.school_urn,
            since=sent.effective_on or local_date(sent.received_at), suggested_at=self._at,
        )  # fmt: skip
        return [Said(event, self._at, arrival.cause)]

    def _mind_age(self, arrival: Arrival, case: Case) -> None:
        """The case is to end when compulsory school age does, by what is known now."""
        age = self._standings.get(case.child_id, UNKNOWN).age
        if age is None:
            detail = {"submission_id": str(arrival.submission.id)}
            self.notes.append(Entry(case.id, self._at, BIRTH_DATE_UNKNOWN, detail))
        elif local_date(self._at) in age:
            self.leaving.append(Wanted(AGE_ENDS, case.record_id, end_of_day(age.last_day), cause=arrival.cause))
        else:
            self.not_of_age.append((case.record_id, arrival.cause))

    def _link(self, arrival: Arrival, decision: Triage, case: Case) -> Decided:
        added = case.take_factors(self._rules.groups.factors_of(arrival.submission))
        self._touched.add(case.id)
        self._linked.setdefault(case.id, (case, arrival.cause))
        self._mind_age(arrival, case)
        linked = DuplicateLinked(
            child_id=case.child_id, case_id=case.id, submission_id=arrival.submission.id,
            factors=tuple(map(Factor, added)), linked_at=self._at,
        )  # fmt: skip
        decided = Decided(arrival, case, said=[Said(linked, self._at, arrival.cause), *self._suggested(arrival, case)])
        if decision.kind is not None:
            before = case.kind, case.category
            case.move_to(decision.kind, decision.category)
            self.moved.append((case, arrival.cause))
            decided.said.append(Said(category_changed(case, before, None, self._at), self._at, arrival.cause))
        return decided


def category_changed(case: Case, before: tuple[Kind, object], by: UUID | None, at: datetime) -> CategoryChanged:
    """The case has become something else; `by` is None where a rule decided."""
    kind, category = before
    return CategoryChanged(
        child_id=case.child_id, case_id=case.id, kind=CaseKind(case.kind), category=_category(case.category),
        previous_kind=CaseKind(kind), previous_category=_category(category), decided_by=by, changed_at=at,
    )  # fmt: skip


def _opening(opened: Opened, arrival: Arrival, at: datetime) -> list[Said]:
    case = opened.case
    events = [
        Said(CaseOpened(
            child_id=case.child_id, case_id=case.id, submission_id=arrival.submission.id, kind=CaseKind(case.kind),
            category=_category(case.category), factors=tuple(map(Factor, case.factors)), school_urn=case.school_urn,
            school_la=case.school_la, home_la=case.home_la, rating=word(case.risk), follows_case_id=case.follows_case_id,
            opened_at=case.opened_at,
        ), case.opened_at, arrival.cause),
    ]  # fmt: skip
    reason = Assignment.ALREADY_THEIRS if opened.officer_id else Assignment.BY_LOAD
    owned = Said(owner_told(case, reason, at=at), at, arrival.cause)
    return [*events, owned, *(Said(one.event, at, arrival.cause) for one in opened.started)]


def _evidence(arrival: Arrival, at: datetime) -> Entry:
    """Noted with the record it fitted, not with the case: so it goes where the record goes."""
    submission = arrival.submission
    detail = {"submission_id": str(submission.id), "kind": submission.kind.value, "school_urn": submission.school_urn}
    return Entry(arrival.record_id, at, EVIDENCE, detail | dict(submission.facts))


def _category(category: object) -> Category | None:
    return None if category is None else Category(str(category))
