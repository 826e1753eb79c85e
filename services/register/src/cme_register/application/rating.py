"""Rating cases: whenever something is known that may change it, when time has passed, and by hand (policy 6, 7, 9)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from cme_bus.meta import Meta
from cme_calendars import BeyondCalendar, SchoolDays, end_of_day, local_date
from cme_contracts import codes_work
from cme_contracts.register_work import RiskRated
from cme_register.application.ports import Transaction
from cme_register.application.ports_work import SaidOfGroups
from cme_register.application.rules import Rules
from cme_register.application.telling import Said, tell
from cme_register.domain.case import Case
from cme_register.domain.codes import Status
from cme_register.domain.risk import Longer, Match, Rating, Risk, RiskRule, Situation, Unit
from cme_timers import Wanted

NOBODYS: Mapping[UUID, Meta | None] = {}
RATE_AGAIN = "risk.rate"
"""The kind of timer; each is about one case, at the instant from which a rule holds by the time that has passed."""


async def rate(
    tx: Transaction,
    cases: Sequence[Case],
    rules: Rules,
    *,
    at: datetime,
    causes: Mapping[UUID, Meta | None] = NOBODYS,
) -> list[Said]:
    """Rate these cases by all that is known now. They are changed, not saved. Those that are not open stay as they are.

    `CaseOpened` says what a case begins with; so a new one is spoken of here only where it is red. `causes`: what makes
    this be looked at, by case, where many are handled at once.
    """
    unclosed = [case for case in cases if case.status is Status.OPEN]
    if not unclosed:
        return []
    desk = _Desk(tx, rules, at, await tx.work.groups.of_children({case.child_id for case in unclosed}))
    said = [(case.id, one) for case in unclosed for one in await desk.rate(case)]
    await tx.timers.set_timers(desk.wanted)
    return [replace(one, cause=causes.get(case_id)) for case_id, one in said]


async def rate_and_save(tx: Transaction, cases: Sequence[Case], rules: Rules, *, at: datetime) -> list[Said]:
    """Rate them, and write them down. What is said of it is still to be told."""
    said = await rate(tx, cases, rules, at=at)
    await tx.cases.save(cases)
    return said


async def rate_open_of(tx: Transaction, child_ids: Collection[UUID], rules: Rules, *, at: datetime) -> list[Said]:
    """The same of the open cases of these children: something is known of them that was not."""
    return await rate_and_save(tx, [*(await tx.cases.open_of(child_ids)).values()], rules, at=at)


async def rate_again(tx: Transaction, case_ids: Collection[UUID], rules: Rules, *, at: datetime) -> None:
    """Time has passed: rate the cases, write them down, and say what has changed."""
    cases = await tx.cases.lock_many(case_ids)
    await tell(tx, await rate_and_save(tx, [case for _, case in sorted(cases.items())], rules, at=at))


async def rate_by_hand(
    tx: Transaction,
    case_id: UUID,
    rating: Risk,
    reason: codes_work.RatingReason,
    rules: Rules,
    *,
    may_overrule: bool,
    by: UUID,
    at: datetime,
) -> None:
    """Raise a case at once, or lower it with a reason. Raises `NotOnRegister`, `CaseNotOpen`, `NothingChanges`, `MayNotLower`."""
    case = await tx.cases.lock(case_id)
    desk = _Desk(tx, rules, at, await tx.work.groups.of_children([case.child_id]))
    before, by_rule = case.risk, await desk.by_rule(case)
    if rating > case.risk:
        case.raise_to(rating)
    else:
        ratings = {row.code: row.rating for row in rules.risk.on(local_date(at))}
        against = [one for one in by_rule.matches if ratings[one.rule] > rating]
        case.lower_to(rating, by_rule, against, may_overrule=may_overrule)
    by_rule = await desk.by_rule(case)
    _write(case, by_rule)
    await tx.cases.save([case])
    await tx.cases.note_change(case.id, "rating")
    await tell(tx, [Said(_rated(case, before, by_rule, at, by=by, reason=reason), at)])


class _Desk:
    """Rates the cases of one transaction."""

    def __init__(self, tx: Transaction, rules: Rules, at: datetime, groups: Mapping[UUID, SaidOfGroups]) -> None:
        self._tx, self._rules, self._at, self._groups = tx, rules, at, groups
        self._today = local_date(at)
        self._school_days: dict[str, SchoolDays | None] = {}
        self.wanted: list[Wanted] = []
        """Timers to be set once all are rated."""

    async def rate(self, case: Case) -> list[Said]:
        """Its rating, and what is said of it."""
        new, stands = case.rated_as is None, ",".join(sorted(case.holds))
        if case.rated_as != stands:
            if case.rated_as:
                await self._tx.timers.cancel(case.id, RATE_AGAIN)
            case.rated_as, case.rated_since = stands, case.opened_at if new else self._at
            self.wanted += await self._timers(case)
        before, by_rule = case.risk, await self.by_rule(case)
        _write(case, by_rule)
        if case.risk is before or (new and case.risk is not Risk.RED):
            return []
        return [Said(_rated(case, before, by_rule, self._at), self._at)]

    async def by_rule(self, case: Case) -> Rating:
        """What the rules say of it."""
        facts = frozenset((*case.factors, *case.joined_factors))
        said = self._groups.get(case.child_id, SaidOfGroups())
        groups = self._rules.groups.following_from(facts, self._today) - said.left.keys() | said.belongs
        situation = Situation(facts=facts, groups=groups, holds=case.holds, elapsed=await self._elapsed(case))
        return self._rules.risk.rate(situation, self._today, set_aside={Match.read(one) for one in case.set_aside})

    async def _elapsed(self, case: Case) -> frozenset[str]:
        return frozenset([row.code for row in self._timed(case) if await self._ends(case, row) <= self._at])

    def _timed(self, case: Case) -> list[RiskRule]:
        rules = self._rules.risk.on(self._today)
        return [row for row in rules if row.longer_than and (row.only_while is None or row.only_while in case.holds)]

    async def _ends(self, case: Case, row: RiskRule) -> datetime:
        assert row.longer_than is not None
        return end_of_day(await self._add(local_date(case.rated_since or case.opened_at), row.longer_than, case))

    async def _add(self, day: date, longer: Longer, case: Case) -> date:
        """So many days on. Where nobody knows the school days, working days: they are over no later."""
        if longer.unit is Unit.SCHOOL_DAYS and (school := await self._days(case.home_la or case.school_la)):
            try:
                return school.add_school_days(day, longer.days)
            except BeyondCalendar:
                pass
        return self._rules.days.add_working_days(day, longer.days)

    async def _days(self, la_code: str | None) -> SchoolDays | None:
        """The school days of an authority: a child without a place has no school of their own."""
        if la_code is None:
            return None
        if la_code not in self._school_days:
            self._school_days[la_code] = await self._tx.calendars.days_of("", la_code)
        return self._school_days[la_code]

    async def _timers(self, case: Case) -> list[Wanted]:
        ends = [await self._ends(case, row) for row in self._timed(case)]
        return [Wanted(RATE_AGAIN, case.id, end) for end in dict.fromkeys(ends)]


def _write(case: Case, by_rule: Rating) -> None:
    case.risk = max(by_rule.risk, case.raised_to or Risk.GREEN)
    case.risk_rules = tuple(map(str, by_rule.matches))


def _rated(
    case: Case,
    before: Risk,
    by_rule: Rating,
    at: datetime,
    *,
    by: UUID | None = None,
    reason: codes_work.RatingReason | None = None,
) -> RiskRated:
    return RiskRated(
        child_id=case.child_id, case_id=case.id, rating=word(case.risk), previous=word(before), by_rule=word(by_rule.risk),
        rules=tuple(dict.fromkeys(one.rule for one in by_rule.matches)), decided_by=by, reason=reason, rated_at=at,
    )  # fmt: skip


def word(risk: Risk) -> codes_work.Rating:
    """A rating as the contracts call it."""
    return codes_work.Rating(risk.name.lower())
