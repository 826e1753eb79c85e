"""The rules are data: each with its source, its words, and the days between which it holds."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cme_referrals.domain.rules import CHECKS, Consent, ConsentKind, Elsewhere, Known, findings, rule_table
from tests.referrals.unit.deletions import LETTERS, TABLE, deletion, november_day, refused, written


def test_every_rule_is_in_the_table_with_its_source_and_words_and_in_no_other() -> None:
    assert {rule.code for rule in TABLE.rules} == set(CHECKS)
    assert all(rule.source and rule.what and rule.mend and rule.grounds <= {*LETTERS, "9(3)"} for rule in TABLE.rules)


def test_the_act_of_2026_is_there_and_switched_off() -> None:
    (off,) = [rule for rule in TABLE.rules if rule.switched_off]
    assert off.code == "consent-to-withdraw" and "2026" in (off.switched_off or "")
    risk = written(november_day(30), at_risk=True)
    assert refused(risk) == []
    on = [replace(off, switched_off=None, valid_from=november_day(1))]
    assert [*findings(Known(deletion=risk, elsewhere=Elsewhere()), on)] == ["consent-to-withdraw"]
    assert [*findings(Known(deletion=replace(risk, at_risk=False), elsewhere=Elsewhere()), on)] == []
    consent = Consent(kind=ConsentKind.HOME_EDUCATION_WITHDRAWAL, given=True, decided_on=november_day(30))
    assert [*findings(Known(deletion=risk, elsewhere=Elsewhere(consents=(consent,))), on)] == []


def test_a_rule_holds_between_its_days_only() -> None:
    assert refused(deletion("f", date(2024, 8, 18), received_on=date(2024, 8, 18))) == []
    assert refused(deletion("f", date(2024, 8, 19), received_on=date(2024, 8, 19))) == ["ground-f-writing"]
    rule = replace(TABLE.rules[0], valid_until=november_day(20))
    assert rule.holds("a", november_day(20)) and not rule.holds("a", november_day(21))


@pytest.mark.parametrize(("type_code", "special"), [("07", True), ("44", True), ("01", False), (None, None)])
def test_special_schools_are_known_by_their_type(type_code: str | None, special: bool | None) -> None:
    assert TABLE.special(type_code) is special


@pytest.mark.parametrize(
    ("row", "wrong"),
    [('code = "no-such-rule"\nvalid_from = 2026-01-01', "nobody wrote"), ('code = "retrospective"', "from when")],
)
def test_a_table_that_cannot_be_meant_is_refused(tmp_path: Path, row: str, wrong: str) -> None:
    file = tmp_path / "rules.toml"
    words = 'grounds = ["a"]\nsource = "s"\nwhat = "w"\nmend = "m"'
    file.write_text(f"special_school_types = []\nindependent_types = []\n[[rule]]\n{row}\n{words}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=wrong):
        rule_table(file)
