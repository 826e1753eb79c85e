"""Learn who can be written to, and where: what is owed to them goes out from then on."""

from __future__ import annotations

from cme_contracts.referrals import (
    EstablishmentChanged,
    JointEnquirySigned,
    LinkRequested,
    PupilAdded,
    PupilDeleted,
    ReferrerNamed,
)
from cme_contracts.register import LeadOfficerAssigned, OfficerChanged
from cme_contracts.register_cases import CaseLeftToTeam
from cme_notifications.application.ports import Transaction


async def learn_school(tx: Transaction, event: EstablishmentChanged) -> None:
    """A school's mailbox, or that it has none."""
    await tx.people.school(event.urn, event.name, event.mailbox, event.changed_at)


async def learn_officer(tx: Transaction, event: OfficerChanged) -> None:
    """An officer's address and role; one who has left is written to no more."""
    who = event.personal.plain
    await tx.people.officer(event.officer_id, event.role, who.name, who.email, active=event.active, at=event.changed_at)


async def learn_referrer(tx: Transaction, event: ReferrerNamed) -> None:
    """Who is to be told what became of a submission (policy 7). Somebody who gave a telephone number only has no address."""
    who = event.personal.plain
    await tx.people.referrer(
        event.submission_id,
        event.first_submission_id,
        event.reference,
        kind=event.kind,
        name=who.name,
        email=who.email.strip() or None,
        school_urn=event.school_urn,
    )


async def learn_contact(tx: Transaction, event: LinkRequested) -> None:
    """Where a link goes that somebody asked for."""
    await tx.people.contact(event.link_id, event.personal.plain.email)


async def learn_return(tx: Transaction, event: JointEnquirySigned | PupilAdded | PupilDeleted) -> None:
    """A return names nobody: what became of it is told to the school's mailbox."""
    await tx.people.school_return(event.submission_id, event.first_submission_id, event.reference, event.school_urn)


async def learn_lead_officer(tx: Transaction, event: LeadOfficerAssigned) -> None:
    """Who is told of what happens in a case from now on."""
    await tx.people.lead_officer(event.case_id, event.officer_id, event.assigned_at)


async def learn_left_to_team(tx: Transaction, event: CaseLeftToTeam) -> None:
    """Nobody leads the case any more: whoever did is not written to about it."""
    await tx.people.lead_officer(event.case_id, None, event.left_at)
