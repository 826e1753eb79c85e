"""Which school a form means, rightly named or not, on the day it was received: Monday 23 November 2026."""

from datetime import date

import pytest

from cme_contracts.referrals import PupilAdded, PupilDeleted, ReferralRaised
from cme_referrals.application.identifying import identified
from cme_referrals.application.receive_referral import receive_referral
from cme_referrals.application.receive_return import receive_deletion_return, receive_new_pupil_return
from cme_referrals.domain.errors import NotYourSchoolError
from cme_referrals.domain.remarks import Doubt, Remark
from cme_referrals.domain.school_data import Establishment
from cme_referrals.domain.school_history import Family
from cme_referrals.entrypoints.remarks import in_words
from tests.referrals.invented import (
    SCHOOL,
    UNLISTED_SCHOOL,
    UPN,
    WRONG_UPN,
    about,
    deletion_form,
    new_pupil_form,
    receipt,
    referral_form,
)  # fmt: skip
from tests.referrals.unit.test_receive import NOWHERE, Fake

ACADEMY, NEIGHBOUR = "990101", "990102"
LISTED = Family(
    [
        Establishment(SCHOOL, "999", "4001", "Harrowmere School", "", open=False, closed_on=date(2026, 8, 31)),
        Establishment(ACADEMY, "999", "4001", "Harrowmere Academy", "", open=True, opened_on=date(2026, 9, 1)),
        Establishment(NEIGHBOUR, "998", "2001", "Larkfold", "", open=True),
    ]
)


class Schools(Fake):
    """A list on which 990001 became 990101 on 1 September 2026."""

    async def establishment_of(self, name: str, day: date) -> Establishment | None:
        return LISTED.on(name, day)


@pytest.fixture
def tx() -> Schools:
    return Schools()


@pytest.mark.parametrize(
    ("token", "given", "remarks"),
    [
        (ACADEMY, None, ()),
        (ACADEMY, ACADEMY, ()),
        (ACADEMY, "999/4001", ()),
        (ACADEMY, SCHOOL, ("school_urn:succeeded:990101",)),
        (SCHOOL, None, ("school_urn:succeeded:990101",)),  # its access token has not been changed
        (SCHOOL, SCHOOL, ("school_urn:succeeded:990101",)),
        (SCHOOL, ACADEMY, ("school_urn:succeeded:990101",)),
        (ACADEMY, "99001", ("school_urn",)),
        (ACADEMY, "9990000", ("school_urn:unlisted",)),
    ],
)
async def test_a_school_that_became_an_academy_returns_under_either_number(
    tx: Schools, token: str, given: str | None, remarks: tuple[str, ...]
) -> None:
    received = await receive_deletion_return(tx, deletion_form(school_urn=given), receipt(school_urn=token), NOWHERE)
    deleted = tx.published[0]
    assert isinstance(deleted, PupilDeleted)
    assert (deleted.school_urn, deleted.school_la) == (ACADEMY, "999")
    assert received.quarantined == remarks
    assert "school_urn" not in received.still_missing
    assert (tx.kept[0].sender_urn, tx.kept[0].school_urn) == (token, ACADEMY)


@pytest.mark.parametrize("given", [NEIGHBOUR, "9982001", UNLISTED_SCHOOL])
async def test_a_school_still_acts_for_itself_only(tx: Schools, given: str) -> None:
    with pytest.raises(NotYourSchoolError):
        await receive_deletion_return(tx, deletion_form(school_urn=given), receipt(school_urn=ACADEMY), NOWHERE)


@pytest.mark.parametrize(
    ("given", "urn", "la_code", "remarks"),
    [
        ("9982001", NEIGHBOUR, "998", ()),
        (SCHOOL, ACADEMY, "999", ("school_urn:succeeded:990101",)),
        (UNLISTED_SCHOOL, UNLISTED_SCHOOL, None, ()),  # kept as given, and chased
        ("9970000", None, None, ("school_urn:unlisted",)),
        ("the one by the mill", None, None, ("school_urn",)),
    ],
)
async def test_whoever_refers_may_name_the_school_wrongly(
    tx: Schools, given: str, urn: str | None, la_code: str | None, remarks: tuple[str, ...]
) -> None:
    received = await receive_referral(tx, referral_form(school_urn=given), receipt(school_urn=None), NOWHERE)
    raised = tx.published[1]
    assert isinstance(raised, ReferralRaised)
    assert (raised.school_urn, raised.school_la) == (urn, la_code)
    assert received.quarantined == remarks
    assert ("school_urn" in received.still_missing) == (la_code is None)


@pytest.mark.parametrize(
    ("named", "described", "urn", "known", "remarks"),
    [
        ("998/2001", False, NEIGHBOUR, True, ()),
        (SCHOOL, False, ACADEMY, True, ("destination.school_urn:succeeded:990101",)),
        (UNLISTED_SCHOOL, False, UNLISTED_SCHOOL, True, ()),
        ("9970000", False, None, False, ("destination.school_urn:unlisted",)),
        ("somewhere", False, None, False, ("destination.school_urn",)),
        ("somewhere", True, None, True, ("destination.school_urn",)),
        (None, False, None, False, ()),
    ],
)
async def test_a_new_school_that_cannot_be_right_is_no_known_destination(
    tx: Schools, named: str | None, described: bool, urn: str | None, known: bool, remarks: tuple[str, ...]
) -> None:
    form = deletion_form(destination_urn=named, destination_described=described)
    received = await receive_deletion_return(tx, form, receipt(school_urn=ACADEMY), NOWHERE)
    deleted = tx.published[0]
    assert isinstance(deleted, PupilDeleted)
    assert (deleted.destination_urn, deleted.destination_known) == (urn, known)
    assert received.quarantined == remarks


async def test_a_pupil_may_have_left_a_school_under_the_number_it_had_then(tx: Schools) -> None:
    for given, remarks in ((SCHOOL, ()), ("here", ("last_school_urn",))):
        form = new_pupil_form(last_school_urn=given)
        received = await receive_new_pupil_return(tx, form, receipt(school_urn=NEIGHBOUR), NOWHERE)
        assert received.quarantined == remarks
        assert ("last_school_urn" in received.still_missing) == bool(remarks)
        assert isinstance(tx.published[-1], PupilAdded)


def test_what_identifies_a_child_is_believed_or_kept_aside_field_by_field() -> None:
    sent = about(
        upn="UN3", nhs_number="9434765918", former_upns=(WRONG_UPN, UPN, "G83020012600A", "w830200126001", "UN1")
    )
    (address,) = sent.child.addresses
    places = (
        address,
        address.model_copy(update={"uprn": "1234567890123"}),
        address.model_copy(update={"uprn": "0100"}),
    )
    believed, remarks = identified(about(**{**{n: getattr(sent, n) for n in ("upn", "nhs_number", "former_upns")},
                                         "child": sent.child.model_copy(update={"addresses": places})}))  # fmt: skip
    child = believed.child
    assert (child.upn, child.nhs_number) == (None, None)
    assert child.former_upns == (UPN, "G83020012600A")
    assert [one.uprn for one in child.addresses] == [None, None, "100"]
    assert remarks == (
        "child.upn:placeholder",
        "child.nhs_number",
        "child.former_upns.0",
        "child.former_upns.4:placeholder",
        "child.addresses.1.uprn",
    )


def test_a_number_for_the_time_being_is_believed_and_remarked_on_and_a_former_one_is_not_the_current() -> None:
    believed, remarks = identified(about(upn="G83020012600A", former_upns=("G83020012600A", UPN)))
    child = believed.child
    assert (child.upn, child.former_upns, remarks) == ("G83020012600A", (UPN,), ("child.upn:temporary",))


@pytest.mark.parametrize(
    "remark",
    [
        Remark("child.upn"),
        Remark("child.former_upns.2"),
        Remark("child.addresses.1.uprn"),
        Remark("destination.school_urn"),
        *(Remark("school_urn", doubt, "990101") for doubt in Doubt if doubt),
    ],
)
def test_every_remark_says_which_field_what_is_wrong_and_how_to_mend_it(remark: Remark) -> None:
    assert Remark.of(str(remark)) == remark
    field, wrong, mend = in_words(str(remark))
    assert field == remark.field
    assert wrong != "it cannot be right" and mend.endswith(".")
    assert ("990101" in wrong + mend) == (remark.doubt is Doubt.SUCCEEDED)
