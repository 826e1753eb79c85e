"""What a referrer quotes on the telephone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_referrals.domain.reference import RANDOM, SIGNS, read_reference, reference_of

NUMBERS = st.integers(0, RANDOM - 1)


@given(NUMBERS)
def test_a_reference_is_eleven_signs_in_three_groups(number: int) -> None:
    reference = reference_of(number)
    assert [len(group) for group in reference.split("-")] == [4, 4, 3]
    assert read_reference(reference) == reference
    assert read_reference(reference.lower().replace("-", " ")) == reference


@given(NUMBERS, st.integers(0, 10), st.sampled_from(SIGNS))
def test_one_misheard_sign_is_noticed(number: int, place: int, sign: str) -> None:
    signs = reference_of(number).replace("-", "")
    misheard = signs[:place] + sign + signs[place + 1 :]
    assert (read_reference(misheard) is not None) == (misheard == signs)


@given(NUMBERS, st.integers(0, 9))
def test_two_exchanged_signs_are_noticed(number: int, place: int) -> None:
    signs = reference_of(number).replace("-", "")
    pair = signs[place : place + 2]
    exchanged = signs[:place] + pair[::-1] + signs[place + 2 :]
    assert (read_reference(exchanged) is not None) == (len(set(pair)) == 1 or set(pair) == {"2", "Z"})


@given(NUMBERS, NUMBERS)
def test_different_numbers_have_different_references(one: int, other: int) -> None:
    assert (reference_of(one) == reference_of(other)) == (one == other)


def test_references_that_people_have_on_paper_stay_references() -> None:
    assert [reference_of(0), reference_of(123_456_789_012)] == ["2222-2222-222", "22C6-7F4P-66N"]
    assert read_reference("7KQ4-M2XW-9BW")
    assert not any(read_reference(given) for given in ("7KQ4-M2XW-9B", "7KQ4-M2XW-9BW2", "7KQ4-M2XW-9BA", ""))


@pytest.mark.parametrize("number", [-1, RANDOM])
def test_a_number_that_no_reference_holds_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="RANDOM"):
        reference_of(number)
