"""Events as the other services say them, and safeguarding as they find it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from aiokafka import ConsumerRecord

from cme_bus.consumer import Consumer
from cme_bus.database import Database, Tx, prepare
from cme_bus.migrate import migrate
from cme_bus.sealing import Key, VersionedKeyring
from cme_calendars import WorkingDays
from cme_contracts.base import Event
from cme_contracts.codes import (
    CaseKind,
    Category,
    Factor,
    OfficerRole,
    Outcome,
    Proof,
    Waking,
)
from cme_contracts.codes_intake import EncompassRecipient, ReferrerKind
from cme_contracts.encompass import EncompassNotice, EncompassNotified
from cme_contracts.people import Address, Child, Confidential
from cme_contracts.referrals import ConcernReported, ConfidentialAddressGiven
from cme_contracts.register import (
    CaseClosed,
    CaseOpened,
    CategoryChanged,
    ChildLocated,
    DuplicateLinked,
    LeadOfficerAssigned,
)
from cme_contracts.register_cases import CaseReopened
from cme_contracts.register_clocks import DeadlineBreached
from cme_contracts.register_matching import RecordsJoined, RecordsSeparated, SubmissionMatched
from cme_contracts.sealed import Sealed
from cme_safeguarding.__main__ import SAFEGUARDING
from cme_safeguarding.adapters import body_file, clock_file, factor_file, marker_file
from cme_safeguarding.adapters.postgres import SafeguardingTx
from cme_safeguarding.application.ports import Practice
from cme_safeguarding.entrypoints import events, timers
from cme_timers import TimerLoop

MONDAY = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
"""Scenarios 1 and 26 begin on this Monday."""
PRACTICE = Practice(factor_file.load(), clock_file.load(), marker_file.load(), body_file.load(), WorkingDays())
KEYRING = VersionedKeyring([Key("k1", b"k" * 32)])
CANARY = "Quillfeather"
"""The surname of the invented child: found nowhere but in sealed form."""


@dataclass
class Hands:
    """A clock somebody turns."""

    at: datetime = MONDAY

    def now(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at


async def migrated(dsn: str) -> None:
    for component, folder in SAFEGUARDING.folders():
        await migrate(dsn, component=component, folder=folder)


@asynccontextmanager
async def database(dsn: str) -> AsyncIterator[Database[SafeguardingTx]]:
    async with asyncpg.create_pool(dsn, min_size=0, max_size=8, init=prepare) as pool:
        yield Database(pool, SafeguardingTx, source="/cme/safeguarding", keyring=KEYRING)


@dataclass
class Safeguarding:
    """The service on its own database: it hears real records, and what it says is read from its outbox."""

    db: Database[SafeguardingTx]
    clock: Hands = field(default_factory=Hands)
    offset: int = 0

    def __post_init__(self) -> None:
        self.consumer: Consumer[SafeguardingTx] = events.consumer(self.db, self.clock, PRACTICE)
        self.timers = TimerLoop(self.db, self.clock, timers.handlers(PRACTICE))

    async def hear(self, *said: Event) -> list[Any]:
        """Each event as a record of its stream, through the consumer's own road. Nothing may be parked."""
        records = []
        for one in await written(self.db.pool, *said):
            self.offset += 1
            records.append(record(one, self.offset))
            await self.consumer.take(records[-1:])
        parked = await self.db.pool.fetch("SELECT type, error FROM parked")
        assert not parked, parked
        return records

    async def said(self, type_: type[Event] | None = None) -> list[dict[str, Any]]:
        """What has been said so far, in order: payload and `type`, `cause`."""
        rows = await self.db.pool.fetch("SELECT headers, payload FROM outbox ORDER BY seq")
        found = []
        for row in rows:
            headers = json.loads(row["headers"])
            found.append(
                json.loads(row["payload"])
                | {"type": headers["ce_type"], "cause": headers.get("ce_causationid"), "key": headers["ce_subject"]}
            )
        return [one for one in found if type_ is None or one["type"] == type_.type]

    async def types(self) -> list[str]:
        return [one["type"] for one in await self.said()]


type Written = tuple[str, str, list[tuple[str, bytes]], bytes]
"""Topic, key, headers and value."""


async def written(pool: asyncpg.Pool, *events: Event) -> list[Written]:
    """Events as their owners' relays would send them: published, sealed, written to an outbox, and that undone."""
    found: list[Written] = []
    async with pool.acquire() as conn:
        undone = conn.transaction()
        await undone.start()
        for event in events:
            tx = Tx(conn, f"/cme/{event.owner}", KEYRING)
            tx.publish(event)
            await tx.write_outbox()
            row = await conn.fetchrow("SELECT stream, key, headers, payload FROM outbox WHERE seq = lastval()")
            assert row is not None
            headers = [(name, value.encode()) for name, value in json.loads(row["headers"]).items()]
            found.append((row["stream"], row["key"], headers, row["payload"]))
        await undone.rollback()
    return found


def record(one: Written, offset: int) -> Any:
    """As Kafka gives it to a consumer."""
    topic, key, headers, value = one
    return ConsumerRecord(
        topic=topic,
        partition=0,
        offset=offset,
        timestamp=0,
        timestamp_type=0,
        key=key.encode(),
        value=value,
        checksum=None,
        serialized_key_size=-1,
        serialized_value_size=-1,
        headers=tuple(headers),
    )


@dataclass
class Someone:
    """An invented child, as the register and referrals speak of them. Every fact is a minute after the one before."""

    child_id: UUID = field(default_factory=uuid4)
    case_id: UUID = field(default_factory=uuid4)
    at: datetime = MONDAY

    def _next(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at

    def concern(self, *factors: Factor, submission: UUID, chain: UUID | None = None) -> ConcernReported:
        return ConcernReported(
            submission_id=submission,
            first_submission_id=chain or submission,
            reference="CME-0000-TEST",
            received_at=self._next(),
            referrer=ReferrerKind.SCHOOL,
            on_roll=True,
            factors=factors,
            personal=Sealed(Child(forename="Testa", surname=CANARY)),
        )

    def hidden_at(self, street: str, *, submission: UUID) -> ConfidentialAddressGiven:
        hidden = Address(lines=(f"4 {street} Row",), postcode="ZZ99 7QX", kind="new", token="5a" * 16)
        return ConfidentialAddressGiven(
            submission_id=submission,
            first_submission_id=submission,
            reference="CME-0000-TEST",
            received_at=self._next(),
            personal=Sealed(Confidential(addresses=(hidden,))),
        )

    def incident(self, *, submission: UUID) -> EncompassNotified:
        notice = EncompassNotice(child=Child(forename="Testa", surname=CANARY), incident_on=date(2026, 11, 21))
        return EncompassNotified(
            submission_id=submission,
            first_submission_id=submission,
            reference="CME-0000-TEST",
            received_at=self._next(),
            recipient=EncompassRecipient.SETTING,
            on_time=False,
            personal=Sealed(notice),
        )

    def matched(self, submission: UUID, chain: UUID | None = None) -> SubmissionMatched:
        return SubmissionMatched(
            child_id=self.child_id,
            submission_id=submission,
            first_submission_id=chain or submission,
            new_record=True,
            matched_at=self._next(),
        )

    def opened(
        self,
        submission: UUID,
        *factors: Factor,
        kind: CaseKind = CaseKind.CME,
        category: Category | None = Category.MISSING,
    ) -> CaseOpened:
        return CaseOpened(
            child_id=self.child_id,
            case_id=self.case_id,
            submission_id=submission,
            kind=kind,
            category=category,
            factors=factors,
            opened_at=self._next(),
        )

    def duplicate(self, submission: UUID, *factors: Factor) -> DuplicateLinked:
        return DuplicateLinked(
            child_id=self.child_id,
            case_id=self.case_id,
            submission_id=submission,
            factors=factors,
            linked_at=self._next(),
        )

    def category(self, kind: CaseKind, category: Category | None) -> CategoryChanged:
        return CategoryChanged(
            child_id=self.child_id,
            case_id=self.case_id,
            kind=kind,
            category=category,
            previous_kind=CaseKind.CME,
            changed_at=self._next(),
        )

    def breached(self, clock: str = "INIT-10") -> DeadlineBreached:
        at = self._next()
        return DeadlineBreached(
            child_id=self.child_id,
            case_id=self.case_id,
            clock_id=uuid4(),
            clock=clock,
            due_on=at.date(),
            due_at=at,
            tell=(OfficerRole.LEAD_OFFICER, OfficerRole.TEAM_MANAGER),
            detected_at=at,
            detected_late_by=0,
        )

    def assigned(self, officer_id: UUID) -> LeadOfficerAssigned:
        return LeadOfficerAssigned(
            child_id=self.child_id, case_id=self.case_id, officer_id=officer_id, assigned_at=self._next()
        )

    def located(self) -> ChildLocated:
        return ChildLocated(
            child_id=self.child_id,
            case_id=self.case_id,
            proof=Proof.SEEN_BY_OFFICER,
            decided_by=uuid4(),
            located_at=self._next(),
        )

    def reopened(self, repeat: int = 1) -> CaseReopened:
        return CaseReopened(
            child_id=self.child_id,
            case_id=self.case_id,
            repeat=repeat,
            reason=Waking.SUBMISSION,
            previous_outcome=Outcome.PLACE_OFFERED_AND_STARTED,
            kind=CaseKind.CME,
            category=Category.MISSING,
            reopened_at=self._next(),
        )

    def closed(self, submissions: Sequence[UUID] = (), repeat: int = 0) -> CaseClosed:
        return CaseClosed(
            child_id=self.child_id,
            case_id=self.case_id,
            outcome=Outcome.ON_ROLL_ELSEWHERE,
            proof=Proof.SCHOOL_CONFIRMED_IN_WRITING,
            submission_ids=tuple(submissions),
            decided_by=uuid4(),
            repeat=repeat,
            closed_at=self._next(),
        )


def joined(surviving: Someone, absorbed: Someone) -> RecordsJoined:
    at = _together(surviving, absorbed)
    return RecordsJoined(
        child_id=surviving.child_id, absorbed_child_id=absorbed.child_id, decided_by=uuid4(), joined_at=at
    )


def _together(*people: Someone) -> datetime:
    """An instant later than all that was said of any of them."""
    at = max(someone.at for someone in people) + timedelta(minutes=1)
    for someone in people:
        someone.at = at
    return at


def separated(surviving: Someone, restored: Someone, submissions: Sequence[UUID]) -> RecordsSeparated:
    at = _together(surviving, restored)
    return RecordsSeparated(
        child_id=surviving.child_id,
        restored_child_id=restored.child_id,
        submission_ids=tuple(submissions),
        case_ids=(restored.case_id,),
        decided_by=uuid4(),
        separated_at=at,
    )
