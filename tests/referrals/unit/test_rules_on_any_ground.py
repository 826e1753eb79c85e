"""A name is never deleted backwards, from a school unnamed, or at an age that the ground is not for."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.referrals.unit.deletions import deletion, november_day, refused


@pytest.mark.parametrize(
    ("more", "challenged"),
    [
        ({"recorded_on": november_day(23)}, True),
        ({"recorded_on": november_day(20), "received_on": date(2027, 3, 1)}, False),
        ({"last_attended_on": november_day(23)}, True),
        ({"last_attended_on": november_day(20)}, False),
        ({"received_on": november_day(30)}, False),
        ({"received_on": date(2026, 12, 1)}, True),
    ],
    ids=[
        "recorded later",
        "late return",
        "attended later",
        "attended that day",
        "ten days",
        "eleven days, nobody says",
    ],
)
@pytest.mark.parametrize("ground", ["a", "g", "k"])
def test_a_name_is_never_deleted_from_an_earlier_day(ground: str, more: dict[str, Any], challenged: bool) -> None:
    it = deletion(ground, november_day(20), destination_given=True, **more)
    assert ("retrospective" in refused(it)) is challenged


def test_ground_a_names_the_new_school() -> None:
    assert refused(deletion("a", november_day(20))) == ["ground-a-new-school"]
    assert refused(deletion("a", november_day(20), destination_given=True)) == []


def test_the_grounds_of_9_1_are_for_children_of_compulsory_school_age() -> None:
    too_young = deletion("g", november_day(20), distance_miles=60, of_compulsory_school_age=False)
    assert refused(too_young) == ["compulsory-school-age"]
    assert refused(replace(too_young, of_compulsory_school_age=None)) == []
    for ground in ("b", "k", "l", "9(3)"):  # nursery, a death, whoever leaves school, and the letters of 9(3) itself
        assert "compulsory-school-age" not in refused(replace(too_young, ground=ground))
    assert refused(replace(too_young, ground="9(3)")) == []
    assert refused(replace(too_young, ground="9(3)", of_compulsory_school_age=True)) == ["not-of-school-age"]
