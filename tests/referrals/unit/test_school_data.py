"""An authority's school year contradicts itself, or it does not."""

from datetime import date

import pytest

from cme_referrals.domain.school_data import Term, TermDates


def term(first: int, last: int) -> Term:
    return Term("a term", date(2026, 9, first), date(2026, 9, last))


@pytest.mark.parametrize("closed", [3, 4, 5, 8])
def test_a_term_may_be_a_day_long_follow_on_the_next_day_and_be_closed_on_any_of_its_days(closed: int) -> None:
    TermDates("999", "2026-27", (term(3, 5), term(6, 6), term(8, 8)), ((date(2026, 9, closed), "inset"),))


@pytest.mark.parametrize("terms", [(term(5, 3),), (term(3, 5), term(5, 8)), (term(6, 8), term(3, 5))])
def test_terms_that_overlap_or_run_backwards_are_refused(terms: tuple[Term, ...]) -> None:
    with pytest.raises(ValueError, match="does not follow"):
        TermDates("999", "2026-27", terms)


@pytest.mark.parametrize("closed", [2, 7, 9])
def test_a_closed_day_lies_in_a_term(closed: int) -> None:
    with pytest.raises(ValueError, match="in no term"):
        TermDates("999", "2026-27", (term(3, 5), term(8, 8)), ((date(2026, 9, closed), "inset"),))
