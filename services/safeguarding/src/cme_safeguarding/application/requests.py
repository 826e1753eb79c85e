"""An officer asks something of a body, or an answer comes, from the body's own system or by an officer's hand (policy 7, 9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

from cme_calendars import local_date
from cme_safeguarding.application.answer import acknowledge
from cme_safeguarding.application.ports import Practice, Transaction
from cme_safeguarding.application.steps import advance
from cme_safeguarding.domain.errors import FollowsNothing, MadeByEscalation, UnknownCase, UnknownStep
from cme_safeguarding.domain.requests import ACKNOWLEDGED, MADE, SOCIAL_CARE, TAKEN_BACK, Request, Step


async def ask(
    tx: Transaction,
    practice: Practice,
    *,
    id: UUID,
    body: str,
    case_id: UUID,
    follows: UUID | None,
    form: Mapping[str, str],
    happened_at: datetime,
    by: UUID,
    now: datetime,
) -> Request:
    """Ask a body. `happened_at`: when what it asks about came to pass, or the asking itself.

    Raises UnknownCase, UnknownBody, MadeByEscalation, FollowsNothing, OutOfTime, FieldUnknown, FieldMissing.
    """
    row = practice.bodies.body(body, local_date(now))
    if row.by_escalation:
        raise MadeByEscalation
    if await tx.cases.find(case_id) is None:
        raise UnknownCase
    file = await tx.files.open(case_id)
    if row.follows or follows is not None:
        earlier = {one.id for one in await tx.requests.of(file.subjects)}
        if follows not in earlier:
            raise FollowsNothing
    request = Request(id=id, body=body, subject=case_id, case_id=case_id, made_at=happened_at, follows=follows)
    await tx.requests.add(request)
    await advance(tx, practice, file, request, Step(uuid5(id, MADE), MADE, happened_at, now, by, None, form))
    return request


async def take_step(
    tx: Transaction,
    practice: Practice,
    *,
    request_id: UUID,
    step: str,
    happened_at: datetime,
    reference: str | None,
    form: Mapping[str, str],
    by: UUID | None,
    now: datetime,
) -> Request:
    """Something happened to a request. Who answers an escalation in any way has acknowledged it.

    Raises UnknownRequest, UnknownStep, RequestEnded, StepTaken, OutOfTime, FieldUnknown, FieldMissing, ReferenceMissing.
    """
    found = await tx.requests.get(request_id)
    file = await tx.files.open(found.subject)
    request = await tx.requests.get(request_id)  # again, now that nobody else can change it
    if step in {MADE, TAKEN_BACK} or (request.body == SOCIAL_CARE and step == ACKNOWLEDGED):
        raise UnknownStep  # those are said elsewhere: made, confirmed, acknowledged with the body's own signature
    if request.body == SOCIAL_CARE and reference is not None:
        escalation = await tx.escalations.get(request_id)
        if escalation.awaiting_answer:
            await acknowledge(tx, practice, escalation_id=request_id, their_reference=reference, now=now)
            request = await tx.requests.get(request_id)
    await advance(
        tx, practice, file, request, Step(uuid5(request_id, step), step, happened_at, now, by, reference, form)
    )
    return request
