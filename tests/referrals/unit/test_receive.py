"""What is said when a form comes in. The same is shown on real PostgreSQL in the integration tests."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from cme_bus.meta import Meta
from cme_calendars import SchoolDays, WorkingDays
from cme_contracts.base import Event
from cme_contracts.codes import Factor
from cme_contracts.codes_intake import Ground, ReferralReason, ReferrerKind
from cme_contracts.people import Child, Referrer
from cme_contracts.referrals import (
    ConcernReported,
    PupilAdded,
    PupilDeleted,
    ReferralRaised,
    ReferrerNamed,
    SubmissionChallenged,
)  # fmt: skip
from cme_contracts.returns import ReturnLate
from cme_referrals.adapters.blinding import ADDRESSES
from cme_referrals.application.authority import Authority
from cme_referrals.application.forms import Evidence
from cme_referrals.application.ports import Returned, Submission
from cme_referrals.application.receive_referral import receive_referral
from cme_referrals.application.receive_return import receive_deletion_return, receive_new_pupil_return
from cme_referrals.application.timed import Timed
from cme_referrals.domain.errors import InTheFutureError, NoSchoolError, NotYourSchoolError, UnknownSchoolError
from cme_referrals.domain.rules import Challenge
from cme_referrals.domain.school_data import Establishment
from cme_web.blinding import Blinding
from tests.referrals.invented import (
    OTHER_SCHOOL,
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

LISTED = {
    urn: Establishment(urn, "999", "4001", "Harrowmere", "Secondary", open=True) for urn in (SCHOOL, OTHER_SCHOOL)
}
BLINDS = Blinding(["no secret at all but long enough for one"], ADDRESSES)
NOWHERE = Authority(la_code=None, working_days=WorkingDays(), addresses=BLINDS)
"""A council that has not said which it is."""


class Fake:
    """A transaction in memory."""

    def __init__(self) -> None:
        self.published: list[Event] = []
        self.kept: list[Submission] = []
        self.submissions = self.schools = self
        self.challenges = Asked()
        self.punctuality = Clocked()

    def publish(self, *events: Event, cause: Meta | None = None) -> None:
        self.published += events

    async def add(self, submission: Submission) -> None:
        self.kept.append(submission)

    async def as_received(self, submission_id: UUID) -> Mapping[str, Any] | None:
        return next((json.loads(one.as_received) for one in self.kept if one.id == submission_id), None)

    async def find(self, urn: str) -> Establishment | None:
        return LISTED.get(urn)

    async def establishment_of(self, name: str, day: date) -> Establishment | None:
        return LISTED.get(name)

    async def days_of(self, urn: str, la_code: str) -> SchoolDays | None:
        return None


class Asked:
    """What deletion returns were asked, in memory."""

    def __init__(self) -> None:
        self.kept: list[tuple[Returned, Sequence[Challenge]]] = []

    async def add(self, returned: Returned, challenges: Sequence[Challenge], *, at: datetime) -> None:
        self.kept.append((returned, challenges))

    async def of_submission(self, submission_id: UUID) -> Sequence[Challenge]:
        return next(asked for returned, asked in self.kept if returned.submission_id == submission_id)


class Clocked:
    """Which returns were in time, in memory."""

    def __init__(self) -> None:
        self.kept: dict[UUID, Timed] = {}

    async def add(self, timed: Timed) -> None:
        self.kept[timed.first_submission_id] = timed

    async def of_chain(self, first_submission_id: UUID) -> Timed | None:
        return self.kept.get(first_submission_id)

    async def replace(self, timed: Timed) -> None:
        self.kept[timed.first_submission_id] = timed


@pytest.fixture
def tx() -> Fake:
    return Fake()


@pytest.mark.policy("7.1")
async def test_a_referral_names_its_referrer_and_is_raised(tx: Fake) -> None:
    sent = receipt()
    await receive_referral(tx, referral_form(factors=(Factor.EHCP,)), sent, NOWHERE)
    named, raised = tx.published
    assert isinstance(named, ReferrerNamed) and isinstance(raised, ReferralRaised)
    assert named.key == raised.key == str(sent.submission_id)
    assert (named.kind, named.school_urn) == (ReferrerKind.SCHOOL, SCHOOL)
    assert (raised.school_urn, raised.school_la, raised.home_la) == (SCHOOL, "999", None)
    assert raised.factors == (Factor.EHCP,)
    assert tx.kept[0].sender_urn == SCHOOL


@pytest.mark.policy("9.1")
async def test_a_factor_that_may_not_wait_is_reported_to_safeguarding_with_it(tx: Fake) -> None:
    await receive_referral(
        tx, referral_form(on_roll=True, factors=(Factor.EHCP, Factor.CHILD_PROTECTION_PLAN)), receipt(), NOWHERE
    )
    concern = tx.published[-1]
    assert isinstance(concern, ConcernReported)
    assert (concern.factors, concern.on_roll) == ((Factor.CHILD_PROTECTION_PLAN,), True)
    assert concern.stream != tx.published[0].stream
    assert concern.key == tx.published[0].key


@pytest.mark.policy("7.1")
async def test_what_is_not_said_is_chased_and_not_invented(tx: Fake) -> None:
    received = await receive_referral(tx, referral_form(), receipt(), NOWHERE)
    raised = tx.published[1]
    assert isinstance(raised, ReferralRaised)
    assert raised.reason is ReferralReason.OTHER and raised.on_roll is None
    assert raised.still_missing == received.still_missing
    assert {"reason", "on_roll", "factors", "home_la", "child.parents", "referrer.name"} <= set(received.still_missing)
    assert "child.date_of_birth" not in received.still_missing


async def test_saying_that_no_factor_applies_is_an_answer(tx: Fake) -> None:
    assert "factors" not in (await receive_referral(tx, referral_form(factors=()), receipt(), NOWHERE)).still_missing


@pytest.mark.parametrize(("given", "believed", "aside"), [(UPN, UPN, ()), (WRONG_UPN, None, ("child.upn",))])
async def test_a_wrong_upn_is_kept_aside_and_not_believed(
    tx: Fake, given: str, believed: str | None, aside: tuple[str, ...]
) -> None:
    received = await receive_referral(
        tx, referral_form(about=about(upn=given)), receipt(as_received=f'{{"upn":"{given}"}}'.encode()), NOWHERE
    )
    raised = tx.published[1]
    assert isinstance(raised, ReferralRaised)
    assert raised.personal.plain.upn == believed
    assert received.quarantined == aside
    assert ("child.upn" in received.still_missing) == bool(aside)
    assert json.loads(tx.kept[0].as_received) == {"upn": given}


async def test_a_wrong_nhs_number_is_kept_aside(tx: Fake) -> None:
    received = await receive_referral(tx, referral_form(about=about(nhs_number="9434765918")), receipt(), NOWHERE)
    assert received.quarantined == ("child.nhs_number",)


async def test_a_school_on_no_list_is_kept_as_given_and_chased(tx: Fake) -> None:
    received = await receive_referral(tx, referral_form(), receipt(school_urn=UNLISTED_SCHOOL), NOWHERE)
    raised = tx.published[1]
    assert isinstance(raised, ReferralRaised)
    assert (raised.school_urn, raised.school_la) == (UNLISTED_SCHOOL, None)
    assert "school_urn" in received.still_missing


@pytest.mark.policy("5.4.1")
async def test_a_partner_without_a_school_refers_too(tx: Fake) -> None:
    form = referral_form(referrer_kind=ReferrerKind.HEALTH, school_urn=OTHER_SCHOOL)
    await receive_referral(tx, form, receipt(school_urn=None), NOWHERE)
    named, raised = tx.published
    assert isinstance(named, ReferrerNamed) and isinstance(raised, ReferralRaised)
    assert (named.kind, named.school_urn, raised.school_urn) == (ReferrerKind.HEALTH, None, OTHER_SCHOOL)
    assert tx.kept[0].sender_urn is None


async def test_a_referrer_who_only_has_a_telephone_is_heard(tx: Fake) -> None:
    form = referral_form(referrer=Referrer(name="Pat Invented", email="", telephone="01632 960111"))
    received = await receive_referral(tx, form, receipt(school_urn=None), NOWHERE)
    assert "referrer.email" in received.still_missing


async def test_a_school_returns_for_itself_only(tx: Fake) -> None:
    with pytest.raises(NotYourSchoolError):
        await receive_deletion_return(tx, deletion_form(school_urn=OTHER_SCHOOL), receipt(), NOWHERE)
    assert not tx.published and not tx.kept


async def test_a_school_may_refer_a_child_of_another(tx: Fake) -> None:
    """The child was to come in September and never did: the last school is another, and the answer goes to who told us."""
    await receive_referral(tx, referral_form(school_urn=OTHER_SCHOOL), receipt(), NOWHERE)
    named, raised = tx.published
    assert isinstance(named, ReferrerNamed) and isinstance(raised, ReferralRaised)
    assert (named.school_urn, raised.school_urn) == (SCHOOL, OTHER_SCHOOL)
    assert (tx.kept[0].sender_urn, tx.kept[0].school_urn) == (SCHOOL, OTHER_SCHOOL)


@pytest.mark.parametrize(
    ("field", "form"),
    [
        ("last_attended_on", referral_form(last_attended_on=date(2026, 11, 24))),
        (
            "child.date_of_birth",
            referral_form(about=about(child=Child(forename="J", surname="", date_of_birth=date(2027, 1, 1)))),
        ),
    ],
)
async def test_a_day_that_must_have_been_may_not_lie_ahead(tx: Fake, field: str, form: Any) -> None:
    with pytest.raises(InTheFutureError) as refused:
        await receive_referral(tx, form, receipt(), NOWHERE)
    assert refused.value.field == field


@pytest.mark.policy("5.2.1")
async def test_a_new_pupil_return_says_when_it_was_due_and_is_taken_however_late(tx: Fake) -> None:
    form = new_pupil_form(entered_on=date(2026, 11, 2))
    received = await receive_new_pupil_return(tx, form, receipt(), NOWHERE)
    added, late = tx.published
    assert isinstance(added, PupilAdded) and isinstance(late, ReturnLate)
    assert received.timing is not None
    assert added.due_on == received.timing.due_on == late.due_on == date(2026, 11, 7)
    assert (late.late_by, late.counted_in, late.key) == (16, "calendar", added.key)
    assert (added.school_urn, added.school_la) == (SCHOOL, "999")


@pytest.mark.policy("5.2.2")
@pytest.mark.policy("5.2.6")
async def test_a_deletion_return_carries_its_ground_and_apart_from_it_the_destination(tx: Fake) -> None:
    await receive_deletion_return(tx, deletion_form(), receipt(), NOWHERE)
    await receive_deletion_return(tx, deletion_form(destination_urn=OTHER_SCHOOL), receipt(), NOWHERE)
    unknown, known = [event for event in tx.published if not isinstance(event, ReturnLate)]
    assert isinstance(unknown, PupilDeleted) and isinstance(known, PupilDeleted)
    assert unknown.ground is known.ground is Ground.G
    assert (unknown.destination_known, unknown.destination_urn) == (False, None)
    assert (known.destination_known, known.destination_urn) == (True, OTHER_SCHOOL)


@pytest.mark.policy("9.1")
async def test_a_deletion_with_a_factor_that_may_not_wait_is_reported_too(tx: Fake) -> None:
    await receive_deletion_return(tx, deletion_form(factors=(Factor.LOOKED_AFTER,)), receipt(), NOWHERE)
    assert [type(event) for event in tx.published] == [PupilDeleted, ReturnLate, ConcernReported]


async def test_a_return_from_a_school_on_no_list_yet_belongs_to_this_council(tx: Fake) -> None:
    sent = receipt(school_urn=UNLISTED_SCHOOL)
    received = await receive_deletion_return(
        tx, deletion_form(), sent, Authority(la_code="998", working_days=WorkingDays(), addresses=BLINDS)
    )
    deleted = tx.published[0]
    assert isinstance(deleted, PupilDeleted)
    assert deleted.school_la == "998" and "school_urn" in received.still_missing
    with pytest.raises(UnknownSchoolError):
        await receive_deletion_return(tx, deletion_form(), sent, NOWHERE)


async def test_a_return_comes_from_a_school(tx: Fake) -> None:
    with pytest.raises(NoSchoolError):
        await receive_deletion_return(tx, deletion_form(), receipt(school_urn=None), NOWHERE)


@pytest.mark.policy("5.2.6")
async def test_what_is_challenged_at_once_is_told_in_one_notice(tx: Fake) -> None:
    form = deletion_form(ground=Ground.C, last_attended_on=date(2026, 11, 21), evidence=Evidence())
    await receive_deletion_return(tx, form, receipt(), NOWHERE)
    asked = [one for one in tx.published if isinstance(one, SubmissionChallenged)]
    assert [(one.rule, one.state.value) for one in asked] == [
        ("ground-c-other-schools", "challenged"), ("order-in-force", "not_yet_known"), ("retrospective", "challenged")
    ]  # fmt: skip
    first, waiting, second = asked
    assert first.notice and all(words in first.notice for words in (first.what, first.mend, second.what, second.source))
    assert (second.notice, second.with_others, waiting.notice, waiting.with_others) == (None, True, None, None)

    alone = Fake()
    await receive_deletion_return(alone, deletion_form(evidence=Evidence()), receipt(), NOWHERE)
    (one,) = [one for one in alone.published if isinstance(one, SubmissionChallenged)]
    assert (one.rule, one.notice, one.with_others, one.ground) == ("ground-g-new-home", None, None, Ground.G)
