"""An identifier is believed when it can be right, and only then."""

import pytest
import stdnum.gb.nhs
import stdnum.gb.upn
from hypothesis import given
from hypothesis import strategies as st

from cme_referrals.domain.identifiers import (
    LETTERS,
    believable_nhs_number,
    believable_upn,
    believable_uprn,
    is_placeholder,
    is_temporary,
    is_urn,
    school_number,
)


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


@pytest.mark.parametrize(
    ("upn", "temporary"), [("W830200126001", False), ("K830200126002", False), ("G83020012600A", True)]
)
def test_a_number_for_the_time_being_ends_in_a_letter(upn: str, temporary: bool) -> None:
    assert is_temporary(upn) is temporary


@pytest.mark.parametrize(
    ("given", "placeholder"), [("UN1", True), ("un5", True), ("UN6", False), ("UN", False), ("W830200126001", False)]
)
def test_what_stands_where_a_child_has_no_number_is_known_and_no_number(given: str, placeholder: bool) -> None:
    assert is_placeholder(given) is placeholder
    assert not (placeholder and believable_upn(given))


@given(
    st.from_regex(f"[{LETTERS}][0-9]{{11}}[0-9{LETTERS}]", fullmatch=True), st.integers(0, 12), st.sampled_from(LETTERS)
)
def test_a_letter_that_was_mistyped_is_noticed(upn: str, place: int, letter: str) -> None:
    """Weights 2 to 13 differ from each other and from nought, modulo 23: one wrong sign always changes the check letter."""
    right = next(one + upn[1:] for one in LETTERS if believable_upn(one + upn[1:]))
    sign = letter if place in {0, 12} else str(LETTERS.index(letter) % 10)
    wrong = right[:place] + sign + right[place + 1 :]
    value = {**{one: n for n, one in enumerate(LETTERS)}, **{str(n): n for n in range(10)}}
    same = value[right[place]] == value[sign]  # A is worth 0, as the figure is
    assert (believable_upn(wrong) is not None) == same


@pytest.mark.parametrize(
    ("given", "believed"),
    [
        ("10012345678", "10012345678"),
        ("010012345678", "10012345678"),  # filled up to twelve, as some systems do
        ("1", "1"),
        (" 100 123 ", "100123"),
        ("1234567890123", None),
        ("000", None),
        ("12a", None),
        ("٣", None),
        ("", None),
    ],
)
def test_a_property_has_up_to_twelve_figures(given: str, believed: str | None) -> None:
    assert believable_uprn(given) == believed


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("990001", "990001"),
        ("999/4001", "9994001"),
        ("9994001", "9994001"),
        ("999 4001", "9994001"),
        ("999-4001", "9994001"),
        ("99001", None),
        ("99/94001", None),
        ("99940010", None),
        ("Harrowmere", None),
        ("٩٩٠٠٠١", None),
        ("", None),
    ],
)
def test_a_school_has_six_figures_or_an_authority_and_a_number_there(given: str, number: str | None) -> None:
    assert school_number(given) == number
    assert number is None or is_urn(number) == (len(number) == 6)
