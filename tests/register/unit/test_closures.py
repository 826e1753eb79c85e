"""When a case may close, and who agrees, without a database."""

from datetime import date
from uuid import UUID

import pytest

from cme_register.adapters.tables import load_rules
from cme_register.domain.case import Case, CaseNotOpen, ClosureIsProposed, NotAnEnd, NotDormant
from cme_register.domain.closure import Closure, Done, NotYoursToAgree, Unmet, missing
from cme_register.domain.codes import Category, Kind, Outcome, Proof, SignOff, Stage, Status
from tests.register.invented import NOVEMBER

OUTCOMES = load_rules().outcomes
TODAY = date(2026, 11, 23)
ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))
STARRED = {
    Outcome.ON_ROLL_ELSEWHERE, Outcome.TRANSFERRED_TO_OTHER_AUTHORITY, Outcome.MOVED_ABROAD_VERIFIED,
    Outcome.MOVED_ABROAD_BELIEVED, Outcome.UNTRACED,
}  # fmt: skip


def case(*factors: str) -> Case:
    return Case(
        id=ONE,
        record_id=TWO,
        child_id=TWO,
        kind=Kind.CME,
        category=Category.MISSING,
        opened_at=NOVEMBER,
        factors=factors,
    )


def closure(*needs: SignOff) -> Closure:
    return Closure(
        id=ONE, case_id=ONE, repeat=0, outcome=Outcome.UNTRACED, proof=Proof.OFFICIAL_RECORD, needs=needs, proposed_by=ONE,
        proposed_at=NOVEMBER,
    )  # fmt: skip


def lacking(one: Case, outcome: Outcome, proof: Proof, done: Done, evidence: str | None = None) -> list[Unmet]:
    return [each.what for each in missing(one, OUTCOMES.on(outcome, TODAY), proof, evidence, done)]


def test_a_second_person_agrees_to_what_is_starred_and_only_what_is_not_found_sleeps() -> None:
    assert {one for one in Outcome if OUTCOMES.on(one, TODAY).sign_off} == STARRED
    assert {one for one in Outcome if OUTCOMES.on(one, TODAY).dormant} == {
        Outcome.MOVED_ABROAD_BELIEVED,
        Outcome.UNTRACED,
    }
    assert OUTCOMES.on(Outcome.UNTRACED, TODAY).sign_off == (SignOff.TEAM_MANAGER, SignOff.SAFEGUARDING)
    assert [one for one in Outcome if OUTCOMES.on(one, TODAY).no_letters] == [Outcome.DECEASED]
    assert {one for one in Outcome if not OUTCOMES.on(one, TODAY).needs_checks} == {
        Outcome.NOT_COMPULSORY_SCHOOL_AGE, Outcome.DECEASED, Outcome.DUPLICATE_OR_ERROR,
    }  # fmt: skip


@pytest.mark.policy("7.3")
def test_everything_that_is_missing_is_named() -> None:
    nothing = Done(open_checks=("home_visit",), open_siblings=(TWO, THREE))
    assert lacking(case(), Outcome.MOVED_ABROAD_VERIFIED, Proof.SEEN_BY_OFFICER, nothing) == [
        Unmet.CHILD_NOT_LOCATED, Unmet.PROOF_DOES_NOT_FIT, Unmet.EVIDENCE_MISSING, Unmet.CHECKS_OPEN,
        Unmet.SIBLING_NOT_CONSIDERED, Unmet.SAFEGUARDING_NOT_CONSIDERED,
    ]  # fmt: skip
    assert (
        lacking(case(), Outcome.DECEASED, Proof.OFFICIAL_RECORD, Done(open_checks=("home_visit",), safeguarding=True))
        == []
    )


@pytest.mark.policy("9.1")
def test_what_is_believed_is_never_enough_for_a_child_with_a_red_marker() -> None:
    done = Done(safeguarding=True)
    believed = Outcome.MOVED_ABROAD_BELIEVED, Proof.PARENT_IN_WRITING
    assert lacking(case("ehcp"), *believed, done, "file 14") == []
    red = Done(safeguarding=True, red_marker=True)
    assert lacking(case(), *believed, red, "file 14") == [Unmet.BELIEVED_IS_NOT_ENOUGH]
    assert lacking(case(), Outcome.UNTRACED, Proof.OFFICIAL_RECORD, red, "file 14") == []
    markers = load_rules().risk.markers(TODAY)
    assert {"child_protection_plan", "forced_marriage"} <= markers
    assert not markers & {"ehcp", "deadline_breached", "whereabouts_unknown"}  # that time has passed marks nobody


def test_nobody_agrees_with_themselves_or_twice() -> None:
    both = closure(SignOff.TEAM_MANAGER, SignOff.SAFEGUARDING)
    everything = frozenset(SignOff)
    with pytest.raises(NotYoursToAgree):
        both.sign(ONE, everything)
    with pytest.raises(NotYoursToAgree):
        both.sign(TWO, {SignOff.SECOND_OFFICER})
    assert both.sign(TWO, {SignOff.SECOND_OFFICER, SignOff.TEAM_MANAGER}) is SignOff.TEAM_MANAGER
    with pytest.raises(NotYoursToAgree):
        both.sign(TWO, everything)
    assert both.awaits == (SignOff.SAFEGUARDING,)
    assert both.sign(THREE, everything) is SignOff.SAFEGUARDING
    assert (both.awaits, both.agreed_by) == ((), (TWO, THREE))


def test_what_ends_no_case_puts_it_on_review_and_it_wakes() -> None:
    one = case()
    with pytest.raises(NotAnEnd):
        one.close(OUTCOMES[Outcome.UNTRACED], Proof.OFFICIAL_RECORD, NOVEMBER)
    with pytest.raises(NotDormant):
        one.wake()
    one.propose()
    with pytest.raises(ClosureIsProposed):
        one.propose()
    one.take_back_proposal()
    one.sleep(Outcome.UNTRACED, NOVEMBER)
    assert (one.status, one.stage) == (Status.OPEN, Stage.DORMANT)
    one.propose()
    one.take_back_proposal()
    assert one.stage.value == "dormant"
    one.wake()
    assert (one.stage.value, one.dormant_as) == ("working", None)
    one.locate(Proof.SEEN_BY_OFFICER, NOVEMBER)
    one.close(OUTCOMES[Outcome.ON_ROLL_IN_COUNTY], Proof.OFFICIAL_RECORD, NOVEMBER)
    for move in (one.propose, one.wake, lambda: one.sleep(Outcome.UNTRACED, NOVEMBER)):
        with pytest.raises(CaseNotOpen):
            move()
