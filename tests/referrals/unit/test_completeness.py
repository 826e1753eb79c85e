"""A small minimum decides; everything else is chased."""

import pytest

from cme_referrals.domain.completeness import ASKED, Kind, still_missing
from cme_referrals.domain.errors import TooLittleError

LEAST = {"child.surname", "child.stated_age", "child.addresses", "referrer.telephone"}


@pytest.mark.policy("7.1")
def test_the_least_is_accepted_and_all_else_is_still_missing() -> None:
    assert set(still_missing(Kind.REFERRAL, LEAST)) == set(ASKED[Kind.REFERRAL]) - LEAST


def test_nothing_is_missing_from_a_whole_form() -> None:
    assert still_missing(Kind.REFERRAL, [*ASKED[Kind.REFERRAL]]) == ()


@pytest.mark.parametrize(
    ("left_out", "named"),
    [
        ("child.surname", "child.forename"),
        ("child.stated_age", "child.date_of_birth"),
        ("child.addresses", "child.addresses"),
        ("referrer.telephone", "referrer.email"),
    ],
)
def test_without_one_of_the_least_nobody_could_look(left_out: str, named: str) -> None:
    with pytest.raises(TooLittleError) as refused:
        still_missing(Kind.REFERRAL, LEAST - {left_out})
    assert refused.value.fields == (named,)


@pytest.mark.parametrize("kind", [Kind.NEW_PUPIL_RETURN, Kind.DELETION_RETURN])
def test_a_return_needs_no_more_of_the_child_than_a_name(kind: Kind) -> None:
    assert "child.addresses" in still_missing(kind, {"child.forename"})
    with pytest.raises(TooLittleError):
        still_missing(kind, {"child.addresses"})
