"""What happens to a request: the row, the clocks it starts and stops, the line in the chronology and the event, together."""

from __future__ import annotations

from cme_calendars import local_date
from cme_contracts.safeguarding_requests import RequestStepTaken
from cme_safeguarding.application.clocks import cancel_clocks, start_clocks, stop_clocks
from cme_safeguarding.application.ports import File, Practice, Transaction
from cme_safeguarding.domain.requests import Request, Step


async def advance(
    tx: Transaction, practice: Practice, file: File, request: Request, step: Step, *, told: bool = False
) -> None:
    """Something happened to a request whose file is locked. `told`: it is a fact that has an event and a line of its own.

    Raises UnknownBody, UnknownStep, RequestEnded, StepTaken, OutOfTime, FieldUnknown, FieldMissing, ReferenceMissing.
    """
    rule = practice.bodies.body(request.body, local_date(request.made_at)).step(step.step)
    request.take(rule, step)
    await tx.requests.take(request, step)
    if not told:
        await _tell(tx, file, request, step, closes=rule.closes)
    await stop_clocks(tx, practice, file, step.step, about=request.id, at=step.happened_at)
    if rule.closes:
        await cancel_clocks(tx, about=request.id, at=step.happened_at)
    else:
        await start_clocks(
            tx,
            practice,
            file,
            request.body,
            step.step,
            about=request.id,
            case_id=request.case_id,
            at=step.happened_at,
        )


async def _tell(tx: Transaction, file: File, request: Request, step: Step, *, closes: bool) -> None:
    await tx.chronology.note(
        request.subject,
        step.happened_at,
        "request_step",
        request_id=request.id,
        body=request.body,
        step=step.step,
        reference=step.reference,
        decided_by=step.by,
    )
    tx.publish(
        RequestStepTaken(
            **file.about(), case_id=request.case_id, request_id=request.id, body=request.body, step=step.step,
            closes=closes, reference=step.reference, recorded_by=step.by, happened_at=step.happened_at,
            recorded_at=step.recorded_at,
        )
    )  # fmt: skip
