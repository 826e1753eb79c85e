"""Whether what a school says it did fits the ground it names. Pure: the facts go in, what is to be asked comes out."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from cme_referrals.domain import day_checks, ground_checks, recorded_checks
from cme_referrals.domain.facts import Consent, ConsentKind, Deletion, Elsewhere, JointEnquiry, Known, Order
from cme_referrals.domain.findings import Check, Rule, State
from cme_referrals.domain.tables import DATA

__all__ = [
    "CHECKS",
    "Challenge",
    "Consent",
    "ConsentKind",
    "Deletion",
    "Elsewhere",
    "JointEnquiry",
    "Known",
    "Order",
    "Rule",
    "State",
    "Table",
    "challenge",
    "findings",
    "rule_table",
]


@dataclass(slots=True, kw_only=True)  # not frozen: one is made of each form, and freezing triples the cost
class Challenge:
    """What is told of one rule."""

    rule: str
    state: State
    source: str
    what: str
    mend: str
    not_before: date | None = None
    still_on_roll: bool = False
    """As long as it stands like this the law treats the child as still registered."""


@dataclass(frozen=True, slots=True)
class Table:
    """The rules, and what belongs to them."""

    rules: tuple[Rule, ...]
    special_school_types: frozenset[str]
    independent_types: frozenset[str]
    """Independent schools and non-maintained special schools."""

    def independent(self, type_code: str | None) -> bool | None:
        """Whether it is an independent or a non-maintained special school. None: no type is known."""
        return None if type_code is None else type_code in self.independent_types

    def still_on_roll(self, code: str, state: State) -> bool:
        """Whether a rule in this state leaves the child treated as still registered."""
        return any(_holds_back(rule, state) for rule in self.rules if rule.code == code)

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
    return Table(rules, frozenset(content["special_school_types"]), frozenset(content["independent_types"]))


def findings(known: Known, rules: Iterable[Rule]) -> Mapping[str, Challenge]:
    """By rule: what is challenged and what is not known yet, in the order of the table. A rule that is met is silent."""
    found, ground = {}, known.deletion.ground
    for rule in rules:
        if ground not in rule.grounds or not rule.holds(ground, known.deletion.deleted_on):
            continue  # asked here first: nearly all rules are of other grounds
        if finding := CHECKS[rule.code](known, rule):
            found[rule.code] = challenge(rule, finding.state, finding.not_before)
    return found


def challenge(rule: Rule, state: State, not_before: date | None = None) -> Challenge:
    """What is told of a rule in this state."""
    return Challenge(
        rule=rule.code,
        state=state,
        source=rule.source,
        what=rule.what,
        mend=rule.mend_unknown if state is State.NOT_YET_KNOWN and rule.mend_unknown else rule.mend,
        not_before=not_before,
        still_on_roll=_holds_back(rule, state),
    )


def _holds_back(rule: Rule, state: State) -> bool:
    match state:
        case State.CHALLENGED:
            return rule.holds_back
        case State.NOT_YET_KNOWN:
            return rule.holds_back_unknown
        case State.ANSWERED:
            return False


CHECKS: Mapping[str, Check] = {
    "ground-a-new-school": ground_checks.new_school,
    "ground-a-dual-registration": ground_checks.dual_registration,
    "main-school-of-mobile-child": ground_checks.main_school,
    "ground-b-reception": ground_checks.no_reception,
    "ground-c-other-schools": ground_checks.other_schools,
    "ground-d-order-amended": recorded_checks.order_amended,
    "ground-e-order-revoked": recorded_checks.order_revoked,
    "ground-f-writing": ground_checks.writing,
    "ground-f-stated-day": ground_checks.stated_day,
    "order-in-force": recorded_checks.order_in_force,
    "special-school-consent": recorded_checks.special_school_consent,
    "ground-g-new-home": ground_checks.new_home,
    "ground-g-boarder": ground_checks.no_boarder,
    "return-expected": ground_checks.no_return_expected,
    "ground-h-days": day_checks.days_after_leave,
    "ground-i-days": day_checks.days_of_absence,
    "joint-enquiries": recorded_checks.joint_enquiries,
    "ground-j-sentence": ground_checks.sentence,
    "ground-l-leaver": ground_checks.school_leaver,
    "ground-l-sixth-form": ground_checks.no_sixth_form,
    "ground-m-boarder": ground_checks.unpaid_boarder,
    "ground-n-school": ground_checks.independent_school,
    "ground-o-review": ground_checks.review_over,
    "retrospective": ground_checks.retrospective,
    "compulsory-school-age": ground_checks.of_school_age,
    "not-of-school-age": ground_checks.not_of_school_age,
    "consent-to-withdraw": recorded_checks.consent_to_withdraw,
}
"""What each code of the table means. The table says for which grounds, from when and in which words."""
