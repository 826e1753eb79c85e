"""What this service hears: each handler learns what it must, and tells whom the routing table names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from cme_bus.consumer import Consumer
from cme_bus.database import Database
from cme_bus.meta import Meta
from cme_contracts import referrals, register, register_cases, register_matching
from cme_contracts.base import CATALOG, Event
from cme_notifications.adapters.postgres import NotificationsTx
from cme_notifications.application import addresses, whose
from cme_notifications.application.tell import tell
from cme_notifications.domain.routing import RoutingTable

LEARNS: dict[type[Event], Callable[..., Awaitable[None]]] = {
    referrals.EstablishmentChanged: addresses.learn_school,
    referrals.LinkRequested: addresses.learn_contact,
    referrals.ReferrerNamed: addresses.learn_referrer,
    referrals.PupilAdded: addresses.learn_return,
    referrals.PupilDeleted: addresses.learn_return,
    referrals.JointEnquirySigned: addresses.learn_return,
    register.OfficerChanged: addresses.learn_officer,
    register.LeadOfficerAssigned: addresses.learn_lead_officer,
    register_cases.CaseLeftToTeam: addresses.learn_left_to_team,
    register_matching.SubmissionMatched: whose.submission_matched,
    register.CaseOpened: whose.case_opened,
    register_matching.RecordsJoined: whose.records_joined,
    register_matching.RecordsSeparated: whose.records_separated,
}
"""What is remembered of an event, before anybody is told."""


def consumer(
    db: Database[NotificationsTx], table: RoutingTable, now: Callable[[], datetime]
) -> Consumer[NotificationsTx]:
    """Everything that teaches us something or tells somebody: the second is the routing table's say."""
    events = Consumer(db, name="notifications", service="notifications")
    for event in sorted({*LEARNS, *(CATALOG[name] for name in table.events)}, key=lambda one: one.type):
        _hear(events, event, table, now)
    return events


def _hear(
    events: Consumer[NotificationsTx], event_type: type[Event], table: RoutingTable, now: Callable[[], datetime]
) -> None:
    @events.on(event_type)
    async def learn_and_tell(event: Event, tx: NotificationsTx, meta: Meta) -> None:
        if learn := LEARNS.get(event_type):
            await learn(tx, event)
        await tell(tx, table, event, meta, at=now())
