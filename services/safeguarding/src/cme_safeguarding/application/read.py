"""Reading a safeguarding record leaves a trace: who was shown what of whom, in the transaction that showed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from cme_contracts.people import Child, Confidential
from cme_safeguarding.application.ports import File, Shown, Transaction
from cme_safeguarding.application.ports_encompass import KeptNotice
from cme_safeguarding.application.veiling import Reader, veil, veils
from cme_safeguarding.domain.consideration import Consideration
from cme_safeguarding.domain.errors import UnknownChild
from cme_safeguarding.domain.escalation import Escalation
from cme_safeguarding.domain.markers import Episode, Marker
from cme_safeguarding.domain.requests import Request


async def considerations(
    tx: Transaction,
    reader: Reader,
    *,
    case_id: UUID | None,
    child_id: UUID | None,
    undecided: bool,
    after: tuple[int, datetime, UUID] | None,
    limit: int,
) -> Sequence[Shown[Consideration]]:
    """What waits for a person, or all there was; the most urgent first. Of a child nobody knows: nothing."""
    file = await tx.files.of_child(child_id) if child_id else None
    subjects = None if child_id is None else file.subjects if file else ()
    found = await tx.considerations.queue(
        case_id=case_id, subjects=subjects, undecided=undecided, after=after, limit=limit
    )
    about = {one.record.subject for one in found}
    await tx.accesses.note(reader.who, "considerations", about)
    hidden = await veils(tx, reader, about)
    return [replace(one, veil=hidden[one.record.subject]) for one in found]


async def consideration(tx: Transaction, reader: Reader, consideration_id: UUID) -> Shown[Consideration]:
    """One consideration. Raises UnknownConsideration."""
    found = await tx.considerations.shown(consideration_id)
    await tx.accesses.note(reader.who, "consideration", {found.record.subject})
    return replace(found, veil=await veil(tx, reader, found.record.subject))


async def escalation(tx: Transaction, reader: Reader, escalation_id: UUID) -> Shown[Escalation]:
    """One escalation. Raises UnknownEscalation."""
    found = await tx.escalations.get(escalation_id)
    await tx.accesses.note(reader.who, "escalation", {found.subject})
    return Shown(
        found,
        await tx.files.child_of(found.subject),
        version=(await tx.requests.get(escalation_id)).version,
        veil=await veil(tx, reader, found.subject),
    )


async def escalations(tx: Transaction, reader: Reader, case_id: UUID) -> Sequence[Shown[Escalation]]:
    """The escalations of a case, oldest first."""
    found = await tx.escalations.of_case(case_id)
    subjects = {one.record.subject for one in found}
    await tx.accesses.note(reader.who, "escalations", subjects)
    hidden = await veils(tx, reader, subjects)
    return [replace(one, veil=hidden[one.record.subject]) for one in found]


async def chronology(tx: Transaction, reader: Reader, child_id: UUID) -> Sequence[dict[str, Any]]:
    """What happened to a child, as far as safeguarding knows and the reader may. Raises UnknownChild."""
    file = await _file(tx, child_id)
    await tx.accesses.note(reader.who, "chronology", file.subjects)
    hidden = await veil(tx, reader, file.subject)
    lines = await tx.chronology.read(file.subjects)
    return [
        {**line, "detail": shown} for line in lines if (shown := hidden.line(line["what"], line["detail"])) is not None
    ]


async def reported_children(tx: Transaction, who: str, child_id: UUID) -> Sequence[tuple[UUID, datetime, Child | None]]:
    """Whom reports of concern described, word for word. Raises UnknownChild."""
    file = await _file(tx, child_id)
    await tx.accesses.note(who, "reported_child", file.subjects)
    return await tx.submissions.reported_children(file.subjects)


async def confidential_addresses(
    tx: Transaction, who: str, child_id: UUID
) -> Sequence[tuple[UUID, datetime, Confidential | None]]:
    """Where this child, or a parent, is or was, as somebody marked it confidential. Raises UnknownChild."""
    file = await _file(tx, child_id)
    await tx.accesses.note(who, "confidential_addresses", file.subjects)
    return await tx.confidential.of(file.subjects)


async def encompass_notices(tx: Transaction, who: str, child_id: UUID) -> Sequence[KeptNotice]:
    """What the police have told about this child. Raises UnknownChild."""
    file = await _file(tx, child_id)
    await tx.accesses.note(who, "encompass_notices", file.subjects)
    return await tx.encompass.of(file.subjects)


async def markers(tx: Transaction, reader: Reader, child_id: UUID) -> tuple[Sequence[Marker], Sequence[Episode]]:
    """What is known of a child, and when nobody knew where they were. Raises UnknownChild."""
    file = await _file(tx, child_id)
    await tx.accesses.note(reader.who, "markers", file.subjects)
    shown = [one for one in await tx.markers.of(file.subjects) if reader.sees_restricted or not one.restricted]
    return shown, await tx.episodes.of(file.subjects)


async def requests(tx: Transaction, who: str, case_id: UUID) -> Sequence[Request]:
    """What was asked about the child of a case, the oldest first; of a case nobody knows: nothing."""
    child_id = await tx.files.child_of(case_id)
    file = await tx.files.of_child(child_id) if child_id else None
    found = await tx.requests.of(file.subjects if file else [case_id])
    await tx.accesses.note(who, "requests", {one.subject for one in found})
    return found


async def request(tx: Transaction, who: str, request_id: UUID) -> Request:
    """One request, with what people wrote. Raises UnknownRequest."""
    found = await tx.requests.get(request_id)
    await tx.accesses.note(who, "request", {found.subject})
    return found


async def accesses(
    tx: Transaction, who: str, child_id: UUID, *, before: int | None, limit: int
) -> Sequence[Mapping[str, Any]]:
    """Who was shown what of a child, the latest first. Asking is itself written down. Raises UnknownChild."""
    file = await _file(tx, child_id)
    found = await tx.accesses.of(file.subjects, before=before, limit=limit)
    await tx.accesses.note(who, "accesses", file.subjects)
    return found


async def _file(tx: Transaction, child_id: UUID) -> File:
    file = await tx.files.of_child(child_id)
    if file is None:
        raise UnknownChild
    return file
