"""What raises a concern never waits for the register: intake sends it ahead, on a lane of its own."""

from datetime import date

import pytest

from cme_referrals.domain.tables import at_once
from cme_safeguarding.adapters import factor_file
from cme_safeguarding.domain.factors import Level

TODAY = date(2026, 11, 23)


@pytest.mark.policy("9.2")
def test_whatever_safeguarding_weighs_as_a_concern_travels_on_the_fast_lane() -> None:
    concerns = tuple(rule.code for rule in factor_file.load().in_force(TODAY) if rule.level is Level.CONCERN)
    assert concerns
    assert at_once(concerns, TODAY) == concerns
