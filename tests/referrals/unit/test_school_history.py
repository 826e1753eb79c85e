"""A school that becomes an academy is one school: which URN it has depends on the day."""

from dataclasses import replace
from datetime import date

import pytest

from cme_referrals.domain.school_data import Establishment
from cme_referrals.domain.school_history import Family, Succession

BEFORE, AFTER = date(2026, 8, 31), date(2026, 9, 1)
SCHOOL = Establishment("990001", "999", "4001", "Harrowmere School", "Secondary", open=False, closed_on=BEFORE)
ACADEMY = Establishment("990101", "999", "4001", "Harrowmere Academy", "Secondary", open=True, opened_on=AFTER)
RENUMBERED = replace(ACADEMY, establishment_number="4009")
LINK = Succession("990001", "990101", AFTER)


def urn_of(family: Family, name: str, day: date) -> str | None:
    found = family.on(name, day)
    return found and found.urn


@pytest.mark.parametrize("family", [Family([SCHOOL, ACADEMY]), Family([ACADEMY, SCHOOL, RENUMBERED], [LINK])])
@pytest.mark.parametrize("name", ["990001", "990101", "9994001"])
@pytest.mark.parametrize(("day", "urn"), [(BEFORE, "990001"), (AFTER, "990101"), (date(2030, 1, 1), "990101")])
def test_whatever_it_is_called_it_is_the_establishment_of_the_day(
    family: Family, name: str, day: date, urn: str
) -> None:
    assert urn_of(family, name, day) == urn


def test_a_link_is_enough_where_the_number_changed_as_well() -> None:
    assert urn_of(Family([SCHOOL, RENUMBERED], [LINK]), "990001", AFTER) == "990101"
    assert urn_of(Family([SCHOOL, RENUMBERED]), "990001", AFTER) == "990001"


def test_a_number_given_again_years_later_is_no_conversion() -> None:
    later = replace(ACADEMY, opened_on=date(2029, 9, 1))
    assert urn_of(Family([SCHOOL, later]), "990001", date(2030, 1, 1)) == "990001"
    assert urn_of(Family([SCHOOL, later]), "9994001", date(2030, 1, 1)) == "990101"


def test_a_school_that_converted_twice_is_followed_to_the_end() -> None:
    middle = replace(ACADEMY, open=False, closed_on=date(2027, 8, 31))
    last = replace(ACADEMY, urn="990201", opened_on=date(2027, 9, 1))
    family = Family([last, SCHOOL, middle])
    assert [urn_of(family, "990001", date(year, 12, 1)) for year in (2025, 2026, 2027)] == [
        "990001",
        "990101",
        "990201",
    ]
    assert urn_of(family, "990201", date(2025, 12, 1)) == "990001"


def test_after_a_split_nobody_guesses_and_after_a_merger_there_is_no_doubt() -> None:
    north, south = replace(RENUMBERED, urn="990102"), replace(RENUMBERED, urn="990103", establishment_number="4010")
    split = Family([SCHOOL, north, south], [Succession("990001", "990102"), Succession("990001", "990103")])
    assert urn_of(split, "990001", AFTER) == "990001"
    other = replace(SCHOOL, urn="990002", establishment_number="4002")
    merged = Family([SCHOOL, other, RENUMBERED], [LINK, Succession("990002", "990101")])
    assert [urn_of(merged, name, AFTER) for name in ("990001", "990002")] == ["990101", "990101"]
    assert urn_of(merged, "990101", BEFORE) == "990101"  # which of the two it was nobody can say


def test_a_school_that_was_simply_closed_stays_what_it_was_and_links_that_go_round_end() -> None:
    assert urn_of(Family([SCHOOL]), "990001", AFTER) == "990001"
    closed = replace(RENUMBERED, open=False, closed_on=AFTER)
    round_and_round = Family([SCHOOL, closed], [LINK, Succession("990101", "990001")])
    assert urn_of(round_and_round, "990001", date(2030, 1, 1)) == "990001"
    assert urn_of(Family([SCHOOL]), "9994002", AFTER) is None


def test_a_former_number_finds_the_school_that_has_another_now() -> None:
    family = Family([RENUMBERED], held=[("9984001", "990101")])
    assert urn_of(family, "9984001", AFTER) == "990101"


@pytest.mark.parametrize(
    ("school", "stands"),
    [
        (replace(ACADEMY, opened_on=None), True),
        (replace(ACADEMY, open=False), False),  # proposed, or closed nobody knows when
        (replace(SCHOOL, closed_on=None), False),
        (replace(ACADEMY, closed_on=AFTER), True),  # its last day, or to be closed
        (replace(ACADEMY, closed_on=BEFORE), False),
    ],
)
def test_a_school_stands_from_its_first_day_to_its_last(school: Establishment, stands: bool) -> None:
    assert school.stands_on(AFTER) is stands
