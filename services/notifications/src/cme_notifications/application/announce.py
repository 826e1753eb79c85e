"""Say what became of a message, as caused by the event it tells of; and what did not reach an agency, a person must."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid5

from cme_contracts.codes import Audience, Channel
from cme_contracts.notifications import MessageFailed, MessageSent, ReferrerInformed
from cme_notifications.application.ports import Message, Owed, Transaction
from cme_notifications.domain.messages import Settlement, State
from cme_notifications.domain.recipients import SAFEGUARDING, STANDS_IN, Kind, Recipient
from cme_notifications.domain.routing import Link

PARTNER_NOT_TOLD = "partner-not-told"
"""The template by which somebody is asked to telephone: nobody may believe that social care knows when it does not."""
TEAM_NOT_TOLD = "team-not-told"
"""The same of a team of the council: what was handed over lies with nobody until somebody tells them."""

HANDOVER_WITHDRAWN = "handover-withdrawn"
WITHDRAWAL_NOT_TOLD = "withdrawal-not-told"
"""The same of what a sender took back: the team still acts on it."""

SAFEGUARDING_NOT_TOLD = "safeguarding-not-told"
"""The same of safeguarding, which a closure waits for."""

OUTCOME_NOT_TOLD = "outcome-not-told"
"""The template by which the Lead Officer is asked to tell a sender the outcome: policy 7 wants it told, not posted."""


async def announce(tx: Transaction, message: Message, settlement: Settlement, channel: str, at: datetime) -> None:
    """Publish `MessageSent` and, where it was the outcome, `ReferrerInformed`; or `MessageFailed`. Nothing in between.

    What will not reach an agency is owed to the team manager at once, who rings (policy 9); an outcome to the Lead Officer.
    The message's row must be locked: then what is said of it is in the order in which it happened.
    """
    about = message.about
    common: dict[str, Any] = {
        "message_id": message.id,
        "child_id": about.child_id,
        "submission_id": about.submission_id,
        "case_id": about.case_id,
        "audience": Audience(message.audience),
        "template": message.template,
        "channel": Channel(channel),
        "prompted_by": message.cause.type,
    }
    if settlement.state is State.SENT:
        tx.publish(MessageSent(**common, sent_at=at), cause=message.cause)
        if message.informs_referrer:
            tx.publish(_informed(message, at), cause=message.cause)
    elif settlement.state is State.PERMANENTLY_FAILED:
        reason = settlement.reason or "permanent-failure"
        tx.publish(MessageFailed(**common, reason=reason, failed_at=at), cause=message.cause)
        if message.recipient.kind is Kind.PARTNER:
            await tx.messages.owe([_to_be_told_otherwise(message, PARTNER_NOT_TOLD, urgent=True)])
        elif message.recipient.kind is Kind.TEAM:
            await tx.messages.owe([_to_be_told_otherwise(message, _for_a_team(message), urgent=False)])
        elif message.informs_referrer:
            await tx.messages.owe([await _outcome_to_be_told(tx, message)])


def _for_a_team(message: Message) -> str:
    if message.recipient.name == SAFEGUARDING:
        return SAFEGUARDING_NOT_TOLD
    return WITHDRAWAL_NOT_TOLD if message.template == HANDOVER_WITHDRAWN else TEAM_NOT_TOLD


def _to_be_told_otherwise(message: Message, template: str, *, urgent: bool) -> Owed:
    return Owed(
        id=uuid5(message.id, template),
        cause=message.cause,
        template=template,
        audience=Audience.MANAGEMENT,
        recipient=Recipient.role(STANDS_IN),
        about=message.about,
        link=message.link,
        facts=message.facts,
        urgent=urgent,
    )


async def _outcome_to_be_told(tx: Transaction, message: Message) -> Owed:
    officer_id = await tx.people.lead_officer_of(message.about)
    return Owed(
        id=uuid5(message.id, OUTCOME_NOT_TOLD),
        cause=message.cause,
        template=OUTCOME_NOT_TOLD,
        audience=Audience.MANAGEMENT if officer_id is None else Audience.LEAD_OFFICER,
        recipient=Recipient.lead_officer(officer_id),
        about=message.about,
        link=Link.SUBMISSION,
        facts={},
    )


def _informed(message: Message, at: datetime) -> ReferrerInformed:
    about = message.about
    assert about.submission_id and about.child_id and about.case_id  # only `CaseClosed` informs, and it names all three
    return ReferrerInformed(
        message_id=message.id,
        submission_id=about.submission_id,
        child_id=about.child_id,
        case_id=about.case_id,
        informed_at=at,
    )
