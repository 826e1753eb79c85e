"""Triage, closure, risk, allocation and identity, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from cme_contracts import codes as contract
from cme_contracts import codes_intake
from cme_contracts.catalogue import CATALOG
from cme_register.adapters.tables import load_rules
from cme_register.domain import codes
from cme_register.domain.case import (
    AlreadyLocated,
    Case,
    CaseNotOpen,
    ChildNotLocated,
    NothingChanges,
    ProofDoesNotFit,
)
from cme_register.domain.codes import Category, Kind, Outcome, Proof, Status, SubmissionKind
from cme_register.domain.details import Address, Details, Parent, gathered
from cme_register.domain.escalations import TELLS
from cme_register.domain.outcomes import OutcomeTable
from cme_register.domain.submission import Submission
from cme_register.domain.triage import ANSWERED_BY_ITS_GROUND, Move, Triage, triage

AT = datetime(2026, 11, 23, tzinfo=UTC)
OUTCOMES = load_rules().outcomes
ISOLDE = Details(
    "Isolde", "Quillfeather", date_of_birth=date(2016, 5, 4), addresses=(Address(("1 Nowhere Lane",), "ZZ99 1AB"),)
)


def case(kind: Kind = Kind.CME, category: Category | None = Category.MISSING) -> Case:
    return Case(id=UUID(int=1), record_id=UUID(int=2), child_id=UUID(int=2), kind=kind, category=category, opened_at=AT)


def sent(kind: SubmissionKind, **facts: object) -> Submission:
    plain = Submission(
        id=UUID(int=3), first_id=UUID(int=3), kind=kind, reference="CME-TEST", received_at=AT, details=ISOLDE
    )
    return replace(plain, **facts)  # type: ignore[arg-type]  # each test names fields of Submission


@pytest.mark.policy("3.1")
@pytest.mark.policy("3.1.1")
@pytest.mark.policy("3.1.2")
@pytest.mark.parametrize(
    ("submission", "becomes"),
    [
        (sent(SubmissionKind.REFERRAL, on_roll=True), Triage(Move.OPEN, Kind.ON_ROLL_ENQUIRY)),
        (
            sent(SubmissionKind.REFERRAL, on_roll=True, reason="no_school_place"),
            Triage(Move.OPEN, Kind.ON_ROLL_ENQUIRY),
        ),
        (
            sent(SubmissionKind.REFERRAL, on_roll=False, reason="no_school_place"),
            Triage(Move.OPEN, Kind.CME, Category.WITHOUT_SCHOOL_PLACE),
        ),
        (sent(SubmissionKind.REFERRAL, reason="other"), Triage(Move.OPEN, Kind.CME, Category.MISSING)),
        (sent(SubmissionKind.REFERRAL, on_roll=False), Triage(Move.OPEN, Kind.CME, Category.MISSING)),
        (
            sent(SubmissionKind.DELETION, ground="g", destination_known=False),
            Triage(Move.OPEN, Kind.CME, Category.MISSING),
        ),
        (sent(SubmissionKind.DELETION, ground="a", destination_known=True), Triage(Move.KEEP)),
        (sent(SubmissionKind.DELETION, ground="k", destination_known=False), Triage(Move.KEEP)),
        (sent(SubmissionKind.ADDITION), Triage(Move.KEEP)),
    ],
)
def test_what_a_submission_opens(submission: Submission, becomes: Triage) -> None:
    assert triage(submission, None) == becomes


@pytest.mark.policy("7.1")
def test_an_open_case_takes_what_is_sent_about_its_child() -> None:
    unknown = sent(SubmissionKind.DELETION, ground="g", destination_known=False)
    enquiry = case(Kind.ON_ROLL_ENQUIRY, None)
    assert triage(sent(SubmissionKind.REFERRAL, on_roll=True), case()) == Triage(Move.LINK)
    assert triage(unknown, case()) == Triage(Move.LINK)
    assert triage(unknown, enquiry) == Triage(Move.LINK, Kind.CME, Category.MISSING)
    assert triage(sent(SubmissionKind.DELETION, ground="a", destination_known=True), enquiry) == Triage(Move.LINK)
    assert triage(sent(SubmissionKind.ADDITION), case()) == Triage(Move.NOTE)


@pytest.mark.policy("5.2.6")
@pytest.mark.parametrize("ground", "abcdefghijklmno")
@pytest.mark.parametrize("known", [True, False])
def test_a_deletion_that_is_held_back_makes_no_child_missing(ground: str, known: bool) -> None:
    held = sent(SubmissionKind.DELETION, ground=ground, destination_known=known, held_by=("order-in-force",))
    lost = not known and ground not in ANSWERED_BY_ITS_GROUND
    assert triage(held, None) == (Triage(Move.OPEN, Kind.ON_ROLL_ENQUIRY) if lost else Triage(Move.KEEP))
    assert triage(held, case(Kind.ON_ROLL_ENQUIRY, None)) == triage(held, case()) == Triage(Move.LINK)
    unanswered = replace(held, watch_over=True)
    assert triage(unanswered, None) == Triage(Move.OPEN, Kind.ON_ROLL_ENQUIRY)


@pytest.mark.policy("7.3")
def test_no_case_closes_before_the_child_is_located() -> None:
    one = case()
    with pytest.raises(ChildNotLocated):
        one.close(OUTCOMES[Outcome.ON_ROLL_ELSEWHERE], Proof.SCHOOL_CONFIRMED_IN_WRITING, AT)
    one.locate(Proof.SEEN_BY_OFFICER, AT)
    with pytest.raises(AlreadyLocated):
        one.locate(Proof.SEEN_BY_OFFICER, AT)
    with pytest.raises(ProofDoesNotFit):
        one.close(OUTCOMES[Outcome.ON_ROLL_ELSEWHERE], Proof.PARENT_IN_WRITING, AT)
    assert one.status is Status.OPEN
    one.close(OUTCOMES[Outcome.ON_ROLL_ELSEWHERE], Proof.SCHOOL_CONFIRMED_IN_WRITING, AT)
    assert (one.status, one.outcome) == (Status.CLOSED, Outcome.ON_ROLL_ELSEWHERE)


def test_only_where_nobody_can_be_found_need_nobody_be() -> None:
    unlocated = {outcome for outcome in Outcome if not OUTCOMES[outcome].needs_located}
    ends = {outcome for outcome in unlocated if not OUTCOMES[outcome].dormant}
    assert ends == {Outcome.DECEASED, Outcome.NOT_COMPULSORY_SCHOOL_AGE}
    assert unlocated - ends == {Outcome.MOVED_ABROAD_BELIEVED, Outcome.UNTRACED}
    for outcome in ends:
        one = case()
        one.close(OUTCOMES[outcome], Proof.OFFICIAL_RECORD, AT)
        assert one.status is Status.CLOSED


def test_a_closed_case_moves_no_more() -> None:
    one = case()
    one.close(OUTCOMES[Outcome.DECEASED], Proof.OFFICIAL_RECORD, AT)
    moves = [
        lambda: one.close(OUTCOMES[Outcome.DECEASED], Proof.OFFICIAL_RECORD, AT),
        lambda: one.locate(Proof.SEEN_BY_OFFICER, AT),
        lambda: one.assign(UUID(int=9)),
        lambda: one.move_to(Kind.CME, Category.WITHOUT_SCHOOL_PLACE),
        lambda: one.wait_for(UUID(int=9)),
        one.come_back,
    ]
    for move in moves:
        with pytest.raises(CaseNotOpen):
            move()


def test_a_move_to_where_it_is_raises() -> None:
    one = case()
    one.assign(UUID(int=9))
    with pytest.raises(NothingChanges):
        one.assign(UUID(int=9))
    with pytest.raises(NothingChanges):
        one.move_to(Kind.CME, Category.MISSING)


def test_every_outcome_has_its_rule() -> None:
    with pytest.raises(ValueError, match="no row for duplicate_or_error"):
        OutcomeTable([OUTCOMES[Outcome.DECEASED]])
    with pytest.raises(ValueError, match="two rows for one outcome"):
        OutcomeTable([*(OUTCOMES[outcome] for outcome in Outcome), OUTCOMES[Outcome.DECEASED]])


def test_a_factor_is_noted_once() -> None:
    one = case()
    assert one.take_factors(["ehcp", "ehcp"]) == ("ehcp",)
    assert one.take_factors(["ehcp", "fgm"]) == ("fgm",)


def test_the_codes_that_rules_name_are_codes_of_the_contracts() -> None:
    assert {one.value for one in codes_intake.Ground} >= ANSWERED_BY_ITS_GROUND
    assert set(TELLS) <= set(CATALOG)
    assert "no_school_place" in {one.value for one in codes_intake.ReferralReason}


def test_a_record_is_gathered_field_by_field() -> None:
    later = Details(
        "Isolde",
        "Penhallow",
        upn="W830200126001",
        addresses=(Address(("2 Elsewhere",), "ZZ99 2CD"),),
        parents=(Parent("P"),),
    )
    shown = gathered([ISOLDE, later])
    assert (shown.surname, shown.other_names) == ("Quillfeather", ("Isolde Penhallow",))
    assert (shown.upn, shown.date_of_birth) == ("W830200126001", date(2016, 5, 4))
    assert [address.postcode for address in shown.addresses] == ["ZZ99 1AB", "ZZ99 2CD"]
    assert gathered([ISOLDE, later, later]) == shown
    assert gathered([ISOLDE]) == ISOLDE


def test_particulars_have_no_repr() -> None:
    assert "Quillfeather" not in repr(ISOLDE) + repr(sent(SubmissionKind.REFERRAL)) + repr(ISOLDE.addresses)


@pytest.mark.parametrize(
    ("own", "theirs"),
    [
        (codes.Kind, contract.CaseKind),
        (codes.Category, contract.Category),
        (codes.Role, contract.OfficerRole),
        (codes.Outcome, contract.Outcome),
        (codes.Proof, contract.Proof),
    ],
)
def test_our_words_have_their_twins_in_the_contracts(own: type[codes.Kind], theirs: type[contract.OpenCode]) -> None:
    assert {one.value for one in own} == {one.value for one in theirs} - {"unknown"}
