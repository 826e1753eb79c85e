"""What two signatures under joint enquiries decide together."""

from datetime import date
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_contracts import codes_intake as contract
from cme_register.domain.joint_enquiry import Decision, JointEnquiry, Signature

signatures = st.none() | st.builds(
    Signature, found=st.booleans(), return_expected=st.none() | st.booleans(), enquiries=st.integers(0, 9),
    signed_on=st.dates(date(2026, 11, 1), date(2026, 12, 1)),
)  # fmt: skip


def signed(found: bool, return_expected: bool | None = None) -> Signature:
    return Signature(found=found, return_expected=return_expected, enquiries=3, signed_on=date(2026, 11, 27))


def enquiry(school: Signature | None, authority: Signature | None) -> JointEnquiry:
    return JointEnquiry(
        id=UUID(int=1), record_id=UUID(int=2), school_urn="999001", ground="i", school=school, authority=authority
    )


@pytest.mark.policy("5.2.6")
@pytest.mark.parametrize(
    ("school", "authority", "decision"),
    [
        (signed(False), signed(False), Decision.AGREED),
        (signed(True, False), signed(True, False), Decision.AGREED),
        (signed(True, False), signed(True, True), Decision.NOT_AGREED),
        (signed(True, True), signed(True, False), Decision.NOT_AGREED),
        (signed(False), signed(True, False), Decision.NOT_AGREED),
        (signed(False, False), signed(True, False), Decision.AGREED),
        (signed(False), None, Decision.AWAITING_AUTHORITY),
        (None, signed(False), Decision.AWAITING_SCHOOL),
        (None, None, Decision.WITHDRAWN),
    ],
    ids=[
        "not found", "found, both given up", "the council expects the child back", "the school does",
        "the school knew nothing of it", "the school had given up", "the school alone", "the council alone", "nobody",
    ],
)  # fmt: skip
def test_not_found_or_found_and_both_given_up(
    school: Signature | None, authority: Signature | None, decision: Decision
) -> None:
    assert enquiry(school, authority).decision is decision


@given(signatures, signatures)
def test_it_does_not_matter_who_says_what_and_one_signature_never_agrees(
    one: Signature | None, other: Signature | None
) -> None:
    agreed = enquiry(one, other).decision is Decision.AGREED
    assert agreed == (enquiry(other, one).decision is Decision.AGREED)
    assert not agreed or (one is not None and other is not None)


def test_the_decisions_are_those_of_the_contracts() -> None:
    assert {one.value for one in Decision} == {one.value for one in contract.JointDecision} - {"unknown"}


@pytest.mark.parametrize(
    ("known", "given_"), list(product([None, date(2026, 11, 2)], [None, date(2026, 11, 2), date(2026, 3, 2)]))
)
def test_a_signature_belongs_to_the_absence_it_names(known: date | None, given_: date | None) -> None:
    one = JointEnquiry(id=UUID(int=1), record_id=UUID(int=2), school_urn="999001", ground="i", began_on=known)
    assert one.is_about(given_) is (known is None or given_ is None or known == given_)
