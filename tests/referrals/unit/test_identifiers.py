"""An identifier is believed when it can be right, and only then."""

import pytest
import stdnum.gb.nhs
import stdnum.gb.upn
from hypothesis import given
from hypothesis import strategies as st

from cme_referrals.domain.identifiers import LETTERS, believable_nhs_number, believable_upn


@pytest.mark.parametrize("upn", ["W830200126001", "K830200126002", "G83020012600A", "w8302 0012 6001"])
def test_a_number_with_the_right_check_letter_is_believed(upn: str) -> None:
    assert believable_upn(upn) == upn.replace(" ", "").upper()


@pytest.mark.parametrize(
    "upn", ["A830200126001", "UN1", "W83020012600", "W8302001260011", "W83020012600I", "W٨30200126001", ""]
)
def test_a_number_that_cannot_be_right_is_not(upn: str) -> None:
    assert believable_upn(upn) is None


def test_an_authority_founded_after_the_check_rule_was_written_down_is_no_reason_to_disbelieve() -> None:
    """Dorset (838) is on no old list, and the issuing authority proves nothing anyway."""
    signs = "838200126001"
    check = LETTERS[sum(int(sign) * weight for sign, weight in zip(signs, range(2, 14), strict=True)) % 23]
    assert believable_upn(check + signs) == check + signs
    assert not stdnum.gb.upn.is_valid(check + signs)


@given(st.integers(0, 99_999_999), st.sampled_from("0123456789" + LETTERS))
def test_check_letters_agree_with_an_independent_rule(middle: int, last: str) -> None:
    signs = f"830{middle:08}{last}"
    upn = stdnum.gb.upn.calc_check_digit(signs) + signs
    assert believable_upn(upn) == upn
    wrong = LETTERS[(LETTERS.index(upn[0]) + 1) % 23] + signs
    assert believable_upn(wrong) is None


@pytest.mark.parametrize("number", ["9434765919", "9990000018", "943 476 5919"])
def test_an_nhs_number_with_the_right_check_digit_is_believed(number: str) -> None:
    assert believable_nhs_number(number) == number.replace(" ", "")


@pytest.mark.parametrize("number", ["943476591", "94347659190", "943476591X", "٩434765919", ""])
def test_an_nhs_number_of_another_form_is_not_believed(number: str) -> None:
    assert believable_nhs_number(number) is None


@given(st.from_regex("[0-9]{10}", fullmatch=True))
def test_nhs_numbers_agree_with_an_independent_rule(number: str) -> None:
    assert (believable_nhs_number(number) is not None) == stdnum.gb.nhs.is_valid(number)
