"""Notes, the chronology with its notes, contacts and attempts over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from pydantic import Field
from pydantic_core import to_jsonable_python

from cme_bus.database import Database
from cme_register.adapters import reading_work
from cme_register.adapters.postgres import RegisterTx
from cme_register.adapters.reading import View
from cme_register.application import work
from cme_register.application.ports_work import Attempt, Contact, Note
from cme_register.entrypoints.acting import Acting
from cme_register.entrypoints.bodies import Body, Instant, Text, Words, found
from cme_register.entrypoints.officer import officer_of
from cme_register.entrypoints.versions import Seen
from cme_register.entrypoints.views import answers
from cme_register.entrypoints.views.cases import ChronologyView
from cme_register.entrypoints.views.done import AttemptKept, ContactKept, NoteWritten
from cme_register.entrypoints.views.work import ContactsView
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey
from cme_web.paging import CurrentPage, instant, number
from cme_web.problems import NotVisible
from cme_web.tokens import Caller, CurrentCaller

SEE_SENSITIVE = ("team_manager", "service_lead")
"""Who is shown a sensitive note that somebody else wrote."""
Role = Literal[
    "parent", "carer", "relative", "school", "social_care", "health", "police", "housing", "other_authority",
    "other_professional", "other",
]  # fmt: skip


class NewNote(Body):
    """What an officer writes down. It never changes; a correction is another note."""

    words: Words
    sensitive: bool = Field(default=False, strict=True, description="Shown to fewer roles.")
    corrects: UUID | None = Field(default=None, description="The note that this one stands for.")
    about: UUID | None = Field(default=None, description="The check or attempt that it belongs to.")


class Particulars(Body):
    """Who somebody is, and how they are reached. Kept in the register alone."""

    name: Text
    organisation: Text | None = None
    telephones: Annotated[tuple[Text, ...], Field(max_length=10)] = ()
    email: Text | None = None
    address: Text | None = None
    language: Text | None = Field(default=None, description="In which they are spoken to.")
    how: Words | None = Field(default=None, description="What somebody who reaches them must know.")


class NewContact(Body):
    """Somebody to speak to about the case."""

    role: Role
    particulars: Particulars
    safe_to_contact: bool = Field(
        default=True, strict=True, description="false: to reach them could put somebody in danger (domestic abuse)."
    )


class NewAttempt(Body):
    """One time somebody was to be reached."""

    contact_id: UUID | None = Field(default=None, description="Whom, where they are a contact of the case.")
    role: Role = Field(default="parent", description="What they are, where they are no contact of the case.")
    method: Literal["telephone", "text", "email", "letter", "home_visit", "meeting", "other"]
    outcome: Literal[
        "spoke", "replied", "left_message", "no_answer", "returned", "nobody_there", "moved_away", "refused", "other"
    ]
    made_at: Instant | None = Field(default=None, description="Left out: now.")
    note: Words | None = Field(default=None, description="Kept as a note of the case.")


def casenotes_api(db: Database[RegisterTx], clock: BusinessClock) -> APIRouter:
    """The routes of what is written down about a case."""
    router = APIRouter()
    act = Acting(db)

    @router.get("/v1/cases/{case_id}/chronology", responses=answers(ChronologyView))
    async def show_chronology(case_id: UUID, request: Request, caller: CurrentCaller, page: CurrentPage) -> Response:
        """All that has happened, in one list with the notes in their place, oldest first."""
        rows = await reading_work.chronology(
            db.pool, case_id, reader=officer_of(caller), may_see_sensitive=caller.may(*SEE_SENSITIVE),
            after=page.seen(instant, number), limit=page.limit + 1,
        )  # fmt: skip
        if rows is None:
            raise NotVisible
        return page.response(request, rows, show=to_jsonable_python, place=reading_work.seen)

    @router.post("/v1/cases/{case_id}/notes", responses=answers(NoteWritten))
    async def write_note(case_id: UUID, body: NewNote, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """Write a note, or one that corrects another."""

        async def do(tx: RegisterTx, by: UUID) -> dict[str, Any]:
            note = Note(
                id=uuid4(), case_id=case_id, record_id=case_id, words=body.words, sensitive=body.sensitive, written_by=by,
                written_at=clock.now(), about=body.about, corrects=body.corrects,
            )  # fmt: skip
            await work.write_note(tx, note, may_see_sensitive=_sees_sensitive(caller))
            return {"note_id": str(note.id)}

        return await act("notes", case_id, body, caller, key, do)

    @router.get("/v1/cases/{case_id}/contacts", responses=answers(ContactsView))
    async def show_contacts(case_id: UUID) -> View:
        """Whom to speak to, whether it is safe, and every attempt. What safeguarding holds is not here."""
        return found(await reading_work.contacts(db.pool, case_id))

    @router.post("/v1/cases/{case_id}/contacts", responses=answers(ContactKept))
    async def add_contact(case_id: UUID, body: NewContact, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """Write down somebody to speak to."""
        return await act("contacts", case_id, body, caller, key, _contact(uuid4(), case_id, body))

    @router.post("/v1/cases/{case_id}/contacts/{contact_id}", responses=answers(ContactKept))
    async def change_contact(
        case_id: UUID, contact_id: UUID, body: NewContact, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None
    ) -> Response:
        """Write down what is known of them now; what was known before is kept."""
        deed = _contact(contact_id, case_id, body, known=True)
        what = f"contacts/{contact_id}"
        return await act(what, case_id, body, caller, key, deed, seen=seen, fields={f"contacts.{contact_id}"})

    def _contact(contact_id: UUID, case_id: UUID, body: NewContact, *, known: bool = False) -> Any:
        async def do(tx: RegisterTx, by: UUID) -> dict[str, Any]:
            contact = Contact(
                id=contact_id, case_id=case_id, record_id=case_id, role=body.role,
                particulars=body.particulars.model_dump(mode="json", exclude_none=True),
                safe_to_contact=body.safe_to_contact, recorded_by=by, recorded_at=clock.now(),
            )  # fmt: skip
            await work.record_contact(tx, contact, known=known)
            return {"contact_id": str(contact_id)}

        return do

    @router.post("/v1/cases/{case_id}/attempts", responses=answers(AttemptKept))
    async def record_attempt(case_id: UUID, body: NewAttempt, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """Write down that somebody was to be reached, and what came of it."""

        async def do(tx: RegisterTx, by: UUID) -> dict[str, Any]:
            now = clock.now()
            attempt = Attempt(
                id=uuid4(), case_id=case_id, record_id=case_id, contact_id=body.contact_id, role=body.role, method=body.method,
                outcome=body.outcome, made_at=body.made_at or now, made_by=by,
            )  # fmt: skip
            await work.record_attempt(tx, attempt, at=now)
            await work.note_beside(tx, case_id, attempt.id, body.note, note_id=uuid4(), by=by, at=now)
            return {"attempt_id": str(attempt.id)}

        return await act("attempts", case_id, body, caller, key, do)

    return router


def _sees_sensitive(caller: Caller) -> bool:
    return caller.may(*SEE_SENSITIVE)
