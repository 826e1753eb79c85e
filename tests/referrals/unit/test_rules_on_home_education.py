"""A deletion for home education rests on the parent's letter and the day it states: the law's own cases with their dates."""

import pytest

from tests.referrals.unit.deletions import asked, deletion, november_day, refused, written


@pytest.mark.policy("5.2.6")
def test_home_education_in_writing_may_be_acted_on_only_once_the_stated_day_has_passed() -> None:
    early = asked(written(november_day(26)))
    assert list(early) == ["ground-f-stated-day"]
    assert early["ground-f-stated-day"].not_before == november_day(28)
    assert refused(written(november_day(27))) == ["ground-f-stated-day"]
    assert refused(written(november_day(28))) == refused(written(november_day(30))) == []


@pytest.mark.policy("5.2.6")
def test_home_education_by_word_of_mouth_is_no_ground() -> None:
    assert refused(deletion("f", november_day(20))) == ["ground-f-writing"]
    late = deletion("f", november_day(20), writing_received_on=november_day(23), stated_day=november_day(13))
    assert refused(late) == ["ground-f-writing"]


def test_a_letter_without_a_day_does_not_say_from_when_on() -> None:
    assert refused(deletion("f", november_day(20), writing_received_on=november_day(16))) == ["ground-f-stated-day"]


def test_a_plan_in_a_mainstream_school_needs_no_consent() -> None:
    assert asked(written(november_day(30), special_school=False), elsewhere=None).keys() == {"order-in-force"}
    assert refused(written(november_day(30), special_school=False)) == []
