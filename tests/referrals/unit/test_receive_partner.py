"""What a partner's notification says (policy 5.4). The same is shown on real PostgreSQL in the integration tests."""

from datetime import date

import pytest

from cme_contracts.codes import Factor
from cme_contracts.codes_intake import ReferralReason, ReferrerKind
from cme_contracts.people import Child, Referrer
from cme_contracts.referrals import ConcernReported, ReferralRaised, ReferrerNamed
from cme_referrals.application.forms import PartnerForm, Received
from cme_referrals.application.receive_partner import receive_partner_notification
from cme_referrals.domain.errors import InTheFutureError, TooLittleError
from tests.referrals.invented import NHS_NUMBER, WRONG_NHS_NUMBER, about, partner_form, receipt
from tests.referrals.unit.test_receive import NOWHERE, Fake

NOBODY = Child(forename="", surname="")


async def sent(form: PartnerForm, *, account: ReferrerKind | None = None) -> tuple[Received, Fake]:
    tx = Fake()
    received = await receive_partner_notification(tx, form, receipt(school_urn=None, referrer_kind=account), NOWHERE)
    return received, tx


async def raised(form: PartnerForm, *, account: ReferrerKind | None = None) -> tuple[ReferrerNamed, ReferralRaised]:
    named, said, *_ = (await sent(form, account=account))[1].published
    assert isinstance(named, ReferrerNamed) and isinstance(said, ReferralRaised)
    return named, said


@pytest.mark.policy("5.4.1")
@pytest.mark.parametrize(
    ("whereabouts", "on_roll", "reason"),
    [
        (False, None, ReferralReason.WHEREABOUTS_UNKNOWN),
        (False, False, ReferralReason.WHEREABOUTS_UNKNOWN),
        (True, False, ReferralReason.NO_SCHOOL_PLACE),
        (True, True, ReferralReason.OTHER),
        (True, None, ReferralReason.OTHER),
        (None, False, ReferralReason.OTHER),
    ],
)
async def test_plain_answers_say_which_kind_of_missing_it_is(
    whereabouts: bool | None, on_roll: bool | None, reason: ReferralReason
) -> None:
    _, said = await raised(partner_form(whereabouts_known=whereabouts, on_roll=on_roll))
    assert (said.reason, said.on_roll) == (reason, on_roll)


@pytest.mark.policy("10.3")
async def test_what_the_account_says_counts_before_the_form() -> None:
    form = partner_form(referrer_kind=ReferrerKind.POLICE)
    assert {one.kind for one in (await raised(form, account=ReferrerKind.HOUSING))[:1]} == {ReferrerKind.HOUSING}
    assert (await raised(form))[1].referrer is ReferrerKind.POLICE
    assert (await raised(partner_form()))[1].referrer is ReferrerKind.PUBLIC


async def test_a_description_is_enough_and_is_not_said() -> None:
    received, tx = await sent(partner_form(about=about(child=NOBODY), described=True))
    assert "child.forename" in received.still_missing and tx.kept
    with pytest.raises(TooLittleError) as refused:
        await sent(partner_form(about=about(child=NOBODY)))
    assert refused.value.fields == ("child.description",)


async def test_without_a_contact_nobody_could_be_told() -> None:
    with pytest.raises(TooLittleError) as refused:
        await sent(partner_form(referrer=Referrer(name="Pat Invented", email="")))
    assert refused.value.fields == ("referrer.email",)
    await sent(partner_form(referrer=Referrer(name="", email="", telephone="01632 960111")))


async def test_the_nhs_number_goes_to_the_register_and_not_to_safeguarding() -> None:
    form = partner_form(about=about(nhs_number="943 476 5919"), factors=(Factor.DOMESTIC_ABUSE,))
    received, tx = await sent(form, account=ReferrerKind.HEALTH)
    _, said, concern = tx.published
    assert isinstance(said, ReferralRaised) and isinstance(concern, ConcernReported)
    assert (said.personal.plain.nhs_number, concern.personal.plain.nhs_number) == (NHS_NUMBER, None)
    assert concern.personal.plain.surname and "child.nhs_number" not in received.still_missing


async def test_a_wrong_nhs_number_is_in_no_event_and_still_missing_from_health() -> None:
    received, tx = await sent(partner_form(about=about(nhs_number=WRONG_NHS_NUMBER)), account=ReferrerKind.HEALTH)
    assert received.quarantined == ("child.nhs_number",) and "child.nhs_number" in received.still_missing
    said = tx.published[1]
    assert isinstance(said, ReferralRaised) and said.personal.plain.nhs_number is None
    elsewhere, _ = await sent(partner_form(), account=ReferrerKind.HOUSING)
    assert "child.nhs_number" not in elsewhere.still_missing


async def test_nobody_was_seen_tomorrow() -> None:
    with pytest.raises(InTheFutureError):
        await sent(partner_form(last_seen_on=date(2026, 11, 24)))
    _, said = await raised(partner_form(last_seen_on=date(2026, 11, 23)))
    assert said.last_attended_on is None
