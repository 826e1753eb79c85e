"""What officers write down about a case: notes, whom to speak to, whom they tried to reach, what was offered (policy 5.1, 8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from cme_contracts import codes_work
from cme_contracts.register_work import CaseNoted, ContactAttempted, ContactRecorded, SupportAnswered, SupportOffered
from cme_register.application.ports import Transaction
from cme_register.application.ports_work import Attempt, Contact, Note, Offer
from cme_register.application.rules import Rules
from cme_register.application.telling import Said, tell
from cme_register.domain.case import Case
from cme_register.domain.errors import NotOnRegister, RegisterError


class NoteCorrected(RegisterError):
    """Another note stands for it: correct that one."""

    code = "note-corrected"


class InTheFuture(RegisterError):
    """What is recorded has been done."""

    code = "in-the-future"


class NoSuchSupport(RegisterError):
    """The table has no such help."""

    code = "no-such-support"


async def write_note(tx: Transaction, note: Note, *, may_see_sensitive: bool) -> None:
    """Keep a note: of a case, whatever has become of it. It never changes; a correction is another note.

    A correction of a sensitive note is sensitive; who wrote it may correct it. Raises `NotOnRegister`, `NoteCorrected`.
    """
    case = await tx.cases.lock(note.case_id)
    if note.corrects is not None:
        corrected = await tx.work.notes.find(note.corrects)
        if (
            corrected is None
            or not (may_see_sensitive or not corrected.sensitive or corrected.written_by == note.written_by)
            or not await _of_child(tx, case, corrected.case_id)
        ):
            raise NotOnRegister("there is no such note")
        if await tx.work.notes.corrected(note.corrects):
            raise NoteCorrected(f"another note stands for {note.corrects}")
        note = replace(note, sensitive=note.sensitive or corrected.sensitive, about=note.about or corrected.about)
    await tx.work.notes.add(replace(note, record_id=case.record_id))
    event = CaseNoted(
        child_id=case.child_id, case_id=case.id, note_id=note.id, sensitive=note.sensitive, corrects=note.corrects,
        about=note.about, written_by=note.written_by, written_at=note.written_at,
    )  # fmt: skip
    await tell(tx, [Said(event, note.written_at)])


async def note_beside(
    tx: Transaction, case_id: UUID, about: UUID | None, words: str | None, *, note_id: UUID, by: UUID, at: datetime
) -> None:
    """Keep the words that came with something else, if any did. Raises `NotOnRegister`."""
    if words is not None:
        note = Note(
            id=note_id, case_id=case_id, record_id=case_id, words=words, sensitive=False, written_by=by, written_at=at,
            about=about,
        )  # fmt: skip
        await write_note(tx, note, may_see_sensitive=False)


async def record_contact(tx: Transaction, contact: Contact, *, known: bool) -> None:
    """Write down somebody to speak to, or of somebody `known` what is known now. Raises `NotOnRegister`."""
    case = await tx.cases.lock(contact.case_id)
    record_id = case.record_id
    if known:
        before = await tx.work.contacts.find(contact.id)
        if before is None or not await _of_child(tx, case, before.case_id):
            raise NotOnRegister("there is no such contact of this case")
        record_id = before.record_id
    await tx.work.contacts.put(replace(contact, record_id=record_id))
    await tx.cases.note_change(case.id, f"contacts.{contact.id}")
    event = ContactRecorded(
        child_id=case.child_id, case_id=case.id, contact_id=contact.id, role=codes_work.ContactRole(contact.role),
        safe_to_contact=contact.safe_to_contact, recorded_by=contact.recorded_by, recorded_at=contact.recorded_at,
    )  # fmt: skip
    await tell(tx, [Said(event, contact.recorded_at)])


async def record_attempt(tx: Transaction, attempt: Attempt, *, at: datetime) -> None:
    """Write down that somebody was to be reached, and what came of it. Raises `NotOnRegister`, `InTheFuture`."""
    if attempt.made_at > at:
        raise InTheFuture("an attempt is recorded once it has been made")
    case = await tx.cases.lock(attempt.case_id)
    if attempt.contact_id is not None:
        contact = await tx.work.contacts.find(attempt.contact_id)
        if contact is None or not await _of_child(tx, case, contact.case_id):
            raise NotOnRegister("there is no such contact of this case")
        attempt = replace(attempt, role=contact.role)
    await tx.work.contacts.add_attempt(replace(attempt, record_id=case.record_id), at)
    event = ContactAttempted(
        child_id=case.child_id, case_id=case.id, attempt_id=attempt.id, contact_id=attempt.contact_id,
        role=codes_work.ContactRole(attempt.role), method=codes_work.ContactMethod(attempt.method),
        outcome=codes_work.ContactOutcome(attempt.outcome), made_at=attempt.made_at, made_by=attempt.made_by,
    )  # fmt: skip
    await tell(tx, [Said(event, at)])


async def offer_support(tx: Transaction, offer: Offer, rules: Rules, *, at: datetime, today: date) -> None:
    """A family was offered help. Raises `NotOnRegister`, `NoSuchSupport`, `InTheFuture`."""
    if offer.support not in {row.code for row in rules.support if row.valid_from <= today}:
        raise NoSuchSupport(f"there is no such help on {today}")
    if offer.offered_on > today:
        raise InTheFuture("an offer is recorded once it has been made")
    case = await tx.cases.lock(offer.case_id)
    await tx.work.support.offer(replace(offer, record_id=case.record_id), at)
    await tx.cases.note_change(case.id, f"support.{offer.id}")
    event = SupportOffered(
        child_id=case.child_id, case_id=case.id, support_id=offer.id, support=offer.support, offered_on=offer.offered_on,
        offered_by=offer.offered_by, recorded_at=at,
    )  # fmt: skip
    await tell(tx, [Said(event, at)])


async def answer_support(
    tx: Transaction,
    case_id: UUID,
    support_id: UUID,
    answer: codes_work.SupportAnswer,
    answered_on: date,
    *,
    by: UUID,
    at: datetime,
    today: date,
) -> None:
    """Whether it was taken up; said again, the latest counts. Raises `NotOnRegister`, `InTheFuture`."""
    if answered_on > today:
        raise InTheFuture("an answer is recorded once it has come")
    case = await tx.cases.lock(case_id)
    offer = await tx.work.support.find(support_id)
    if offer is None or not await _of_child(tx, case, offer.case_id):
        raise NotOnRegister("there is no such offer")
    await tx.work.support.answer(support_id, answer.value, answered_on, by=by, at=at)
    await tx.cases.note_change(case.id, f"support.{support_id}")
    event = SupportAnswered(
        child_id=case.child_id, case_id=case.id, support_id=support_id, answer=answer, answered_on=answered_on,
        recorded_by=by, recorded_at=at,
    )  # fmt: skip
    await tell(tx, [Said(event, at)])


async def _of_child(tx: Transaction, case: Case, other_case_id: UUID) -> bool:
    """Whether something that stands with another case is about the child of this one."""
    return case.id == other_case_id or (await tx.cases.lock(other_case_id)).child_id == case.child_id
