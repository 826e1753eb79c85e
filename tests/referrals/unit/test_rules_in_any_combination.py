"""What holds of the rules whatever a return says, and whatever is heard in whatever order."""

from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_calendars import SchoolDays
from cme_referrals.domain.rules import (
    Challenge,
    Consent,
    ConsentKind,
    Deletion,
    Elsewhere,
    JointEnquiry,
    Known,
    Order,
    State,
    findings,
    rule_table,
)

DAYS = SchoolDays([(date(2026, 9, 3), date(2026, 10, 23)), (date(2026, 11, 2), date(2026, 12, 18))])
SCHOOL, OTHER = "990001", "990002"
TABLE = rule_table()
GROUNDS = st.sampled_from([*"abcdefghijklmno", "9(3)"])
AUTHORITYS_OWN = {"ground-d-order-amended", "ground-e-order-revoked"}
"""What the authority did itself: silence about it says nothing."""
autumn = st.dates(date(2026, 9, 10), date(2026, 12, 10))
SAID: dict[str, st.SearchStrategy[Any]] = {
    one.name: {"bool": st.booleans(), "bool | None": st.none() | st.booleans(), "date": autumn,
               "date | None": st.none() | autumn, "int | None": st.none() | st.integers(0, 120)}[str(one.type)]
    for one in fields(Deletion) if one.name not in {"school_urn", "ground"}
}  # fmt: skip
returns = st.builds(Deletion, school_urn=st.just(SCHOOL), ground=GROUNDS, **SAID)
orders = st.builds(
    lambda urn, first, length: Order(
        school_urn=urn, in_force_from=first, in_force_to=None if length is None else first + timedelta(days=length)
    ),
    st.sampled_from([SCHOOL, OTHER]), autumn, st.none() | st.integers(0, 60),
)  # fmt: skip
consents = st.builds(
    Consent, kind=st.sampled_from(ConsentKind), given=st.booleans(), decided_on=autumn,
    school_urn=st.sampled_from([None, SCHOOL, OTHER]),
)  # fmt: skip
joint = st.builds(
    JointEnquiry, school_urn=st.sampled_from([SCHOOL, OTHER]), ground=st.sampled_from("hi"), began_on=st.none() | autumn,
    decision=st.sampled_from(["awaiting_school", "awaiting_authority", "agreed", "not_agreed", "withdrawn"]),
    school_signed_on=st.none() | autumn, authority_signed_on=st.none() | autumn,
)  # fmt: skip
recorded = st.builds(
    lambda some, others, enquiries: Elsewhere(tuple(some), tuple(others), tuple(enquiries)),
    st.lists(orders, max_size=3),
    st.lists(consents, max_size=3),
    st.lists(joint, max_size=2),
)


def asked(it: Deletion, days: SchoolDays | None, elsewhere: Elsewhere | None) -> dict[str, Challenge]:
    return dict(findings(Known(deletion=it, days=days, elsewhere=elsewhere), TABLE.rules))


def in_state(found: dict[str, Challenge], state: State) -> set[str]:
    return {rule for rule, one in found.items() if one.state is state}


@pytest.mark.policy("5.2.6")
@given(returns, st.none() | st.just(DAYS), recorded)
def test_whatever_is_said_an_answer_comes_and_more_facts_never_leave_it_open(
    it: Deletion, days: SchoolDays | None, elsewhere: Elsewhere
) -> None:
    before, after = asked(it, days, None), asked(it, days, elsewhere)
    allowed = AUTHORITYS_OWN if days else AUTHORITYS_OWN | {"ground-h-days", "ground-i-days"}
    beyond = {"ground-h-days", "ground-i-days"}  # a period that leaves the calendar
    assert in_state(after, State.NOT_YET_KNOWN) <= allowed | beyond
    assert in_state(after, State.NOT_YET_KNOWN) <= in_state(before, State.NOT_YET_KNOWN)
    # that the school has signed may be heard from the register, where its return does not say so
    assert in_state(before, State.CHALLENGED) - {"joint-enquiries"} <= in_state(after, State.CHALLENGED)
    assert set(after) <= set(before)


@given(returns, recorded, st.none() | st.just(DAYS))
def test_what_holds_a_child_on_the_roll_is_what_the_table_says(
    it: Deletion, elsewhere: Elsewhere, days: SchoolDays | None
) -> None:
    rules = {rule.code: rule for rule in TABLE.rules}
    for code, one in asked(it, days, elsewhere).items():
        assert one.still_on_roll is (one.state is State.CHALLENGED and rules[code].holds_back)
        assert one.still_on_roll is TABLE.still_on_roll(code, one.state)
    for code, one in asked(it, days, None).items():
        if one.state is State.NOT_YET_KNOWN:
            assert one.still_on_roll is rules[code].holds_back_unknown


@given(returns, recorded)
def test_a_consent_up_to_the_deletion_frees_and_a_refusal_after_it_holds(it: Deletion, elsewhere: Elsewhere) -> None:
    def decided(given_: bool) -> Elsewhere:
        more = Consent(kind=ConsentKind.SPECIAL_SCHOOL_DELETION, given=given_, decided_on=it.deleted_on)
        return replace(elsewhere, consents=(*elsewhere.consents, more))

    placed = replace(it, special_school=True, placed_by_authority=True)
    assert "special-school-consent" not in asked(placed, DAYS, decided(True))
    refused = asked(placed, DAYS, decided(False)).get("special-school-consent")
    assert (refused is not None) is (it.ground not in {"d", "e", "k", "9(3)"})


@given(returns, recorded, orders)
def test_another_order_never_frees_a_child_that_one_keeps(it: Deletion, elsewhere: Elsewhere, order: Order) -> None:
    more = replace(elsewhere, orders=(*elsewhere.orders, order))
    kept = {"order-in-force"} & in_state(asked(it, DAYS, elsewhere), State.CHALLENGED)
    assert kept <= in_state(asked(it, DAYS, more), State.CHALLENGED)
