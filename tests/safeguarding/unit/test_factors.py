"""The published factors, and what they say about a child."""

from datetime import date
from pathlib import Path

import pytest

from cme_contracts.codes import Factor
from cme_safeguarding.adapters import factor_file
from cme_safeguarding.domain.factors import FactorRule, FactorTable, Level
from cme_safeguarding.domain.screening import screen

TABLE = factor_file.load()
TODAY = date(2026, 11, 23)


def rule(code: str, level: Level = Level.CONCERN, *, at_once: bool = False, since: date = TODAY) -> FactorRule:
    return FactorRule(code, level, at_once, "because", "policy 9", since)


def test_every_factor_of_the_contracts_has_a_row_with_a_reason_and_a_source() -> None:
    rules = {rule.code: rule for rule in TABLE.in_force(TODAY)}
    assert rules.keys() == {factor.value for factor in Factor}
    assert all(rule.reason.endswith(".") and "policy" in rule.source for rule in rules.values())


@pytest.mark.policy("9.2")
def test_only_these_factors_act_at_once() -> None:
    """A change here is the service lead's decision, not a programmer's."""
    at_once = {rule.code for rule in TABLE.in_force(TODAY) if rule.at_once}
    assert at_once == {"child_protection_plan", "section_47", "immediate_danger"}


@pytest.mark.policy("6.5")
def test_belonging_to_a_group_at_risk_of_missing_education_is_not_a_sign_of_harm() -> None:
    for code in ("gypsy_roma_traveller", "refugee_or_asylum", "new_from_abroad", "transition_point"):
        assert screen([code], TABLE, TODAY).recommendation == "no_concern_seen"


@pytest.mark.policy("6.6")
@pytest.mark.parametrize("code", ["looked_after", "social_worker"])
def test_children_in_care_or_with_a_social_worker_are_a_concern(code: str) -> None:
    assert screen([code], TABLE, TODAY).concerns == {code}


@pytest.mark.parametrize(
    ("factors", "recommendation", "concerns", "at_once"),
    [
        ([], "no_concern_seen", set(), set()),
        (["transition_point"], "no_concern_seen", set(), set()),
        (["whereabouts_unknown", "deadline_breached"], "consider", set(), set()),
        (["youth_justice", "transition_point"], "consider", set(), set()),
        (["fgm"], "consider", {"fgm"}, set()),
        (
            ["fgm", "section_47", "whereabouts_unknown"],
            "at_once",
            {"fgm", "section_47"},
            {"section_47"},
        ),
        (["nobody_knows_this_code"], "consider", set(), set()),
    ],
)
def test_screening(factors: list[str], recommendation: str, concerns: set[str], at_once: set[str]) -> None:
    screening = screen(factors, TABLE, TODAY)
    assert screening.recommendation == recommendation
    assert (screening.concerns, screening.at_once) == (frozenset(concerns), frozenset(at_once))


def test_the_weightiest_row_is_named() -> None:
    screening = screen(["fgm", "section_47"], TABLE, TODAY)
    assert screening.weightiest(frozenset({"fgm", "section_47"})) == "section_47@2024-08-19"
    assert screening.weightiest(frozenset({"fgm"})) == "fgm@2024-08-19"


def test_a_row_holds_from_its_day_until_a_later_one_does() -> None:
    table = FactorTable([rule("ehcp", since=date(2027, 1, 1)), rule("ehcp", Level.CONTEXT, since=date(2026, 1, 1))])
    levels = [table.rule("ehcp", day).level for day in (date(2025, 12, 31), date(2026, 12, 31), date(2027, 1, 1))]
    assert levels == [Level.CONSIDER, Level.CONTEXT, Level.CONCERN]  # without a row yet, a person looks
    assert table.in_force(date(2025, 12, 31)) == []


def test_a_table_that_contradicts_itself_or_the_policy_is_refused() -> None:
    for rules in (
        [rule("fgm"), rule("fgm", Level.CONSIDER)],
        [rule("fgm", Level.CONSIDER, at_once=True)],
        [rule("deadline_breached", at_once=True)],
    ):
        with pytest.raises(ValueError, match=r"fgm|deadline_breached"):
            FactorTable(rules)


@pytest.mark.parametrize("text", ["", "factor = 1", "[[factor]]\ncode = 'fgm'", "[[factor]]\ncode = 'fgm'\nlevel = 7"])
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "factors.toml"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"factors\.toml"):
        factor_file.load(file)
