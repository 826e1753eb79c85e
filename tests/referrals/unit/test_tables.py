"""Rules that are data."""

from datetime import date

import pytest

from cme_contracts.codes import Factor
from cme_referrals.domain.tables import AtOnce, at_once, at_once_table


@pytest.mark.policy("9.1")
@pytest.mark.parametrize(("day", "holds"), [(2, False), (3, True), (5, True), (6, False)])
def test_a_row_holds_on_its_first_and_its_last_day(day: int, holds: bool) -> None:
    table = [AtOnce("fgm", date(2026, 11, 3), date(2026, 11, 5), "a test")]
    assert at_once((Factor.FGM,), date(2026, 11, day), table) == ((Factor.FGM,) if holds else ())


@pytest.mark.policy("9.1")
def test_every_factor_that_may_not_wait_is_a_code_readers_know_and_has_its_source() -> None:
    table = at_once_table()
    assert {row.code for row in table} == {
        Factor.CHILD_PROTECTION_PLAN, Factor.LOOKED_AFTER, Factor.SECTION_47, Factor.CHILD_IN_NEED,
        Factor.DOMESTIC_ABUSE, Factor.FGM, Factor.FORCED_MARRIAGE, Factor.EXPLOITATION, Factor.TRAFFICKING,
        Factor.RADICALISATION, Factor.SOCIAL_WORKER,
        Factor.SUDDEN_DISAPPEARANCE, Factor.IMMEDIATE_DANGER, Factor.PRIVATE_FOSTERING, Factor.PREVIOUSLY_MISSING,
        Factor.RUN_AWAY,
    }  # fmt: skip
    assert all(row.source for row in table)


@pytest.mark.policy("9.1")
def test_only_what_may_not_wait_goes_ahead_and_only_while_its_row_holds() -> None:
    ticked = (Factor.EHCP, Factor.FGM, Factor.HOMELESS_OR_REFUGE)
    assert at_once(ticked, date(2026, 11, 23)) == (Factor.FGM,)
    assert at_once(ticked, date(2024, 8, 18)) == ()
