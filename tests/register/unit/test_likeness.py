"""Are two descriptions one child? Each error by itself, twins and namesakes, and why in words (policy 8; domain 3.2)."""

from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from cme_register.adapters.tables import load_rules
from cme_register.domain.agreement import birth
from cme_register.domain.blocking import keys
from cme_register.domain.details import Address, Details, Parent
from cme_register.domain.features import features
from cme_register.domain.likeness import WORDS, Certainty, compare, likely
from cme_register.domain.names import apart, folded, one_apart, sound

WEIGHTS = load_rules().matching
HOME = Address(("14 Nowhere Lane",), "ZZ99 1AB")
AWAY = Address(("3 Elsewhere Row",), "ZZ97 5QR")
ASH = Parent("Ash Quillfeather", telephones=("01632 960777",))
ISOLDE = Details(
    "Isolde", "Quillfeather", date_of_birth=date(2016, 5, 4), sex="F", upn="W830200126001", addresses=(HOME,), parents=(ASH,)
)  # fmt: skip
OLIVER = Details("Oliver", "Smith", date_of_birth=date(2014, 11, 20), addresses=(HOME,))
CERTAIN, POSSIBLE, UNLIKELY = Certainty.CERTAIN, Certainty.POSSIBLE, Certainty.UNLIKELY
NOT_GIVEN = {"upn": None, "parents": ()}


@pytest.mark.parametrize(
    ("one", "changed", "expected", "reason"),
    [
        (ISOLDE, {}, CERTAIN, "same UPN"),
        (ISOLDE, {"addresses": (AWAY,), **NOT_GIVEN}, POSSIBLE, "other address"),
        (ISOLDE, {"forename": "ISÓLDE", **NOT_GIVEN}, CERTAIN, "same forename"),
        (ISOLDE, {"forename": "Quillfeather", "surname": "Isolde", **NOT_GIVEN}, CERTAIN, "forename and surname exchanged"),
        (ISOLDE, {"date_of_birth": date(2016, 4, 5), **NOT_GIVEN}, CERTAIN, "day and month of birth exchanged"),
        (ISOLDE, {"date_of_birth": date(2016, 5, 5), **NOT_GIVEN}, CERTAIN, "date of birth differs by one figure"),
        (ISOLDE, {"surname": "Quilfeather", **NOT_GIVEN}, CERTAIN, "surnames sound alike"),
        (ISOLDE, {"surname": "Quillfeather-Penhallow", **NOT_GIVEN}, CERTAIN, "surnames share a part"),
        (ISOLDE, {"surname": "Penhallow", "upn": None, "addresses": (AWAY,)}, CERTAIN, "other surname"),
        (ISOLDE, {"surname": "Penhallow", "parents": (), "addresses": (AWAY,)}, CERTAIN, "same UPN"),
        (ISOLDE, {"forename": "Izzy", "other_names": ("Isolde",), **NOT_GIVEN}, CERTAIN, "by another name that is known"),
        (ISOLDE, {"upn": "K830200126002"}, CERTAIN, "other UPN"),
        (ISOLDE, {"upn": "W83020012600A", "parents": ()}, CERTAIN, "same address"),
        (ISOLDE, {"forename": "Islode", "upn": None}, CERTAIN, "forenames sound alike"),
        (ISOLDE, {"forename": "Isolbe", "upn": None}, POSSIBLE, "forename differs by a slip of the pen"),
        (ISOLDE, {"forename": "Islode"}, CERTAIN, "same UPN"),
        (ISOLDE, {"date_of_birth": None, "upn": None}, CERTAIN, "same surname"),
        (ISOLDE, {"date_of_birth": None, **NOT_GIVEN}, POSSIBLE, "same surname"),
        (ISOLDE, {"date_of_birth": None}, CERTAIN, "same UPN"),
        (ISOLDE, {"date_of_birth": date(2012, 1, 23)}, POSSIBLE, "other date of birth"),
        (ISOLDE, {"forename": "Rowan"}, POSSIBLE, "other forename"),
        (ISOLDE, {"forename": "Rowan", "upn": "K830200126002"}, UNLIKELY, "other UPN"),
        (ISOLDE, {"forename": "Rowan", "upn": None}, UNLIKELY, "other forename"),
        (ISOLDE, {"forename": "Rowan", "date_of_birth": date(2013, 8, 30), "upn": None}, UNLIKELY, "same address"),
        (ISOLDE, {"forename": "Rowan", "surname": "Sallow", "addresses": (), "parents": ()}, POSSIBLE, "same UPN"),
        (ISOLDE, {"forename": "Rowan", "surname": "Sallow", "date_of_birth": date(2012, 1, 23), "addresses": (), "parents": ()}, UNLIKELY, "same UPN"),
        (OLIVER, {}, CERTAIN, "same address"),
        (OLIVER, {"forename": "Ollie"}, CERTAIN, "one forename is short for the other"),
        (OLIVER, {"addresses": (AWAY,)}, POSSIBLE, "other address"),
        (OLIVER, {"addresses": (AWAY,), "date_of_birth": date(2014, 11, 21)}, UNLIKELY, "other address"),
        (replace(OLIVER, forename="Mohammed", surname="Hussain"), {"forename": "Muhammad", "surname": "Hussein"}, CERTAIN, "one forename is short for the other"),
    ],
)  # fmt: skip
def test_each_error_by_itself(one: Details, changed: dict[str, object], expected: Certainty, reason: str) -> None:
    assert WEIGHTS
    other = replace(one, **changed)  # type: ignore[arg-type]  # each row names fields of Details
    there, back = compare(one, other, WEIGHTS), compare(other, one, WEIGHTS)
    assert (there.certainty, reason in there.reasons) == (expected, True)
    assert (there.score, there.certainty, set(there.reasons)) == (back.score, back.certainty, set(back.reasons))
    if expected is not UNLIKELY:
        assert keys(one) & keys(other)  # or they would never be compared


def test_no_reason_says_a_value() -> None:
    said = {words for levels in WORDS.values() for words in levels.values()}
    assert not any(figure.isdigit() for words in said for figure in words)
    assert WEIGHTS
    spoken = " ".join(compare(ISOLDE, replace(ISOLDE, surname="Penhallow"), WEIGHTS).reasons).casefold()
    assert not [word for word in ("isolde", "quillfeather", "penhallow", "nowhere", "2016", "zz99") if word in spoken]


def test_a_name_weighs_less_the_more_children_bear_it() -> None:
    weights = load_rules().matching
    assert weights
    rare = compare(ISOLDE, ISOLDE, weights).score
    weights.count(["isolde"] * 400 + [f"name{n}" for n in range(20_000)], ["quillfeather"] * 10)
    assert compare(ISOLDE, ISOLDE, weights).score < rare - 5


@pytest.mark.parametrize(
    ("one", "other"),
    [("Zoë", "zoe"), ("  Anna   Maria ", "anna maria"), ("O\N{RIGHT SINGLE QUOTATION MARK}DELL", "o'dell"), ("Groß", "gross"), ("Łukasz", "lukasz")],
)  # fmt: skip
def test_names_are_compared_without_case_accents_and_spaces(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("yousef", "yusuf"), ("mohammed", "muhammad"), ("catherine", "katharine"), ("stephen", "steven"), ("sean", "shaun"), ("philip", "filip")],
)  # fmt: skip
def test_what_is_written_in_several_ways_sounds_alike(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@pytest.mark.parametrize(
    ("one", "other", "letters"),
    [("isolde", "isolde", 0), ("isolde", "isolda", 1), ("isolde", "islode", 1), ("isolde", "isold", 1), ("isolde", "ottoline", 4), ("", "abcdef", 4)],
)  # fmt: skip
def test_how_many_letters_two_spellings_are_apart(one: str, other: str, letters: int) -> None:
    assert apart(one, other) == letters == apart(other, one)


@example(date(2016, 5, 4), date(2016, 5, 14))
@example(date(2016, 5, 12), date(2016, 5, 21))
@example(date(2016, 5, 12), date(2016, 6, 13))
@given(st.dates(date(2006, 1, 1), date(2026, 12, 31)), st.dates(date(2006, 1, 1), date(2026, 12, 31)))
def test_one_wrong_figure_of_a_birth_date_is_one_letter_apart(one: date, other: date) -> None:
    alike = apart(one.strftime("%d%m%Y"), other.strftime("%d%m%Y")) == 1
    swapped = one.year == other.year and (one.day, one.month) == (other.month, other.day)
    if one != other and not swapped:
        assert (birth(one, other) == "digit") is alike


def letters_wrong(one: str, other: str) -> int:
    """The same by its definition: the shortest way from one to the other."""

    @cache
    def way(here: int, there: int) -> int:
        if here == len(one) or there == len(other):
            return len(one) - here + len(other) - there
        ways = [
            way(here + 1, there + 1) + (one[here] != other[there]),
            way(here + 1, there) + 1,
            way(here, there + 1) + 1,
        ]
        if one[here : here + 2] == other[there : there + 2][::-1] and len(one[here : here + 2]) == 2:
            ways.append(way(here + 2, there + 2) + 1)
        return min(ways)

    return way(0, 0)


@given(st.text("abc", max_size=9), st.text("abc", max_size=9))
def test_letters_are_counted_no_further_than_four(one: str, other: str) -> None:
    assume(set(one) & set(other))  # what has no letter in common is another name
    assert apart(one, other) == min(4, letters_wrong(one, other))


@given(st.text("AB1", max_size=6), st.text("AB1", max_size=6))
def test_one_slip_in_a_number_is_one_letter_apart(one: str, other: str) -> None:
    assert one_apart(one, other) == (letters_wrong(one, other) == 1)


NAMES = st.sampled_from(["Isolde", "Islode", "Izzy", "Oliver", "Ollie", "Jack", "Jake", "I", "Row1", "Row2", "Anna Maria", "Quillfeather", "Smith", "Smyth", "Hussain", "Smith-Hussain"])  # fmt: skip
DESCRIPTIONS = st.builds(
    Details,
    NAMES,
    NAMES,
    other_names=st.lists(NAMES, max_size=2).map(tuple),
    date_of_birth=st.sampled_from([None, date(2016, 5, 4), date(2016, 4, 5), date(2016, 5, 5), date(2012, 1, 23)]),
    sex=st.sampled_from([None, "F", "M"]),
    upn=st.sampled_from([None, "W830200126001", "W830200126002", "K830200126777"]),
    nhs_number=st.sampled_from([None, "9990000018", "9990000026"]),
    addresses=st.lists(st.sampled_from([HOME, AWAY, Address((), "ZZ99 1AB")]), max_size=2).map(tuple),
    parents=st.lists(st.sampled_from([ASH, Parent("Rowan Sallow"), Parent("Ash Sallow")]), max_size=2).map(tuple),
)


@settings(max_examples=300)
@given(DESCRIPTIONS, DESCRIPTIONS, st.lists(NAMES.map(str.casefold), max_size=3), st.sampled_from([-1.0, 4.0]))
def test_who_is_passed_over_early_is_whom_comparing_everything_passes_over(
    one: Details, other: Details, common: list[str], possible: float
) -> None:
    assert WEIGHTS
    weights = replace(WEIGHTS, possible=possible, forenames=replace(WEIGHTS.forenames), surnames=WEIGHTS.surnames)
    weights.forenames.count(common * 2_000)
    everything = compare(one, other, weights)
    expected = None if everything.certainty is UNLIKELY else everything
    assert likely(features(one), features(other), weights) == expected
