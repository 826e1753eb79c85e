"""Before a form is sent, and after: what it would lack; a correction; taking it back. Only for its sender."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Response
from pydantic import Field

from cme_contracts.codes_intake import WithdrawalReason
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application.batches import RowFault
from cme_referrals.application.change import Sent, open_to_change, withdraw
from cme_referrals.application.check import Checked, check
from cme_referrals.application.telling import Sender
from cme_referrals.domain.errors import SubmissionError
from cme_referrals.entrypoints.desk import Desk, parts_of, receipt_of, sender_of, take
from cme_referrals.entrypoints.fields import Form, Known
from cme_referrals.entrypoints.kinds import UnfitFormError, faults_of, read_form
from cme_referrals.entrypoints.names import SubmissionName, named
from cme_referrals.entrypoints.views import Accepted, ChallengeView, Note, View, challenge_views, notes
from cme_web.idempotency import IdempotencyKey, idempotent
from cme_web.problems import Fault, NotVisible, Problem
from cme_web.tokens import CurrentCaller

AnyForm = Annotated[dict[str, Any], Body(description="The members of one of the forms.")]
ONE_CHILD = RowFault(
    "siblings",
    "do not belong to the correction of one child",
    "Correct each child's own submission; send a child who is new in a submission of their own.",
)


class CheckView(View):
    """What would become of a form. Nothing was kept, and it does not say whether others have told us of the child."""

    would_be_taken: bool
    refused: tuple[Note, ...] = Field(description="Why it would be refused.")
    still_missing: tuple[str, ...] = Field(description="What the form asks for besides. No reason to wait.")
    data_quality: tuple[Note, ...] = Field(description="What is given and cannot be right.")
    challenges: tuple[ChallengeView, ...] = Field(description="Deletion returns: what does not fit the ground.")
    due_on: date | None = Field(description="Returns: the last day on which it is in time.")
    late: bool | None = Field(description="Returns: whether it would be late now; null where that cannot be said.")
    told_before: bool | None = Field(
        description="Whether you have told us of this child. null: it takes a name, the date of birth and a postcode to say."
    )
    references: tuple[str, ...] = Field(description="The latest of your submissions about this child.")
    siblings: tuple[CheckView, ...] = Field(default=(), description="The same of each brother and sister in the form.")


class Withdrawal(Form):
    """Why something is taken back."""

    reason: Annotated[WithdrawalReason, Known()]


class Withdrawn(View):
    """It was taken back. What was received stays, and whoever works on the case decides what follows."""

    submission_id: UUID
    reference: str
    withdrawn_at: datetime


def api(desk: Desk) -> APIRouter:
    """The routes; who may use which is in access.py."""
    router = APIRouter()

    @router.post("/v1/submissions/check", responses={200: {"model": CheckView}})
    async def check_form(body: AnyForm, caller: CurrentCaller) -> dict[str, Any]:
        """Say what a form with its `kind` would lack, and whether you have told us of the child, without sending it."""
        sender_of(caller)
        try:
            kind, form = read_form(body)
            kind.may_send(caller)
        except UnfitFormError as error:
            return _refused(error.faults)
        except SubmissionError as error:
            return _refused(faults_of(error))
        parts = parts_of(desk, kind, form, receipt_of(desk, form, caller))
        async with desk.db.transaction() as tx:
            first, *siblings = [_checked(await check(tx, one.take_in, one.receipt, one.child)) for one in parts]
        return first.model_copy(update={"siblings": tuple(siblings)}).model_dump(mode="json")

    @router.post("/v1/submissions/{submission_id}/correction", status_code=202, responses={202: {"model": Accepted}})
    async def correct(
        submission_id: SubmissionName, body: AnyForm, caller: CurrentCaller, key: IdempotencyKey
    ) -> Response:
        """Send a whole form in place of one that was sent. The old one stays; both are about one child."""
        route, sender = "POST /v1/submissions/{submission_id}/correction", sender_of(caller)
        async with desk.db.transaction() as tx, idempotent(tx, caller, route, key, _bytes(submission_id, body)) as once:
            if not once.answered:
                if (sent := await _sent(tx, submission_id, sender)) is None:
                    raise NotVisible
                try:
                    kind, form = read_form({"kind": sent.kind.value} | body)
                except UnfitFormError as error:
                    raise _invalid(error.faults) from error
                if kind.kind is not sent.kind:
                    raise _invalid([RowFault("kind", "is another form", "Correct with the form that was sent.")])
                if len(form.parts()) > 1:
                    raise _invalid([ONE_CHILD])
                kind.may_send(caller)
                receipt = replace(
                    receipt_of(desk, form, caller), corrects=sent.first_submission_id, family_id=sent.family_id
                )
                answer = await take(desk, tx, kind, form, receipt)
                once.answer(202, answer, location=f"/v1/submissions/{receipt.submission_id}")
        return once.filled(desk.with_links).response()

    @router.post("/v1/submissions/{submission_id}/withdrawal", responses={200: {"model": Withdrawn}})
    async def take_back(
        submission_id: SubmissionName, body: Withdrawal, caller: CurrentCaller, key: IdempotencyKey
    ) -> Response:
        """Take back what was sent, with its corrections."""
        route, sender = "POST /v1/submissions/{submission_id}/withdrawal", sender_of(caller)
        said = _bytes(submission_id, body.model_dump(mode="json"))
        async with desk.db.transaction() as tx, idempotent(tx, caller, route, key, said) as once:
            if not once.answered:
                if (sent := await _sent(tx, submission_id, sender)) is None:
                    raise NotVisible
                at = desk.clock.now()
                await withdraw(tx, sent, body.reason, sender, at=at)
                view = Withdrawn(submission_id=sent.id, reference=sent.reference, withdrawn_at=at)
                once.answer(200, view.model_dump(mode="json"))
        return once.response()

    return router


def _checked(found: Checked) -> CheckView:
    received = found.received
    return CheckView(
        would_be_taken=received is not None,
        refused=_notes(faults_of(found.refusal)) if found.refusal else (),
        still_missing=received.still_missing if received else (),
        data_quality=notes(received.quarantined) if received else (),
        challenges=challenge_views(received.challenges) if received else (),
        due_on=received.timing.due_on if received and received.timing else None,
        late=received.timing.late if received and received.timing else None,
        told_before=None if found.told_before is None else bool(found.told_before),
        references=found.told_before or (),
    )


def _refused(faults: tuple[RowFault, ...]) -> dict[str, Any]:
    return CheckView(
        would_be_taken=False,
        refused=_notes(faults),
        still_missing=(),
        data_quality=(),
        challenges=(),
        due_on=None,
        late=None,
        told_before=None,
        references=(),
    ).model_dump(mode="json")


def _notes(faults: tuple[RowFault, ...]) -> tuple[Note, ...]:
    return tuple(Note(field=fault.field, wrong=fault.wrong, mend=fault.mend) for fault in faults)


def _invalid(faults: tuple[RowFault, ...] | list[RowFault]) -> Problem:
    errors = [Fault(fault.field, fault.wrong, fault.mend) for fault in faults]
    return Problem(
        422,
        "invalid",
        "The request does not validate",
        "Mend the fields named in errors and send it again.",
        errors=errors,
    )


async def _sent(tx: ReferralsTx, submission_id: str, sender: Sender) -> Sent | None:
    name = named(submission_id)
    return await open_to_change(tx, name, sender) if name else None


def _bytes(submission_id: str, body: Any) -> bytes:
    """What the key is for: this body about this submission."""
    return f"{submission_id} {json.dumps(body, sort_keys=True)}".encode()
