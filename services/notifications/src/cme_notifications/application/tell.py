"""Something happened: everybody the routing table names is owed a message, once (policy 5.4, 7, 8, 9)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from cme_bus.meta import Meta
from cme_calendars import local_date
from cme_contracts.base import Event
from cme_contracts.codes import Audience
from cme_notifications.application.ports import About, Owed, Transaction
from cme_notifications.domain.recipients import Kind, Recipient
from cme_notifications.domain.routing import Route, RoutingTable, Tells
from cme_notifications.domain.words import long_date

WHATEVER_IT_SAYS = {
    Tells.LEAD_OFFICERS: Recipient.role(Tells.LEAD_OFFICER),
    Tells.TEAM_MANAGER: Recipient.role(Tells.TEAM_MANAGER),
    Tells.SERVICE_LEAD: Recipient.role(Tells.SERVICE_LEAD),
    Tells.SOCIAL_CARE: Recipient.social_care(),
    Tells.SAFEGUARDING: Recipient.safeguarding(),
}
"""Who is told whatever the event says."""


async def tell(tx: Transaction, table: RoutingTable, event: Event, cause: Meta, *, at: datetime) -> None:
    """Owe what `event` owes by the rows that hold on the day of `at` (business time)."""
    owed: list[Owed] = []
    for route in table.on(local_date(at), event.type):
        if not _applies(route, event):
            continue
        async for recipient, subject in _recipients(tx, route, event):
            owed.append(_owed(route, event, recipient, subject, cause))
    await tx.messages.owe(owed)
    subject = about(event)
    if owed and subject.subject is not None and subject.subject == subject.child_id:
        await tx.identity.place(subject.subject, subject.subject, at)  # nothing else would follow the register for it


def about(event: Event) -> About:
    """What an event is about: its case; before there is one its chain; the child itself where neither is named."""
    child_id, case_id, submission_id, first = (
        getattr(event, name, None) for name in ("child_id", "case_id", "submission_id", "first_submission_id")
    )
    return About(
        subject=case_id or first or child_id, child_id=child_id, case_id=case_id, submission_id=submission_id or first
    )


async def _recipients(tx: Transaction, route: Route, event: Event) -> AsyncIterator[tuple[Recipient, About]]:
    subject = about(event)
    match route.tells:
        case Tells.REFERRER:
            yield Recipient.sender_of(_field(event, "submission_id")), subject
        case Tells.SCHOOL:
            yield Recipient.school(_field(event, "school_urn")), subject
        case Tells.OFFICER:
            yield Recipient.officer(_field(event, "officer_id")), subject
        case Tells.LEAD_OFFICER:
            yield Recipient.lead_officer(await _lead_officer(tx, event)), subject
        case Tells.LEAD_OFFICER_IF_KNOWN:
            if (officer_id := await _lead_officer(tx, event)) is not None:
                yield Recipient.officer(officer_id), subject
        case Tells.WHOM_IT_NAMES:
            for role in _field(event, "tell"):
                leads = role == Tells.LEAD_OFFICER
                yield (
                    Recipient.lead_officer(await _lead_officer(tx, event)) if leads else Recipient.role(str(role)),
                    subject,
                )
        case Tells.TEAM:
            yield Recipient.team(str(_field(event, "team"))), subject
        case Tells.WHO_ASKED:
            yield Recipient.who_asked(_field(event, "link_id")), subject
        case Tells.EVERY_SENDER:
            for submission_id in _field(event, "submission_ids"):
                yield Recipient.sender_of(submission_id), replace(subject, submission_id=submission_id)
        case _:
            yield WHATEVER_IT_SAYS[route.tells], subject


async def _lead_officer(tx: Transaction, event: Event) -> UUID | None:
    named: UUID | None = getattr(event, "officer_id", None)
    return named or await tx.people.lead_officer_of(about(event))


def _applies(route: Route, event: Event) -> bool:
    return (
        (route.only_if is None or bool(_field(event, route.only_if)))
        and not (route.unless is not None and bool(_field(event, route.unless)))
        and all(_holds(event, name, codes) for name, codes in (route.only_where or {}).items())
        and not any(_holds(event, name, codes) for name, codes in (route.never_where or {}).items())
    )


def _holds(event: Event, name: str, codes: tuple[str, ...]) -> bool:
    """Whether the field holds one of these; of a field with several values, whether any of them does."""
    value = _field(event, name)
    return any(str(one) in codes for one in (value if isinstance(value, tuple) else (value,)))


def _by_hand(route: Route, event: Event) -> bool:
    """Nobody gets a circular about a death: an officer finds the words, and learns that none went out."""
    return any(str(_field(event, name)) in codes for name, codes in (route.by_hand_if or {}).items())


def _owed(route: Route, event: Event, recipient: Recipient, subject: About, cause: Meta) -> Owed:
    return Owed(
        # from what makes it one message, so that the same event read twice names the same message
        id=uuid5(cause.id, f"{route.template} {recipient.kind} {recipient.name}"),
        cause=cause,
        template=route.template,
        audience=_audience(route, recipient),
        recipient=recipient,
        about=subject,
        link=route.link,
        facts={name: _said(_field(event, name)) for name in route.fields},
        urgent=route.urgent,
        informs_referrer=route.informs_referrer,
        by_hand=_by_hand(route, event),
    )


def _audience(route: Route, recipient: Recipient) -> Audience:
    match recipient.kind:
        case Kind.SCHOOL:
            return Audience.SCHOOL
        case Kind.SUBMISSION | Kind.CONTACT:
            return Audience.REFERRER
        case Kind.OFFICER:
            return Audience.LEAD_OFFICER
        case Kind.ROLE:
            return Audience.LEAD_OFFICER if recipient.name == Tells.LEAD_OFFICER else Audience.MANAGEMENT
        case Kind.PARTNER:
            return Audience.PARTNER
        case Kind.TEAM:
            return Audience.TEAM


def _field(event: Event, name: str) -> Any:
    return getattr(event, name)  # that the event has it was checked at start


def _said(value: Any) -> str:
    return long_date(value) if isinstance(value, date) else str(value)
