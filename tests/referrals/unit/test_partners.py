"""What is believed of a partner without an account."""

from datetime import date

import pytest

from cme_contracts.codes import Factor
from cme_contracts.codes_intake import ReferrerKind
from cme_referrals.domain.partners import believed_kind, domains, factors_on, same_address

MONDAY = date(2026, 11, 23)


@pytest.mark.policy("10.3")
@pytest.mark.parametrize(
    ("address", "claimed", "believed"),
    [
        ("gp@nhs.net", "health", "health"),
        ("GP@Surgery.NHS.uk ", "health", "health"),
        ("gp@surgery.nhs.uk", None, "health"),
        ("gp@nhs.net", None, "public"),  # social care has such addresses too
        ("gp@nhs.net", "police", "public"),
        ("pc@harrowmere.police.uk", "police", "police"),
        ("pc@police.example.org", "police", "public"),
        ("pc@police.uk.example.org", "police", "public"),
        ("pc@notpolice.uk", "police", "public"),
        ("a@council.gov.uk", "social_care", "social_care"),
        ("a@council.gov.uk", "health", "public"),
        ("a@landlord.example.org", "housing", "housing"),  # discloses no more than to the public
        ("a@example.org", "parent", "parent"),
        ("a@example.org", None, "public"),
    ],
)
def test_a_claim_that_discloses_more_must_be_borne_out_by_the_address(
    address: str, claimed: str | None, believed: str
) -> None:
    assert believed_kind(address, claimed, MONDAY) == believed


def test_a_domain_counts_from_its_day_on() -> None:
    assert believed_kind("gp@nhs.uk", "health", date(2024, 8, 18)) == "public"


def test_the_tables_use_the_codes_of_the_contracts() -> None:
    assert {kind for domain in domains() for kind in domain.kinds} <= {kind.value for kind in ReferrerKind}
    ticked = [one.code for one in factors_on(MONDAY)]
    assert len(ticked) <= 10 and set(ticked) <= {factor.value for factor in Factor} - {"unknown"}


def test_capitals_make_no_other_person() -> None:
    assert same_address(" Gp@Surgery.Example.org") == same_address("gp@surgery.example.org")
