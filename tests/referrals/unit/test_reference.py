"""What a referrer quotes on the telephone."""

from hypothesis import given
from hypothesis import strategies as st

from cme_referrals.domain.reference import RANDOM, SIGNS, is_reference, reference_of

NUMBERS = st.integers(0, RANDOM - 1)


@given(NUMBERS)
def test_a_reference_is_eleven_signs_in_three_groups(number: int) -> None:
    reference = reference_of(number)
    assert [len(group) for group in reference.split("-")] == [4, 4, 3]
    assert is_reference(reference)
    assert is_reference(reference.lower().replace("-", " "))


@given(NUMBERS, st.integers(0, 10), st.sampled_from(SIGNS))
def test_one_misheard_sign_is_noticed(number: int, place: int, sign: str) -> None:
    signs = reference_of(number).replace("-", "")
    misheard = signs[:place] + sign + signs[place + 1 :]
    assert is_reference(misheard) == (misheard == signs)


@given(NUMBERS, st.integers(0, 9))
def test_two_exchanged_signs_are_noticed(number: int, place: int) -> None:
    signs = reference_of(number).replace("-", "")
    pair = signs[place : place + 2]
    exchanged = signs[:place] + pair[::-1] + signs[place + 2 :]
    assert is_reference(exchanged) == (len(set(pair)) == 1 or set(pair) == {"2", "Z"})


@given(NUMBERS, NUMBERS)
def test_different_numbers_have_different_references(one: int, other: int) -> None:
    assert (reference_of(one) == reference_of(other)) == (one == other)
