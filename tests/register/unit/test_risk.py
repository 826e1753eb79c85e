"""Rating by published rules: what each row says, and that to know more never lowers a rating (policy 6, 7, 9)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_contracts import codes as contract
from cme_contracts import codes_work
from cme_register.adapters.tables import load_rules
from cme_register.application.rating import word
from cme_register.domain.case import Case, MayNotLower, NothingChanges
from cme_register.domain.checks import Result, WaiverReason
from cme_register.domain.codes import Category, Kind
from cme_register.domain.risk import Match, Rating, Risk, Situation, While
from tests.register.unit.test_rules import case

RULES = load_rules()
TODAY = date(2026, 11, 23)
FACTORS = sorted(one.value for one in contract.Factor if one is not contract.Factor.UNKNOWN)
ROWS = [row.code for row in RULES.risk.on(TODAY)]


def rated(
    *facts: str, holds: tuple[While, ...] = (), elapsed: tuple[str, ...] = (), aside: tuple[Match, ...] = ()
) -> Rating:
    situation = Situation(
        facts=frozenset(facts), groups=RULES.groups.following_from(facts, TODAY), holds=frozenset(holds),
        elapsed=frozenset(elapsed),
    )  # fmt: skip
    return RULES.risk.rate(situation, TODAY, set_aside=aside)


LOST, UNPLACED = While.WHEREABOUTS_UNKNOWN, While.WITHOUT_SCHOOL_PLACE


@pytest.mark.parametrize(
    ("rating", "risk"),
    [
        (rated(), Risk.GREEN),
        (rated(holds=(UNPLACED,)), Risk.GREEN),
        (rated(holds=(LOST,)), Risk.AMBER),
        (rated(holds=(LOST,), elapsed=("whereabouts-unknown-long",)), Risk.RED),
        (rated(holds=(UNPLACED,), elapsed=("without-place-long",)), Risk.AMBER),
        (rated(elapsed=("whereabouts-unknown-long", "without-place-long")), Risk.GREEN),
        (rated("gypsy_roma_traveller"), Risk.AMBER),
        (rated("ehcp"), Risk.AMBER),
        (rated("child_protection_plan"), Risk.RED),
        (rated("ehcp", "trafficking"), Risk.RED),
        (rated("deadline_breached"), Risk.GREEN),
        (rated("deadline_breached", holds=(LOST,)), Risk.RED),
        (rated("safeguarding_concern"), Risk.RED),
        (rated("a_code_of_a_version_to_come"), Risk.AMBER),
    ],
)
def test_what_the_rules_say(rating: Rating, risk: Risk) -> None:
    assert rating.risk is risk


def test_every_rule_says_why_in_words_and_where_it_comes_from() -> None:
    for row in RULES.risk.on(TODAY):
        assert row.reason.endswith(".") and row.source


def test_every_factor_is_in_a_rule_or_a_group() -> None:
    known = RULES.risk.group_facts.union(RULES.risk.weighs_nothing, *(row.facts for row in RULES.risk.on(TODAY)))
    assert set(FACTORS) <= known


SITUATIONS = st.builds(
    Situation,
    facts=st.frozensets(st.sampled_from([*FACTORS, "unheard_of"])),
    groups=st.frozensets(st.sampled_from([row.code for row in RULES.groups.on(TODAY)])),
    holds=st.frozensets(st.sampled_from(While)),
    elapsed=st.frozensets(st.sampled_from(ROWS)),
)


@given(SITUATIONS, SITUATIONS)
def test_to_know_more_never_lowers_a_rating(known: Situation, more: Situation) -> None:
    both = Situation(
        facts=known.facts | more.facts, groups=known.groups | more.groups, holds=known.holds | more.holds,
        elapsed=known.elapsed | more.elapsed,
    )  # fmt: skip
    before, after = RULES.risk.rate(known, TODAY), RULES.risk.rate(both, TODAY)
    assert after.risk >= before.risk
    assert set(before.matches) <= set(after.matches)


@given(st.lists(st.sampled_from(FACTORS), max_size=6), st.sampled_from([Risk.AMBER, Risk.RED]))
def test_what_a_person_raised_stays_until_a_person_lowers_it(facts: list[str], raised: Risk) -> None:
    one = case(Kind.CME, Category.WITHOUT_SCHOOL_PLACE)
    one.raise_to(raised)
    for fact in facts:
        one.take_factors([fact])
        assert max(rated(*one.factors).risk, one.raised_to or Risk.GREEN) >= raised


def lower(one: Case, to: Risk, *, may_overrule: bool) -> None:
    by_rule = rated(*one.factors, aside=tuple(map(Match.read, one.set_aside)))
    one.risk = max(by_rule.risk, one.raised_to or Risk.GREEN)
    graver = {row.code for row in RULES.risk.on(TODAY) if row.rating > to}
    one.lower_to(to, by_rule, [match for match in by_rule.matches if match.rule in graver], may_overrule=may_overrule)


def test_what_the_rules_say_only_a_manager_sets_aside_and_only_until_it_is_said_again() -> None:
    one = case(Kind.CME, Category.WITHOUT_SCHOOL_PLACE)
    one.take_factors(["fgm", "ehcp"])
    with pytest.raises(MayNotLower):
        lower(one, Risk.AMBER, may_overrule=False)
    lower(one, Risk.AMBER, may_overrule=True)
    assert one.set_aside == ("marker-of-harm:fgm",)
    aside = tuple(map(Match.read, one.set_aside))
    assert rated(*one.factors, aside=aside).risk is Risk.AMBER
    assert rated(*one.factors, "trafficking", aside=aside).risk is Risk.RED
    one.take_factors(["fgm"])
    assert one.set_aside == ()


def test_a_rating_is_not_raised_to_what_it_is() -> None:
    one = case()
    one.risk = Risk.RED
    with pytest.raises(NothingChanges):
        one.raise_to(Risk.RED)


def test_what_waits_behind_tells_of_a_rating_by_hand() -> None:
    one, other = case(), case()
    other.raised_to = Risk.RED
    one.stand_for([other])
    assert rated(*one.joined_factors).risk is Risk.RED


def test_our_words_are_those_of_the_contracts() -> None:
    assert {word(one) for one in Risk} == set(codes_work.Rating) - {codes_work.Rating.UNKNOWN}
    assert {one.value for one in Result} == {one.value for one in codes_work.CheckResult} - {"unknown"}
    assert {one.value for one in WaiverReason} == {one.value for one in codes_work.WaiverReason} - {"unknown"}
