"""Facts that the register records decide the rules that wait for them, in whatever order they arrive."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka.structs import ConsumerRecord

from cme_bus.consumer import Consumer
from cme_bus.database import Database
from cme_bus.meta import Meta
from cme_bus.sealing import sealed_json
from cme_contracts.base import Event
from cme_contracts.catalogue import CATALOG
from cme_contracts.codes_intake import ConsentKind, Ground, JointDecision
from cme_contracts.register_matching import RecordsJoined, RecordsSeparated, SubmissionMatched
from cme_contracts.register_recorded import AttendanceOrderRecorded, ConsentRecorded, JointEnquiryDecided
from cme_referrals.adapters.files import read_term_dates
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application import elsewhere, follow
from cme_referrals.application.load import load_establishments, load_terms
from cme_referrals.domain.school_data import Establishment
from cme_referrals.entrypoints.events import listen
from tests.referrals.integration.conftest import KEYRING, Standing
from tests.referrals.integration.visitor import Visitor
from tests.referrals.invented import CHILD, MONDAY, SCHOOL, deletion, referral

WILLOWBANK = Establishment("990008", "999", "7001", "Willowbank", "Not applicable", open=True, type_code="07")
COUNTY = Path(__file__).parents[3] / "deploy" / "local" / "county"
WRITTEN = {"writing_received_on": "2026-11-02", "stated_day": "2026-11-06"}
OFFICER = UUID(int=1)


class Told:
    """Intake as it hears the register, and what became of one return."""

    def __init__(self, db: Database[ReferralsTx], visitor: Visitor) -> None:
        self.db, self.visitor = db, visitor
        self.ears = Consumer(db, name="referrals", service="referrals", catalog=CATALOG)
        listen(self.ears)

    async def hear(self, *events: Event) -> None:
        await self.ears.take([await record(event) for event in events])
        assert await self.db.pool.fetchval("SELECT count(*) FROM parked") == 0

    async def deletes(self, school: str = SCHOOL, **more: Any) -> UUID:
        form = deletion(deleted_on="2026-11-20", **more)
        sent = await self.visitor.accepted("/v1/deletion-returns", form, who=self.visitor.school(school))
        return UUID(sent["submission_id"])

    async def asked(self, submission_id: UUID) -> dict[str, str]:
        shown = (await self.visitor.get(f"/v1/submissions/{submission_id}", self.visitor.bearer("lead_officer"))).json()
        return {one["rule"]: one["state"] for one in shown["challenges"]}

    async def mend(self, submission_id: UUID) -> str:
        """What the first of its challenges asks the clerk to do."""
        shown = await self.visitor.get(f"/v1/submissions/{submission_id}", self.visitor.bearer("lead_officer"))
        words: str = shown.json()["challenges"][0]["mend"]
        return words

    async def said(self, submission_id: UUID) -> list[tuple[str, str]]:
        return [
            (body["rule"], body["state"])
            for kind, _, body in await self.visitor.said()
            if kind == "cme.submission.challenged.v1" and body["submission_id"] == str(submission_id)
        ]


async def record(event: Event) -> ConsumerRecord[bytes, bytes]:
    """As the register would have put it on its topic."""
    meta = Meta.of(event, source="/cme/register")
    (key,) = (await KEYRING.for_sealing(["any"])).values()
    return ConsumerRecord(
        topic=event.stream, partition=0, offset=uuid4().int % 2**40, timestamp=0, timestamp_type=0,
        key=event.key.encode(), value=sealed_json(event, meta.id, key), checksum=None,
        serialized_key_size=0, serialized_value_size=0,
        headers=tuple((name, value.encode()) for name, value in meta.headers().items()),
    )  # fmt: skip


def later(hours: int) -> datetime:
    return MONDAY + timedelta(hours=hours)


def matched(submission_id: UUID, child_id: UUID, at: datetime = MONDAY) -> SubmissionMatched:
    return SubmissionMatched(
        child_id=child_id,
        submission_id=submission_id,
        first_submission_id=submission_id,
        new_record=True,
        matched_at=at,
    )


def order(
    child_id: UUID, order_id: UUID | None = None, *, at: datetime = MONDAY, **more: Any
) -> AttendanceOrderRecorded:
    said: dict[str, Any] = {"school_urn": SCHOOL, "in_force_from": date(2026, 11, 2)}
    return AttendanceOrderRecorded(
        child_id=child_id, order_id=order_id or uuid4(), order_number="SAO-1", recorded_by=OFFICER, recorded_at=at,
        **(said | more),
    )  # fmt: skip


def consent(child_id: UUID, *, given: bool = True, on: date = date(2026, 11, 20), **more: Any) -> ConsentRecorded:
    said: dict[str, Any] = {"kind": ConsentKind.SPECIAL_SCHOOL_DELETION, "recorded_at": MONDAY}
    return ConsentRecorded(
        child_id=child_id, consent_id=uuid4(), given=given, decided_on=on, recorded_by=OFFICER, **(said | more)
    )


@pytest.fixture
async def told(db: Database[ReferralsTx], visitor: Visitor) -> Told:
    async with db.transaction() as tx:
        await load_establishments(tx, [WILLOWBANK], at=MONDAY)
    await db.pool.execute("DELETE FROM outbox")
    return Told(db, visitor)


@pytest.mark.policy("5.2.6")
async def test_an_order_in_force_challenges_a_deletion_once_the_register_knows_the_child(told: Told) -> None:
    child_id = uuid4()
    sent = await told.deletes(ground="f", evidence=WRITTEN)
    assert await told.asked(sent) == {"order-in-force": "not_yet_known"}
    await told.hear(order(child_id))
    assert await told.asked(sent) == {"order-in-force": "not_yet_known"}
    assert (await told.mend(sent)).startswith("Nothing yet")
    await told.hear(matched(sent, child_id))
    assert await told.asked(sent) == {"order-in-force": "challenged"}
    assert (await told.mend(sent)).startswith("Keep the pupil")
    assert await told.said(sent) == [("order-in-force", "not_yet_known"), ("order-in-force", "challenged")]
    causes = [json.loads(headers).get("ce_causationid") for headers in await _headers(told)]
    assert causes[-1] is not None


async def test_a_child_without_an_order_is_answered_and_challenged_when_one_is_recorded_after_all(told: Told) -> None:
    child_id, order_id = uuid4(), uuid4()
    sent = await told.deletes(ground="f", evidence=WRITTEN)
    await told.hear(matched(sent, child_id))
    assert await told.asked(sent) == {"order-in-force": "answered"}
    await told.hear(order(child_id, order_id, at=later(1)))
    assert await told.asked(sent) == {"order-in-force": "challenged"}
    await told.hear(order(child_id, order_id, at=later(2), in_force_to=date(2026, 11, 13)))
    assert await told.asked(sent) == {"order-in-force": "answered"}
    await told.hear(
        order(child_id, order_id, at=later(1))
    )  # what was recorded before arrives again, and changes nothing
    assert await told.asked(sent) == {"order-in-force": "answered"}
    assert [state for _, state in await told.said(sent)] == ["not_yet_known", "answered", "challenged", "answered"]


@pytest.mark.policy("5.3.3")
async def test_a_special_school_without_consent_and_a_new_return_once_it_is_given(told: Told, clock: Standing) -> None:
    child_id = uuid4()
    sent = await told.deletes(WILLOWBANK.urn, ground="g", evidence={"placed_by_authority": True})
    await told.hear(matched(sent, child_id))
    assert await told.asked(sent) == {"special-school-consent": "challenged"}
    await told.hear(consent(child_id, on=date(2026, 12, 9), recorded_at=datetime(2026, 12, 9, 10, tzinfo=UTC)))
    shown = (await told.visitor.get(f"/v1/submissions/{sent}", told.visitor.bearer("lead_officer"))).json()
    assert [(one["state"], one["not_before"]) for one in shown["challenges"]] == [("challenged", "2026-12-09")]

    clock.at = datetime(2026, 12, 9, 15, tzinfo=UTC)
    form = deletion(ground="g", deleted_on="2026-12-09", evidence={"placed_by_authority": True})
    again = await told.visitor.accepted("/v1/deletion-returns", form, who=told.visitor.school(WILLOWBANK.urn))
    await told.hear(matched(UUID(again["submission_id"]), child_id))
    assert await told.asked(UUID(again["submission_id"])) == {"special-school-consent": "answered"}
    assert await told.asked(sent) == {"special-school-consent": "challenged"}


async def test_the_councils_signature_is_waited_for_and_a_refusal_counts(told: Told) -> None:
    signed = {"first_absent_on": "2026-10-01", "enquiries_signed_on": "2026-11-19"}
    for given, state in ((True, "answered"), (False, "challenged")):
        child_id, sent = uuid4(), await told.deletes(ground="i", evidence=signed)
        assert (await told.asked(sent))["joint-enquiries"] == "not_yet_known"
        await told.hear(
            consent(child_id, given=given, kind=ConsentKind.JOINT_ENQUIRIES, on=date(2026, 11, 19)),
            matched(sent, child_id),
        )
        assert (await told.asked(sent))["joint-enquiries"] == state


@pytest.mark.policy("5.2.6")
async def test_a_school_signs_its_half_and_its_deletion_stands_once_the_council_has_signed_too(
    told: Told, clock: Standing
) -> None:
    """Scenario 13: the absence began on 2 November; the school signs on the 26th, the council on the 27th."""
    clock.at = datetime(2026, 11, 30, 9, tzinfo=UTC)
    child_id, enquiry_id = uuid4(), uuid4()
    half = {
        "child": CHILD, "ground": "i", "began_on": "2026-11-02", "found": False, "signed_on": "2026-11-26",
        "enquiries": [{"made_on": "2026-11-24", "method": "home_visit", "by": "attendance officer", "outcome": "nobody_there"}],
    }  # fmt: skip
    signed = await told.visitor.accepted("/v1/joint-enquiries", half)
    assert "began_on" not in signed["still_missing"] and "enquiries" not in signed["still_missing"]
    [(_, key, event)] = [one for one in await told.visitor.said() if one[0] == "cme.joint-enquiry.signed.v1"]
    assert (key, event["enquiries"], event["found"]) == (signed["submission_id"], 1, False)
    assert "attendance officer" not in str(event)

    form = deletion(ground="i", deleted_on="2026-11-30", evidence={"first_absent_on": "2026-11-02"})
    sent = UUID((await told.visitor.accepted("/v1/deletion-returns", form))["submission_id"])
    await told.hear(matched(sent, child_id))
    assert (await told.asked(sent))["joint-enquiries"] == "challenged"
    for hours, decision, authority, state in (
        (1, JointDecision.AWAITING_AUTHORITY, None, "challenged"),
        (2, JointDecision.AGREED, date(2026, 11, 27), "answered"),
        (3, JointDecision.AWAITING_AUTHORITY, None, "challenged"),
        (4, JointDecision.NOT_AGREED, date(2026, 11, 30), "challenged"),
    ):
        await told.hear(
            JointEnquiryDecided(
                child_id=child_id, enquiry_id=enquiry_id, school_urn=SCHOOL, ground=Ground.I, began_on=date(2026, 11, 2),
                decision=decision, school_signed_on=date(2026, 11, 26), authority_signed_on=authority, decided_at=later(hours),
            )
        )  # fmt: skip
        assert (await told.asked(sent))["joint-enquiries"] == state


@pytest.mark.policy("8.1")
async def test_a_join_brings_the_order_of_the_other_record_and_a_separation_takes_it_back(told: Told) -> None:
    isolde, izzy, order_id = uuid4(), uuid4(), uuid4()
    sent = await told.deletes(ground="f", evidence=WRITTEN)
    await told.hear(matched(sent, isolde), order(izzy, order_id))
    assert await told.asked(sent) == {"order-in-force": "answered"}
    await told.hear(RecordsJoined(child_id=isolde, absorbed_child_id=izzy, decided_by=OFFICER, joined_at=later(1)))
    assert await told.asked(sent) == {"order-in-force": "challenged"}
    await told.hear(
        RecordsSeparated(
            child_id=isolde, restored_child_id=izzy, submission_ids=(), case_ids=(), recorded_ids=(order_id,), decided_by=OFFICER, separated_at=later(2)
        )
    )  # fmt: skip
    assert await told.asked(sent) == {"order-in-force": "answered"}


async def test_in_whatever_order_the_facts_arrive_the_same_is_decided(told: Told) -> None:
    for sequence in ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)):
        child_id = uuid4()
        sent = await told.deletes(WILLOWBANK.urn, ground="a", destination={"school_urn": "990002"})
        facts = [
            matched(sent, child_id), order(child_id, school_urn=WILLOWBANK.urn), consent(child_id, school_urn=WILLOWBANK.urn)
        ]  # fmt: skip
        for place in sequence:
            await told.hear(facts[place])
        assert await told.asked(sent) == {"order-in-force": "challenged", "special-school-consent": "answered"}


async def test_a_match_and_an_order_at_the_same_moment_do_not_miss_each_other(told: Told) -> None:
    """Each in a transaction of its own, as two workers would; neither sees what the other has not committed."""
    child_id = uuid4()
    sent = await told.deletes(ground="f", evidence=WRITTEN)
    fact = matched(sent, child_id)
    async with told.db.transaction() as tx:
        await follow.note_matched(tx, [fact])
        await elsewhere.decide_matched(tx, [(fact, Meta.of(fact, source="/cme/register"))])
        other = asyncio.create_task(told.hear(order(child_id)))
        async with asyncio.timeout(5):
            while not other.done() and not await told.db.pool.fetchval(WAITS):
                pass
    await other
    assert await told.asked(sent) == {"order-in-force": "challenged"}


WAITS = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


async def test_what_was_taken_back_is_asked_nothing_more(told: Told) -> None:
    child_id = uuid4()
    sent = await told.deletes(ground="f", evidence=WRITTEN)
    gone = await told.visitor.send(f"/v1/submissions/{sent}/withdrawal", {"reason": "sent_in_error"})
    assert gone.status_code == 200
    await told.hear(matched(sent, child_id), order(child_id))
    assert await told.said(sent) == [("order-in-force", "not_yet_known")]


async def test_what_was_corrected_is_asked_nothing_more(told: Told, clock: Standing) -> None:
    child_id = uuid4()
    sent = await told.deletes(ground="f", evidence=WRITTEN)
    form = deletion(deleted_on="2026-11-20", ground="f", evidence=WRITTEN | {"stated_day": "2026-11-13"})
    clock.at = later(1)
    answer = await told.visitor.send(f"/v1/submissions/{sent}/correction", form)
    corrected = UUID(answer.json()["submission_id"])
    await told.hear(matched(sent, child_id), order(child_id))
    assert await told.said(sent) == [("order-in-force", "not_yet_known")]
    assert await told.asked(corrected) == {"order-in-force": "challenged"}


async def test_a_match_of_something_else_says_nothing(told: Told) -> None:
    sent = await told.visitor.accepted("/v1/referrals", referral())
    before = await told.visitor.said()
    await told.hear(matched(UUID(sent["submission_id"]), uuid4()))
    assert await told.visitor.said() == before


@pytest.mark.parametrize("known", [True, False], ids=["the register knows the child", "it does not yet"])
async def test_a_calendar_that_is_loaded_later_decides_the_days(told: Told, known: bool) -> None:
    evidence = {"leave_ended_on": "2026-11-13", "enquiries_signed_on": "2026-11-19"}
    sent = await told.deletes(ground="h", evidence=evidence)
    if known:
        await told.hear(matched(sent, uuid4()))
    assert (await told.asked(sent))["ground-h-days"] == "not_yet_known"
    terms = read_term_dates(COUNTY / "term-dates.json")
    async with told.db.transaction() as tx:
        await load_terms(tx, terms, at=later(1))
    assert await told.asked(sent) == {
        "ground-h-days": "challenged", "joint-enquiries": "challenged" if known else "not_yet_known"
    }  # fmt: skip
    assert ("ground-h-days", "challenged") in await told.said(sent)


async def _headers(told: Told) -> Sequence[str]:
    return [row["headers"] for row in await told.db.pool.fetch("SELECT headers FROM outbox ORDER BY seq")]
