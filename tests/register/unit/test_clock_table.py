"""The table of clocks is data: what starts, ends and ranks a clock is read from it, and a row that is wrong stops the start."""

from datetime import date
from pathlib import Path

import pytest

from cme_council import load
from cme_register.adapters.clock_table import load_clocks
from cme_register.adapters.tables import TABLES, load_rules
from cme_register.domain.clock_table import Basis
from cme_register.domain.occurrences import Circumstance, Occurrence

CLOCKS = load_rules().clocks
DAY = date(2026, 11, 23)
MISSING = frozenset({Circumstance.CME, Circumstance.MISSING, Circumstance.ASSIGNED})


def codes(what: Occurrence, stands: frozenset[Circumstance] = MISSING, day: date = DAY) -> list[str]:
    return [one.code for one in CLOCKS.started_by(what, day, stands)]


@pytest.mark.policy("7.2")
@pytest.mark.parametrize(
    ("stands", "expected"),
    [
        (MISSING, ["INIT-10", "REVIEW-M1", "REVIEW-MANAGER", "LONG"]),
        (MISSING - {Circumstance.ASSIGNED}, ["INIT-10", "TRIAGE", "REVIEW-M1", "REVIEW-MANAGER", "LONG"]),
        (
            MISSING - {Circumstance.ASSIGNED} | {Circumstance.RED},
            ["INIT-10", "TRIAGE-RED", "REVIEW-M1", "REVIEW-MANAGER", "LONG"],
        ),
        ({Circumstance.CME, Circumstance.WITHOUT_SCHOOL_PLACE, Circumstance.ASSIGNED}, ["INIT-10", "LONG"]),
        ({Circumstance.ON_ROLL_ENQUIRY, Circumstance.ASSIGNED}, ["INIT-10"]),
    ],
)
def test_what_a_case_is_decides_which_clocks_its_opening_starts(stands: set[Circumstance], expected: list[str]) -> None:
    assert codes(Occurrence.CASE_OPENED, frozenset(stands)) == expected


def test_every_row_is_told_to_somebody_has_a_source_and_something_that_starts_and_ends_it() -> None:
    council = load(Path("deploy/council.toml"))
    for one in CLOCKS:
        assert one.source and one.ladder and one.starts, one.code
        assert all(rung.tell for rung in one.ladder), one.code
        assert one.satisfied_by or one.cancelled_by, one.code
        assert council.label("clock", one.code) != one.code, "people are told of it by a name"
        assert ("council's own" in one.source) == (one.basis is Basis.OWN), one.code


def test_before_its_first_version_a_clock_does_not_run() -> None:
    assert codes(Occurrence.CASE_OPENED, day=date(2026, 4, 10)) == ["INIT-10"]


TABLE = (TABLES / "clocks.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("before", "after", "wrong"),
    [
        ("working_days = 10", "working_days = 0", "INIT-10 needs one length"),
        ("working_days = 10", "working_days = 10\nhours = 3", "INIT-10 needs one length"),
        ("working_days = 10", "fortnights = 1", "INIT-10 needs one length"),
        ('starts = ["case_opened", "case_reopened"]', 'starts = ["dawn"]', "dawn"),
        ("working_days = 10", "school_days = 10", "INIT-10 counts a school's days"),
        ("{ after_working_days = 0, tell", "{ after_working_days = 1, tell", "does not begin with the breach"),
        ('code = "OUTCOME"', 'code = "INIT-10"', "INIT-10 is given twice from 2024-01-01"),
    ],
)
def test_a_row_that_is_wrong_is_named(tmp_path: Path, before: str, after: str, wrong: str) -> None:
    (tmp_path / "clocks.toml").write_text(TABLE.replace(before, after, 1))
    with pytest.raises(ValueError, match=wrong):
        load_clocks(tmp_path / "clocks.toml")


def test_a_misspelt_name_in_a_row_is_refused(tmp_path: Path) -> None:
    (tmp_path / "clocks.toml").write_text(TABLE.replace("raises_risk = true", "raises_risc = true", 1))
    with pytest.raises(TypeError, match="raises_risc"):
        load_clocks(tmp_path / "clocks.toml")


def test_law_that_is_not_in_force_starts_nothing(tmp_path: Path) -> None:
    (tmp_path / "clocks.toml").write_text(TABLE.replace("raises_risk = true", "in_force = false", 1))
    clocks = load_clocks(tmp_path / "clocks.toml")
    assert "INIT-10" not in [one.code for one in clocks.started_by(Occurrence.CASE_OPENED, DAY, MISSING)]
