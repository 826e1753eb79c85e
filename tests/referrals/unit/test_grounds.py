"""Each ground of regulation 9(1) with the conditions of its own, as far as they are known."""

from datetime import date
from typing import Any

import pytest

from cme_referrals.domain.exemptions import Asked, deletion_exempt
from cme_referrals.domain.rules import Deletion, Elsewhere, Known, Order, State, findings, rule_table

SCHOOL, OTHER = "990001", "990002"
FRIDAY = date(2026, 11, 20)
TABLE = rule_table()


def asked(ground: str, *orders: Order, **said: Any) -> dict[str, State]:
    it = Deletion(school_urn=SCHOOL, ground=ground, deleted_on=FRIDAY, received_on=FRIDAY, **said)
    found = findings(Known(deletion=it, elsewhere=Elsewhere(orders)), TABLE.rules)
    return {rule: one.state for rule, one in found.items()}


@pytest.mark.policy("5.2.6")
@pytest.mark.parametrize(
    ("ground", "fits", "does_not", "rule"),
    [
        ("a", {}, {"dual_registration_agreed": True}, "ground-a-dual-registration"),
        ("a", {}, {"main_school_of_mobile_child": True}, "main-school-of-mobile-child"),
        ("b", {"continues_to_reception": False}, {"continues_to_reception": True}, "ground-b-reception"),
        ("b", {"continues_to_reception": False}, {}, "ground-b-reception"),
        ("c", {"other_schools_consented_on": FRIDAY}, {}, "ground-c-other-schools"),
        ("c", {"other_schools_consented_on": FRIDAY}, {"other_schools_consented_on": date(2026, 11, 21)}, "ground-c-other-schools"),
        ("c", {}, {"main_school_of_mobile_child": True}, "main-school-of-mobile-child"),
        ("g", {"new_address_given": True}, {}, "ground-g-new-home"),
        ("g", {"distance_miles": 0}, {}, "ground-g-new-home"),
        ("g", {"boarder": False}, {"boarder": True}, "ground-g-boarder"),
        ("g", {"return_expected": False}, {"return_expected": True}, "return-expected"),
        ("j", {"sentence_months": 4}, {"sentence_months": 3}, "ground-j-sentence"),
        ("j", {"sentence_months": 24}, {}, "ground-j-sentence"),
        ("j", {}, {"return_expected": True}, "return-expected"),
        ("l", {"school_age_ends_this_year": True}, {"school_age_ends_this_year": False}, "ground-l-leaver"),
        ("l", {"entering_sixth_form": False}, {"entering_sixth_form": True}, "ground-l-sixth-form"),
        ("m", {"boarder": True, "fees_unpaid": True}, {"boarder": True}, "ground-m-boarder"),
        ("m", {"boarder": True, "fees_unpaid": True}, {"fees_unpaid": True}, "ground-m-boarder"),
        ("n", {"independent_school": True}, {"independent_school": False}, "ground-n-school"),
        ("n", {"independent_school": None}, {"independent_school": False}, "ground-n-school"),
        ("o", {"review_ended_on": FRIDAY}, {"review_ended_on": date(2026, 11, 21)}, "ground-o-review"),
        ("o", {"review_ended_on": FRIDAY}, {}, "ground-o-review"),
    ],
)  # fmt: skip
def test_a_ground_asks_for_its_own_conditions_and_for_no_others(
    ground: str, fits: dict[str, Any], does_not: dict[str, Any], rule: str
) -> None:
    assert rule not in asked(ground, **fits)
    assert asked(ground, **does_not)[rule] is State.CHALLENGED


def test_a_death_is_asked_nothing_of_its_own() -> None:
    assert asked("k") == {}


@pytest.mark.parametrize(
    ("orders", "amended", "revoked"),
    [
        ((), State.NOT_YET_KNOWN, State.NOT_YET_KNOWN),
        ((Order(school_urn=SCHOOL, in_force_from=date(2026, 11, 2)),), State.CHALLENGED, State.CHALLENGED),
        ((Order(school_urn=OTHER, in_force_from=date(2026, 11, 16)),), None, State.NOT_YET_KNOWN),
        (
            (Order(school_urn=SCHOOL, in_force_from=date(2026, 11, 2), in_force_to=date(2026, 11, 19)),),
            State.NOT_YET_KNOWN,
            None,
        ),
    ],
    ids=["nothing heard", "still names this school", "names another", "ended"],
)
def test_grounds_d_and_e_wait_for_what_the_authority_did(
    orders: tuple[Order, ...], amended: State | None, revoked: State | None
) -> None:
    assert asked("d", *orders).get("ground-d-order-amended") is amended
    assert asked("e", *orders).get("ground-e-order-revoked") is revoked


def test_what_keeps_a_child_on_the_roll() -> None:
    held = {rule.code for rule in TABLE.rules if rule.holds_back}
    assert held == {
        "ground-d-order-amended", "ground-e-order-revoked", "ground-f-writing", "ground-f-stated-day", "order-in-force",
        "special-school-consent", "ground-h-days", "ground-i-days", "joint-enquiries", "consent-to-withdraw",
    }  # fmt: skip
    assert {rule.code for rule in TABLE.rules if rule.holds_back_unknown} <= held


@pytest.mark.parametrize(
    ("senior", "deleted_on", "asked_on", "exempt"),
    [
        (True, date(2027, 7, 22), None, True),
        (True, date(2027, 8, 5), None, True),
        (True, date(2027, 7, 21), None, False),
        (False, date(2027, 7, 22), None, False),
        (True, date(2027, 7, 22), date(2027, 6, 1), False),
        (True, date(2027, 7, 22), date(2027, 7, 22), True),
    ],
)
@pytest.mark.policy("5.2.2")
def test_who_leaves_the_most_senior_class_after_the_last_term_needs_no_deletion_return(
    senior: bool, deleted_on: date, asked_on: date | None, exempt: bool
) -> None:
    found = deletion_exempt(
        deleted_on,
        most_senior_class=senior,
        last_day_of_year=date(2027, 7, 22),
        urn=SCHOOL,
        asked=[Asked(asked_on, None)] if asked_on else [],
    )
    assert found is exempt
