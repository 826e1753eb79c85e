"""A named person refers a child to social care (policy 7, 9). What a rule did already, they confirm by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cme_safeguarding.application.confirm import settle_confirmation
from cme_safeguarding.application.deciding import settle
from cme_safeguarding.application.markers import say
from cme_safeguarding.application.ports import File, Practice, Transaction
from cme_safeguarding.application.refer import refer
from cme_safeguarding.domain.answer import answer_due
from cme_safeguarding.domain.consideration import Decision
from cme_safeguarding.domain.errors import AlreadyEscalated, FactorsMissing, FollowsNothing, UnknownCase
from cme_safeguarding.domain.escalation import Escalation, Terms, covered
from cme_safeguarding.domain.markers import OFFICER
from cme_safeguarding.domain.requests import SOCIAL_CARE


@dataclass(frozen=True, slots=True)
class Referral:
    """What became of a person's decision to tell social care."""

    escalation: Escalation
    made: bool
    """A new escalation was made."""
    confirmed: bool
    """What a rule had done was confirmed by it."""


@dataclass(frozen=True, slots=True)
class Again:
    """What social care declined, and what is known now that was not then."""

    escalation_id: UUID
    new_facts: str


async def escalate(
    tx: Transaction,
    practice: Practice,
    *,
    id: UUID,
    case_id: UUID,
    factors: frozenset[str],
    terms: Terms,
    again: Again | None = None,
    by: UUID,
    now: datetime,
) -> Referral:
    """Refer the child of a case; with `again` what social care has declined, because of new facts.

    Raises UnknownCase, AlreadyEscalated where social care has all of these factors in hand by a person's decision,
    FactorsMissing, ConsentReasonMissing, TelephonedLater, FollowsNothing.
    """
    if await tx.cases.find(case_id) is None:
        raise UnknownCase
    file = await tx.files.open(case_id)
    referral = await by_person(
        tx, practice, file, id=id, case_id=case_id, factors=factors, terms=terms, again=again, by=by, now=now
    )
    if not (referral.made or referral.confirmed):
        raise AlreadyEscalated
    await decide_what_waits(tx, practice, file, referral.escalation, by=by, now=now)
    return referral


async def by_person(
    tx: Transaction,
    practice: Practice,
    file: File,
    *,
    id: UUID,
    case_id: UUID | None,
    factors: frozenset[str],
    terms: Terms,
    again: Again | None = None,
    by: UUID,
    now: datetime,
) -> Referral:
    """The decision itself. Never a second escalation for factors that social care has in hand already."""
    terms.check(now)
    if not factors:
        raise FactorsMissing
    standing = [one for one in await tx.escalations.of(file.subjects) if one.open and one.factors & factors]
    if again is not None:
        declined = {one.id for one in await tx.requests.of(file.subjects) if one.body == SOCIAL_CARE and one.declined}
        if again.escalation_id not in declined:
            raise FollowsNothing
        standing = [one for one in standing if one.id not in declined]
    unconfirmed = [one for one in standing if one.awaiting_confirmation]
    for one in unconfirmed:
        await settle_confirmation(tx, practice, file, one, confirmed=True, by=by, now=now)
    if not factors - covered(standing):
        return Referral((unconfirmed or standing)[0], made=False, confirmed=bool(unconfirmed))
    due = answer_due(now, practice.working_days)
    escalation = Escalation(
        id=id,
        subject=file.subject,
        case_id=case_id,
        factors=factors,
        terms=terms,
        decided_by=by,
        escalated_at=now,
        answer_due_on=due.on,
        answer_due_at=due.at,
    )
    form = {"new_facts": again.new_facts} if again else None
    await refer(tx, practice, file, escalation, follows=again.escalation_id if again else None, form=form)
    await say(tx, practice, source_id=id, subject=file.subject, factors=factors, source=OFFICER, at=now)
    return Referral(escalation, made=True, confirmed=bool(unconfirmed))


async def decide_what_waits(
    tx: Transaction, practice: Practice, file: File, escalation: Escalation, *, by: UUID, now: datetime
) -> None:
    """Whoever has told social care of a child has answered every consideration that waits about them."""
    for consideration in await tx.considerations.undecided(file.subjects):
        await settle(
            tx, practice, file, consideration, Decision.ESCALATE, (f"escalation {escalation.id}",), by=by, now=now
        )
