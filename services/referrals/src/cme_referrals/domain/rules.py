"""Whether what a school says it did fits the ground it names. Pure: the facts go in, what is to be asked comes out."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from cme_calendars import BeyondCalendar, SchoolDays
from cme_referrals.domain.tables import DATA


class State(StrEnum):
    """What is to be said of a rule."""

    CHALLENGED = "challenged"
    """What was sent does not fit the rule."""
    ANSWERED = "answered"
    """It was challenged or not known, and fits."""
    NOT_YET_KNOWN = "not_yet_known"
    """A fact that the rule needs has not been heard. It is decided when the fact arrives; nothing waits for it."""


class ConsentKind(StrEnum):
    """What an authority decides about."""

    SPECIAL_SCHOOL_DELETION = "special_school_deletion"
    """Regulation 9(2)."""
    JOINT_ENQUIRIES = "joint_enquiries"
    """The council's signature under the joint enquiries of grounds (h) and (i)."""
    HOME_EDUCATION_WITHDRAWAL = "home_education_withdrawal"
    """Education Act 1996 s 434A; not in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the table."""

    code: str
    grounds: frozenset[str]
    source: str
    what: str
    mend: str
    valid_from: date | None = None
    valid_until: date | None = None
    days: int = 0
    switched_off: str | None = None
    """Why it is not law yet."""

    def holds(self, ground: str, on: date) -> bool:
        """Whether a deletion on this ground, dated `on`, is held against it."""
        if self.switched_off or self.valid_from is None or ground not in self.grounds:
            return False
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """What a deletion return says, as codes and days; nothing in it says who the child is. None: not said."""

    school_urn: str
    ground: str
    """A letter of regulation 9(1)."""
    deleted_on: date
    received_on: date
    """The local day on which the return came."""
    recorded_on: date | None = None
    """The day on which the name was in fact deleted."""
    last_attended_on: date | None = None
    destination_given: bool = False
    writing_received_on: date | None = None
    """Ground (f): when the school had the parent's writing."""
    stated_day: date | None = None
    """Ground (f): the day after which, it says, the child is educated otherwise."""
    leave_ended_on: date | None = None
    """Ground (h): the last day of the leave."""
    first_absent_on: date | None = None
    """Ground (i): the first day of the absence."""
    other_code_on: date | None = None
    """Ground (i): the last day since then with a session coded other than G, N or O. It breaks the run."""
    enquiries_signed_on: date | None = None
    """Grounds (h), (i): when the school signed the joint enquiries."""
    placed_by_authority: bool | None = None
    """Special school: whether a local authority arranged the place."""
    special_school: bool | None = None
    """As GIAS has it. None: the school is on no list, or its type is not in it."""
    at_risk: bool = False
    """Enquiries under Children Act 1989 s 47, or a child protection plan."""
    of_compulsory_school_age: bool | None = None
    """On `deleted_on`. None: nobody gave a date of birth."""

    @property
    def counts_school_days(self) -> bool:
        """Whether its ground asks for a number of school days."""
        return self.ground in {"h", "i"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A school attendance order as the register has it."""

    school_urn: str
    in_force_from: date
    in_force_to: date | None = None
    """The last day. None: in force until further notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A decision of an authority as the register has it."""

    kind: str
    given: bool
    decided_on: date
    school_urn: str | None = None
    """The school it is for. None: for whichever asks."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What the register has recorded about the child."""

    orders: tuple[Order, ...] = ()
    consents: tuple[Consent, ...] = ()
    """In the order in which they were recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that a rule may look at."""

    deletion: Deletion
    days: SchoolDays | None = None
    """The school's calendar. None: nobody has loaded it."""
    elsewhere: Elsewhere | None = None
    """None: the register has not said yet which child this is, so nothing it recorded can be looked up."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that is not met, or cannot be decided."""

    state: State
    not_before: date | None = None
    """The first day on which this rule would allow the deletion, where it can be said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What is told of one rule."""

    rule: str
    state: State
    source: str
    what: str
    mend: str
    not_before: date | None = None


type Check = Callable[[Known, Rule], Finding | None]
CHALLENGED, NOT_YET_KNOWN = Finding(State.CHALLENGED), Finding(State.NOT_YET_KNOWN)


@dataclass(frozen=True, slots=True)
class Table:
    """The rules, and what belongs to them."""

    rules: tuple[Rule, ...]
    special_school_types: frozenset[str]

    def special(self, type_code: str | None) -> bool | None:
        """Whether an establishment of this type is a special school. None: no type is known."""
        return None if type_code is None else type_code in self.special_school_types


@cache
def rule_table(path: Path = DATA / "rules.toml") -> Table:
    """The published table. Raises KeyError, TypeError or ValueError when the file is not one, or names an unknown rule."""
    content = tomllib.loads(path.read_text("utf-8"))
    rules = tuple(Rule(**(row | {"grounds": frozenset(row["grounds"])})) for row in content["rule"])
    if unknown := {rule.code for rule in rules} - set(CHECKS):
        raise ValueError(f"{path.name} names rules that nobody wrote: {', '.join(sorted(unknown))}")
    if undated := [rule.code for rule in rules if not rule.valid_from and not rule.switched_off]:
        raise ValueError(f"{path.name}: from when on does {undated[0]} hold?")
    return Table(rules, frozenset(content["special_school_types"]))


def findings(known: Known, rules: Iterable[Rule]) -> Mapping[str, Challenge]:
    """By rule: what is challenged and what is not known yet, in the order of the table. A rule that is met is silent."""
    found = {}
    for rule in rules:
        if not rule.holds(known.deletion.ground, known.deletion.deleted_on):
            continue
        if finding := CHECKS[rule.code](known, rule):
            found[rule.code] = challenge(rule, finding.state, finding.not_before)
    return found


def challenge(rule: Rule, state: State, not_before: date | None = None) -> Challenge:
    """What is told of a rule in this state."""
    return Challenge(
        rule=rule.code, state=state, source=rule.source, what=rule.what, mend=rule.mend, not_before=not_before
    )


def _new_school(known: Known, rule: Rule) -> Finding | None:
    return None if known.deletion.destination_given else CHALLENGED


def _writing(known: Known, rule: Rule) -> Finding | None:
    received_on = known.deletion.writing_received_on
    return None if received_on and received_on <= known.deletion.deleted_on else CHALLENGED


def _stated_day(known: Known, rule: Rule) -> Finding | None:
    it = known.deletion
    if it.stated_day is None:
        return CHALLENGED if it.writing_received_on else None  # without the writing the rule before this one asks
    if it.stated_day < it.deleted_on:
        return None
    return Finding(State.CHALLENGED, it.stated_day + timedelta(days=1))


def _order(known: Known, rule: Rule) -> Finding | None:
    it = known.deletion
    if known.elsewhere is None:
        return NOT_YET_KNOWN
    naming = [
        order
        for order in known.elsewhere.orders
        if order.school_urn == it.school_urn
        and order.in_force_from <= it.deleted_on
        and (order.in_force_to is None or it.deleted_on <= order.in_force_to)
    ]
    if not naming:
        return None
    ends = [order.in_force_to for order in naming if order.in_force_to]
    return Finding(State.CHALLENGED, max(ends) + timedelta(days=1) if len(ends) == len(naming) else None)


def _special_school_consent(known: Known, rule: Rule) -> Finding | None:
    if not known.deletion.special_school or known.deletion.placed_by_authority is False:
        return None
    return _consent(known, ConsentKind.SPECIAL_SCHOOL_DELETION)


def _joint_enquiries(known: Known, rule: Rule) -> Finding | None:
    signed_on = known.deletion.enquiries_signed_on
    if signed_on is None or signed_on > known.deletion.deleted_on:
        return CHALLENGED
    return _consent(known, ConsentKind.JOINT_ENQUIRIES)


def _consent_to_withdraw(known: Known, rule: Rule) -> Finding | None:
    placed = known.deletion.special_school and known.deletion.placed_by_authority is not False
    return _consent(known, ConsentKind.HOME_EDUCATION_WITHDRAWAL) if placed or known.deletion.at_risk else None


def _consent(known: Known, kind: ConsentKind) -> Finding | None:
    """The latest decision up to the deletion is the one that counts."""
    if known.elsewhere is None:
        return NOT_YET_KNOWN
    it = known.deletion
    decisions = sorted(
        (one for one in known.elsewhere.consents if one.kind == kind and one.school_urn in (None, it.school_urn)),
        key=lambda one: one.decided_on,  # stable: of two on one day the one that was recorded last
    )
    before = [one for one in decisions if one.decided_on <= it.deleted_on]
    if before and before[-1].given:
        return None
    given_later = next((one.decided_on for one in decisions if one.given and one.decided_on > it.deleted_on), None)
    return Finding(State.CHALLENGED, given_later)


def _leave(known: Known, rule: Rule) -> Finding | None:
    ended_on = known.deletion.leave_ended_on
    if ended_on is None:
        return CHALLENGED
    return _passed(known, lambda days: days.add_school_days(ended_on, rule.days))


def _absence(known: Known, rule: Rule) -> Finding | None:
    it = known.deletion
    first_day, broken_on = it.first_absent_on, it.other_code_on
    if first_day is None:
        return CHALLENGED

    def last_day(days: SchoolDays) -> date:
        if broken_on is not None and broken_on >= first_day:
            return days.add_school_days(broken_on, rule.days)
        return days.nth_school_day(first_day, rule.days)

    return _passed(known, last_day)


def _passed(known: Known, last_day_of: Callable[[SchoolDays], date]) -> Finding | None:
    """The period's last school day must be over; on a calendar that does not reach so far nothing is guessed."""
    if known.days is None:
        return NOT_YET_KNOWN
    try:
        last_day = last_day_of(known.days)
    except BeyondCalendar:
        return NOT_YET_KNOWN
    if last_day < known.deletion.deleted_on:
        return None
    try:
        return Finding(State.CHALLENGED, known.days.add_school_days(last_day, 1))
    except BeyondCalendar:
        return CHALLENGED


def _retrospective(known: Known, rule: Rule) -> Finding | None:
    it = known.deletion
    if it.last_attended_on and it.last_attended_on > it.deleted_on:
        return Finding(State.CHALLENGED, it.recorded_on)
    if it.recorded_on is None:
        return CHALLENGED if it.received_on - it.deleted_on > timedelta(days=rule.days) else None
    return Finding(State.CHALLENGED, it.recorded_on) if it.recorded_on > it.deleted_on else None


def _school_age(known: Known, rule: Rule) -> Finding | None:
    return CHALLENGED if known.deletion.of_compulsory_school_age is False else None


CHECKS: Mapping[str, Check] = {
    "ground-a-new-school": _new_school,
    "ground-f-writing": _writing,
    "ground-f-stated-day": _stated_day,
    "order-in-force": _order,
    "special-school-consent": _special_school_consent,
    "ground-h-days": _leave,
    "ground-i-days": _absence,
    "joint-enquiries": _joint_enquiries,
    "retrospective": _retrospective,
    "compulsory-school-age": _school_age,
    "consent-to-withdraw": _consent_to_withdraw,
}
"""What each code of the table means. The table says for which grounds, from when and in which words."""
