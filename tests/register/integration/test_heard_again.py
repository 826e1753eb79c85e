"""Intake announces again what it announced before, long after the inbox has forgotten it: nothing changes, nothing is said."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

from aiokafka.structs import ConsumerRecord

from cme_contracts.codes import Factor
from cme_contracts.codes_intake import (
    ChallengeState,
    Ground,
    ReturnKind,
    WithdrawalReason,
)
from cme_contracts.referrals import JointEnquirySigned, PupilDeleted, SubmissionChallenged, SubmissionWithdrawn
from cme_contracts.returns import HomeEducationNotified, ReturnLate
from cme_contracts.safeguarding import ConcernRaised
from cme_contracts.sealed import Sealed
from tests.register.integration.county import Register, record
from tests.register.invented import NOVEMBER, SCHOOL, addition, child, deletion, referral

TABLES = """
SELECT tablename FROM pg_tables
WHERE schemaname = 'public' AND tablename NOT IN ('inbox', 'schema_migration', 'trait') ORDER BY tablename"""

ISOLDE, TARQUIN, WREN = child(), child("Tarquin"), child("Wren", born=date(2014, 2, 1))


async def everything(register: Register) -> dict[str, list[str]]:
    """Every row of every table, the outbox among them."""
    pool = register.db.pool
    return {
        row["tablename"]: sorted(
            line["said"] for line in await pool.fetch(f"SELECT t::text AS said FROM {row['tablename']} AS t")
        )
        for row in await pool.fetch(TABLES)
    }


def challenged(sent: PupilDeleted, state: ChallengeState, *, still_on_roll: bool) -> SubmissionChallenged:
    return SubmissionChallenged(
        submission_id=sent.submission_id, first_submission_id=sent.first_submission_id, reference=sent.reference,
        received_at=sent.received_at, school_urn=SCHOOL, rule="consent-missing", state=state, still_on_roll=still_on_roll,
        source="regulation 9", what="There is no consent.", mend="Ask for it.", decided_at=sent.received_at,
    )  # fmt: skip


def joint() -> JointEnquirySigned:
    id_ = uuid4()
    return JointEnquirySigned(
        submission_id=id_, first_submission_id=id_, reference="CME-TEST", received_at=NOVEMBER, school_urn=SCHOOL,
        school_la="999", enquiries=4, signed_on=NOVEMBER.date(), ground=Ground.I, began_on=date(2026, 11, 2), found=False,
        personal=Sealed(WREN),
    )  # fmt: skip


def withdrawn(sent: JointEnquirySigned) -> SubmissionWithdrawn:
    return SubmissionWithdrawn(
        submission_id=sent.submission_id, first_submission_id=sent.first_submission_id, reference=sent.reference,
        received_at=sent.received_at, reason=WithdrawalReason.SENT_IN_ERROR, withdrawn_at=NOVEMBER,
    )  # fmt: skip


def late(sent: PupilDeleted) -> ReturnLate:
    return ReturnLate(
        submission_id=sent.submission_id, first_submission_id=sent.first_submission_id, reference=sent.reference,
        received_at=sent.received_at, kind=ReturnKind.DELETION_RETURN, school_urn=SCHOOL,
        due_on=date(2026, 11, 13), late_by=10, counted_in="calendar",
    )  # fmt: skip


def home_education() -> HomeEducationNotified:
    id_ = uuid4()
    return HomeEducationNotified(
        submission_id=id_, first_submission_id=id_, reference="CME-TEST", received_at=NOVEMBER, school_urn=SCHOOL,
        school_la="999", personal=Sealed(TARQUIN), writing_received_on=date(2026, 11, 20),
    )  # fmt: skip


async def hear(register: Register, records: list[ConsumerRecord[bytes, bytes]]) -> None:
    """One after another, each at an offset of its own."""
    for one in records:
        await register.ears.take([replace(one, offset=uuid4().int % 2**40)])
    assert await register.db.pool.fetchval("SELECT count(*) FROM parked") == 0


async def test_everything_heard_again_after_the_inbox_has_forgotten_changes_nothing(register: Register) -> None:
    raised, held, signed = referral(ISOLDE), deletion(TARQUIN, held_by=("consent-missing",)), joint()
    concern = ConcernRaised(
        child_id=None, case_id=None, first_submission_id=raised.submission_id, concern_id=uuid4(),
        factors=(Factor.SECTION_47,), rule="at-once", raised_at=NOVEMBER,
    )  # fmt: skip
    story = [
        raised, concern, referral(ISOLDE), held, late(held), home_education(), addition(ISOLDE),
        challenged(held, ChallengeState.CHALLENGED, still_on_roll=True),
        challenged(held, ChallengeState.ANSWERED, still_on_roll=False),  # lets go: now it is a case
        signed, withdrawn(signed),
    ]  # fmt: skip
    records = [record(event) for event in story]
    await hear(register, records)
    assert "joint-enquiry.decided" in await register.told()
    before = await everything(register)
    assert len(before["case_file"]) == 3
    await register.db.pool.execute("DELETE FROM inbox")
    register.clock.at += timedelta(days=45)
    await hear(register, records)
    assert await everything(register) == before
