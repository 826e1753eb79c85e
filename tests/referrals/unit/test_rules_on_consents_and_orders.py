"""What the authority decides stands above a school's deletion: its consent for special schools, its attendance orders."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cme_referrals.domain.rules import Consent, ConsentKind, Elsewhere, Order, State
from tests.referrals.unit.deletions import LETTERS, OTHER, SCHOOL, asked, deletion, november_day, refused, written

# Special schools


def test_a_special_school_needs_the_consent_of_the_authority_that_placed_the_child() -> None:
    it = written(november_day(30), special_school=True, placed_by_authority=True)
    assert asked(it, elsewhere=None)["special-school-consent"].state is State.NOT_YET_KNOWN
    assert refused(it) == ["special-school-consent"]
    consent = Consent(kind=ConsentKind.SPECIAL_SCHOOL_DELETION, given=True, decided_on=date(2026, 12, 9))
    later = asked(it, elsewhere=Elsewhere(consents=(consent,)))["special-school-consent"]
    assert (later.state, later.not_before) == (State.CHALLENGED, date(2026, 12, 9))
    on_the_day = replace(it, deleted_on=date(2026, 12, 9))
    assert refused(on_the_day, elsewhere=Elsewhere(consents=(consent,))) == []


@pytest.mark.parametrize(
    ("more", "consents", "expected"),
    [
        ({"placed_by_authority": False}, (), []),
        ({"special_school": None}, (), []),
        ({}, (), ["special-school-consent"]),
        ({}, ((True, 10), (False, 20)), ["special-school-consent"]),
        ({}, ((False, 10), (True, 20)), []),
        ({}, ((False, 20), (True, 20)), []),
        ({}, ((True, 20), (False, 20)), ["special-school-consent"]),
    ],
    ids=[
        "placed by nobody",
        "type not known",
        "nobody said",
        "taken back",
        "given after all",
        "given the same day",
        "refused the same day",
    ],
)
def test_the_latest_decision_up_to_the_deletion_counts(
    more: dict[str, Any], consents: tuple[tuple[bool, int], ...], expected: list[str]
) -> None:
    it = written(november_day(30), **({"special_school": True} | more))
    given_ = tuple(
        Consent(kind=ConsentKind.SPECIAL_SCHOOL_DELETION, given=yes, decided_on=november_day(day))
        for yes, day in consents
    )
    assert refused(it, elsewhere=Elsewhere(consents=given_)) == expected


def test_a_consent_for_another_school_or_of_another_kind_is_none() -> None:
    it = written(november_day(30), special_school=True)
    for other in (
        Consent(kind=ConsentKind.SPECIAL_SCHOOL_DELETION, given=True, decided_on=november_day(2), school_urn=OTHER),
        Consent(kind=ConsentKind.JOINT_ENQUIRIES, given=True, decided_on=november_day(2)),
    ):
        assert refused(it, elsewhere=Elsewhere(consents=(other,))) == ["special-school-consent"]


@pytest.mark.parametrize("ground", ["d", "e", "k"])
def test_no_consent_is_asked_for_what_the_authority_did_itself_or_for_a_death(ground: str) -> None:
    assert refused(deletion(ground, november_day(30), special_school=True)) == []


# School attendance orders


@pytest.mark.parametrize("ground", LETTERS)
def test_an_order_that_names_the_school_excludes_grounds_a_c_and_f_only(ground: str) -> None:
    order = Order(school_urn=SCHOOL, in_force_from=november_day(1))
    it = written(november_day(30), destination_given=True)
    found = refused(replace(it, ground=ground), elsewhere=Elsewhere(orders=(order,)))
    assert ("order-in-force" in found) is (ground in "acf")


@pytest.mark.parametrize(
    ("order", "challenged", "not_before"),
    [
        (Order(school_urn=OTHER, in_force_from=november_day(1)), False, None),
        (Order(school_urn=SCHOOL, in_force_from=date(2026, 12, 1)), False, None),
        (Order(school_urn=SCHOOL, in_force_from=november_day(30)), True, None),
        (Order(school_urn=SCHOOL, in_force_from=november_day(1), in_force_to=november_day(29)), False, None),
        (
            Order(school_urn=SCHOOL, in_force_from=november_day(1), in_force_to=november_day(30)),
            True,
            date(2026, 12, 1),
        ),
    ],
    ids=["another school", "not yet", "first day", "over", "last day"],
)
def test_an_order_counts_while_it_is_in_force(order: Order, challenged: bool, not_before: date | None) -> None:
    found = asked(written(november_day(30)), elsewhere=Elsewhere(orders=(order,))).get("order-in-force")
    assert (found is not None) is challenged
    assert found is None or found.not_before == not_before
