"""What people are shown, and what a refusal becomes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from cme_calendars import local_date
from cme_contracts.people import Confidential
from cme_safeguarding.application.ports import Shown
from cme_safeguarding.application.ports_encompass import KeptNotice
from cme_safeguarding.domain.consideration import Consideration
from cme_safeguarding.domain.escalation import Escalation
from cme_safeguarding.domain.factors import FactorRule, FactorTable
from cme_web.problems import Answer

ANSWERS = {
    "no-such-case": Answer(
        404,
        "This case is not known here",
        "It may not have been heard of yet: check the case_id, and try again in a moment.",
    ),
    "no-such-child": Answer(404, "Not found"),
    "no-such-consideration": Answer(404, "Not found"),
    "no-such-escalation": Answer(404, "Not found"),
    "already-decided": Answer(
        409, "Somebody has decided already", "Read the consideration again; new facts make a new one."
    ),
    "changed-meanwhile": Answer(
        412,
        "Something was heard, decided or recorded since you looked",
        "Read what there is now, then decide.",
    ),
    "no-such-marker-type": Answer(422, "There is no such type of marker", "Give in type one of GET /v1/marker-types."),
    "no-such-marker": Answer(404, "Not found"),
    "marker-in-future": Answer(422, "The day has not come", "Give a day up to today in since or ended_on."),
    "ended-before-it-began": Answer(
        422,
        "It would end before it began",
        "Give in ended_on the last day on which it held; or end it as recorded_in_error.",
    ),
    "already-ended": Answer(409, "Somebody has ended it already", "Read the child's markers again."),
    "no-such-body": Answer(422, "There is no such body", "Give in body one of GET /v1/bodies."),
    "no-such-request": Answer(404, "Not found"),
    "no-such-step": Answer(422, "This may not happen to a request of that body", "Give in step one of GET /v1/bodies."),
    "request-ended": Answer(409, "The request has ended", "Make another; follows says which one it comes after."),
    "step-taken": Answer(409, "This has happened to it already", "Read the request again."),
    "out-of-time": Answer(
        422, "It lies in the future, or before the request was made", "Give in happened_at when it came to pass."
    ),
    "field-unknown": Answer(422, "form holds what is not asked for", "GET /v1/bodies says what each step asks."),
    "field-missing": Answer(422, "form lacks what is needed", "GET /v1/bodies says what each step needs."),
    "reference-missing": Answer(422, "The body's own reference is missing", "Give it in reference."),
    "made-by-escalation": Answer(422, "This body is asked by escalating", "Use POST /v1/escalations."),
    "follows-nothing": Answer(
        422,
        "There is no such earlier request about the child, or it was not declined",
        "Give the id of the one it follows (follows, raises_again).",
    ),
    "already-escalated": Answer(
        409,
        "Social care has these factors in hand already",
        "Read GET /v1/escalations?case_id=; escalate again when there is a new factor.",
    ),
    "nothing-to-confirm": Answer(
        409, "There is nothing to confirm", "A person made it, or has confirmed it or taken it back already."
    ),
    "already-acknowledged": Answer(
        409, "It was acknowledged with another reference", "Ask the council which reference stands."
    ),
    "factors-missing": Answer(
        422, "Social care is not told without a reason", "Give at least one of the codes of GET /v1/factors."
    ),
    "consent-reason-missing": Answer(
        422, "Say why without consent", "Give consent_reason where consent was refused or not sought."
    ),
    "telephoned-in-future": Answer(
        422, "The telephone call lies in the future", "Give the instant at which social care was told."
    ),
}


def rule(row: FactorRule) -> dict[str, Any]:
    """A row of the published factors."""
    return {
        "code": row.code,
        "level": row.level.name.lower(),
        "at_once": row.at_once,
        "reason": row.reason,
        "source": row.source,
        "valid_from": plain(row.valid_from),
        "rule": row.name,
    }


def consideration(one: Shown[Consideration], table: FactorTable) -> dict[str, Any]:
    """A consideration, with what the table said on its day of each factor that the reader may see."""
    record, factors = one.record, one.veil.shown(one.record.factors)
    on = local_date(record.considered_at)
    return {
        "consideration_id": str(record.id),
        **_about(one, record.subject),
        "case_id": plain(record.case_id),
        "lead_officer_id": plain(one.lead_officer_id),
        "prompted_by": one.veil.prompt(record.prompted_by),
        "factors": factors,
        "withheld": one.veil.withholds(record.factors),
        "because": [rule(table.rule(code, on)) for code in factors],
        "recommendation": record.recommendation,
        "considered_at": plain(record.considered_at),
        "due_at": plain(one.due_at),
        "overdue": one.overdue,
        "version": one.version,
        "decision": record.decision,
        "reasons": list(record.reasons),
        "decided_by": plain(record.decided_by),
        "decided_at": plain(record.decided_at),
    }


def place(one: Shown[Consideration]) -> tuple[str, str, str]:
    """Where it stands in the queue."""
    return str(one.record.urgency), one.record.considered_at.isoformat(), str(one.record.id)


def escalation(one: Shown[Escalation]) -> dict[str, Any]:
    """An escalation, as far as the reader may see."""
    record = one.record
    return {
        "escalation_id": str(record.id),
        **_about(one, record.subject),
        "case_id": plain(record.case_id),
        "state": record.state,
        "factors": one.veil.shown(record.factors),
        "withheld": one.veil.withholds(record.factors),
        "decided_by": plain(record.decided_by),
        "rule": one.veil.rule(record.rule),
        "to_be_confirmed": record.awaiting_confirmation,
        "confirmed": record.confirmed,
        "confirmed_by": plain(record.confirmed_by),
        "confirmed_at": plain(record.confirmed_at),
        "consent": record.terms.consent,
        "consent_reason": one.veil.said_by(record.rule, record.terms.consent_reason),
        "threshold_level": record.terms.threshold_level,
        "telephoned_at": plain(record.terms.telephoned_at),
        "escalated_at": plain(record.escalated_at),
        "answer_due_on": plain(record.answer_due_on),
        "answer_due_at": plain(record.answer_due_at),
        "acknowledged_at": plain(record.acknowledged_at),
        "their_reference": record.their_reference,
        "on_time": record.on_time if record.acknowledged_at else None,
        "times_silent": record.times_silent,
    }


BLIND = {"token", "found_by"}
"""Tokens say nothing to people."""


def confidential(submission_id: UUID, at: datetime, given: Confidential | None) -> dict[str, Any]:
    """What one submission gave; null where its key has been forgotten."""
    return {
        "submission_id": str(submission_id),
        "received_at": at.isoformat(),
        "given": given and given.model_dump(mode="json", exclude={"addresses": {"__all__": BLIND}}),
    }


def notice(one: KeptNotice) -> dict[str, Any]:
    """An Operation Encompass notice; without the child and the incident where its key has been forgotten."""
    told = one.notice and one.notice.model_dump(mode="json", exclude={"child": {"addresses": {"__all__": BLIND}}})
    return {
        "submission_id": str(one.submission_id),
        "source": one.source,
        "recipient": one.recipient,
        "on_time": one.on_time,
        "received_at": one.received_at.isoformat(),
        "notice": told,
    }


def _about[R](one: Shown[R], subject: UUID) -> dict[str, Any]:
    """The child, or while the register has not spoken the submission's chain."""
    return {"child_id": plain(one.child_id), "first_submission_id": None if one.child_id else str(subject)}


def plain(value: date | UUID | None) -> str | None:
    """As JSON has it."""
    match value:
        case None:
            return None
        case UUID():
            return str(value)
        case _:
            return value.isoformat()
