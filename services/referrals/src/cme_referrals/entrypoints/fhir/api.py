"""The routes of the FHIR interface; who may use which is in access.py."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from cme_calendars import local_date
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application.receive_partner import receive_partner_notification
from cme_referrals.domain.completeness import Kind
from cme_referrals.domain.confidential import AS_SENT
from cme_referrals.domain.progress import Progress
from cme_referrals.entrypoints.desk import Desk, note_told, receipt_of, sender_of
from cme_referrals.entrypoints.fhir.answer import answer
from cme_referrals.entrypoints.fhir.bundle import Message, read_message
from cme_referrals.entrypoints.fhir.capability import capability
from cme_referrals.entrypoints.fhir.described import WHY, answers, sent_as
from cme_referrals.entrypoints.fhir.issues import Issues, UnfitMessageError
from cme_referrals.entrypoints.fhir.notification import notification_of
from cme_referrals.entrypoints.fhir.task import Asked, task
from cme_referrals.entrypoints.fhir.wire import FhirResponse, negotiate, read, refuse, unfit
from cme_referrals.entrypoints.forms_partner import PartnerNotification
from cme_referrals.entrypoints.refusals import told
from cme_web.idempotency import idempotent
from cme_web.problems import NotVisible, Problem
from cme_web.tokens import Caller, CurrentCaller

ROUTE = "POST /fhir/R4/$process-message"
TRANSPORT = frozenset({"id", "meta", "timestamp", "signature"})
"""Members of a Bundle that a sender's system may write anew when it repeats a message."""


def api(desk: Desk) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/fhir/R4", default_response_class=FhirResponse)
    base = f"{desk.public_url}/fhir/R4"

    @router.get("/metadata", responses=answers(400, 406, 429))
    async def metadata(request: Request) -> Response:
        """What is supported, as a CapabilityStatement."""
        try:
            negotiate(request)
        except UnfitMessageError as error:
            return unfit(error)
        return FhirResponse(capability(base))

    @router.post(
        "/$process-message",
        responses=answers(*WHY),
        openapi_extra={"requestBody": {"required": True, "content": sent_as("process_message")}},
    )
    async def process_message(request: Request, caller: CurrentCaller) -> Response:
        """Take a message about a child as a partner's notification (policy 5.4), and answer with its Task."""
        try:
            negotiate(request)
            return await _process(desk, base, await read(request), caller)
        except UnfitMessageError as error:
            return unfit(error)

    @router.get("/Task/{task_id}", responses=answers(400, 401, 404, 406, 429, 503))
    async def read_task(task_id: str, request: Request, caller: CurrentCaller) -> Response:
        """How far a notification has come, for whoever sent it."""
        try:
            negotiate(request)
        except UnfitMessageError as error:
            return unfit(error)
        async with desk.db.transaction() as tx:
            followed = await tx.following.find(_uuid(task_id), sent_by=sender_of(caller))
            if followed is None or followed.kind is not Kind.PARTNER_NOTIFICATION:
                raise NotVisible
            withdrawn_at = await tx.chains.withdrawn_at(followed.id)
        return FhirResponse(
            task(
                Asked(
                    id=followed.id,
                    reference=followed.reference,
                    progress=followed.progress,
                    still_missing=followed.still_missing,
                    quarantined=followed.quarantined,
                    outcome=followed.progress.outcome_for(followed.referrer_kind),
                    withdrawn_at=withdrawn_at,
                )
            )
        )

    return router


async def _process(desk: Desk, base: str, sent: dict[str, Any], caller: Caller) -> Response:
    """Read it, take it once, answer it. Raises `UnfitMessageError`."""
    issues = Issues()
    message = read_message(sent, issues)
    form = notification_of(message, issues, local_date(desk.clock.now())) if message else None
    if message is None or form is None or issues.errors:
        raise UnfitMessageError(422, issues.found)
    content = json.dumps(
        {name: value for name, value in sent.items() if name not in TRANSPORT}, sort_keys=True
    ).encode()
    by_header, by_bundle = _key("header", message.id), message.bundle_id and _key("bundle", message.bundle_id)
    try:
        async with desk.db.transaction() as tx, idempotent(tx, caller, ROUTE, by_header, content) as once:
            if not once.answered and by_bundle:
                async with idempotent(tx, caller, ROUTE, by_bundle, content) as again:
                    if not again.answered:
                        again.answer(200, await _take(desk, tx, base, caller, message, form, issues, sent))
                    once.answer(200, again.given()[1])
            elif not once.answered:
                once.answer(200, await _take(desk, tx, base, caller, message, form, issues, sent))
    except Problem as problem:
        if problem.code != "idempotency-key-reused":
            raise
        raise refuse(
            409,
            "conflict",
            "A message with this id came before with other content. Give a new message a new id; "
            "to correct what was sent, use POST /v1/submissions/{id}/correction with the id of its Task.",
            "Bundle.entry[0].resource.id",
        ) from problem
    status, body, _ = once.given()
    return FhirResponse(body, status, {"Idempotency-Replayed": "true"} if once.answered else None)


async def _take(
    desk: Desk,
    tx: ReferralsTx,
    base: str,
    caller: Caller,
    message: Message,
    form: PartnerNotification,
    issues: Issues,
    sent: dict[str, Any],
) -> dict[str, Any]:
    """Through the use case of every partner's notification; the message is kept whole, sealed, beside the form."""
    plain = receipt_of(desk, form, caller)
    receipt = replace(plain, as_received=_with(plain.as_received, sent))
    with told:
        received = await receive_partner_notification(
            tx, replace(form.form(), follows_by_itself=True), receipt, desk.authority
        )
    await note_told(desk, tx, form, receipt)
    asked = Asked(
        id=receipt.submission_id,
        reference=receipt.reference,
        progress=Progress(received_at=receipt.received_at),
        still_missing=received.still_missing,
        quarantined=received.quarantined,
        outcome=None,
    )
    return answer(asked, to=message.id, issues=issues.found, base=base, at=receipt.received_at)


def _with(form: bytes, message: dict[str, Any]) -> bytes:
    return json.dumps({**json.loads(form), AS_SENT: message}, ensure_ascii=False).encode()


def _key(kind: str, id_: str) -> str:
    """An Idempotency-Key: no part of what was sent stands in it."""
    return hashlib.sha256(f"{kind} {id_}".encode()).hexdigest()


def _uuid(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise NotVisible from None
