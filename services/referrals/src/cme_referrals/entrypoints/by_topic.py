"""Forms over Kafka: the same forms, the same use cases, and an answer on a topic of its own (decision 0108)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from cme_bus.consumer import Consumer
from cme_bus.errors import TryAgain, Unprocessable
from cme_bus.meta import Meta
from cme_contracts.codes_intake import ReferrerKind
from cme_contracts.partners import AskedOfReturn, FormAnswered, FormSent, Remark, TakenForm
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application.batches import RowFault
from cme_referrals.application.check import check
from cme_referrals.domain.errors import SubmissionError
from cme_referrals.entrypoints.access import PARTNER, SCHOOL
from cme_referrals.entrypoints.desk import NO_PARTNERS, Desk, parts_of, receipt_of, sameness, take
from cme_referrals.entrypoints.kinds import UnfitFormError, faults_of, read_form
from cme_web.idempotency import idempotent
from cme_web.problems import Problem
from cme_web.tokens import Caller

ROUTE = "cme.intake.forms"
WHOSE = re.compile(r"school/(?P<urn>[0-9]{6})(/\w+)?|partner/(?P<kind>[a-z_]+)/(?P<name>[A-Za-z0-9._-]+)(/\w+)?")
"""A key's name. What follows the last stroke tells an old key from its successor."""
IN_FLIGHT = 409
OTHER_CONTENT = Remark(
    field="form_id",
    wrong="came before with other content",
    mend="Give another form an id of its own; to change what was sent, correct it.",
)


def caller_of(kid: str | None) -> Caller | None:
    """Who seals with this key: a school or a partner, as an access token would say. None: nobody who sends forms."""
    found = WHOSE.fullmatch(kid or "")
    if found is None:
        return None
    if urn := found["urn"]:
        return Caller(subject=f"school/{urn}", roles=frozenset({SCHOOL}), urn=urn)
    if found["kind"] not in list(ReferrerKind) or found["kind"] in NO_PARTNERS:
        return None
    subject = f"partner/{found['kind']}/{found['name']}"
    return Caller(subject=subject, roles=frozenset({PARTNER}), partner_kind=found["kind"])


def listen(ears: Consumer[ReferralsTx], desk: Desk) -> None:
    """Say what is done about a form. Its topic has a loop of its own: a flood there delays no other."""

    @ears.on(FormSent)
    async def take_it_as_over_http(event: FormSent, tx: ReferralsTx, meta: Meta) -> None:
        caller = caller_of(event.personal.opened_with)
        if caller is None:
            raise Unprocessable("the key it was sealed with is no sender's")
        tx.publish(await _answer(desk, tx, event, caller))


class RefusedFormError(Exception):
    """The form cannot be taken as it stands; nothing of it is kept."""

    def __init__(self, faults: Sequence[RowFault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


async def _answer(desk: Desk, tx: ReferralsTx, event: FormSent, caller: Caller) -> FormAnswered:
    sent = event.personal.plain
    content = json.dumps([sent.kind, sent.form], sort_keys=True).encode()
    taken: tuple[TakenForm, ...] = ()
    refused: tuple[Remark, ...] = ()
    try:
        async with tx.conn.transaction(), idempotent(tx, caller, ROUTE, str(event.form_id), content) as once:
            if not once.answered:
                once.answer(202, await _take(desk, tx, {**sent.form, "kind": sent.kind}, caller))
            taken = _taken(once.given()[1])
    except RefusedFormError as error:
        refused = tuple(Remark(field=one.field, wrong=one.wrong, mend=one.mend) for one in error.faults)
    except Problem as problem:
        if problem.status_code == IN_FLIGHT:
            raise TryAgain("the same form is being taken") from None
        refused = (OTHER_CONTENT,)
    return FormAnswered(form_id=event.form_id, taken=taken, refused=refused, answered_at=desk.clock.now())


async def _take(desk: Desk, tx: ReferralsTx, values: dict[str, Any], caller: Caller) -> dict[str, object]:
    """Held against its use case first, so that a form that is refused leaves nothing. Raises `RefusedFormError`."""
    try:
        kind, form = read_form(values)
        kind.may_send(caller)
    except UnfitFormError as error:
        raise RefusedFormError(error.faults) from None
    except SubmissionError as error:
        raise RefusedFormError(faults_of(error)) from None
    receipt = receipt_of(desk, form, caller)
    for part in parts_of(desk, kind, form, receipt):
        found = await check(tx, part.take_in, part.receipt, None)
        if found.refusal:
            raise RefusedFormError(faults_of(found.refusal))
    answer = await take(desk, tx, kind, form, receipt)
    token, *_ = sameness(desk, kind, receipt)
    await tx.batches.took(token, receipt.submission_id)  # so that a batch with this form does not take it again
    return answer


def _taken(answer: Mapping[str, Any]) -> tuple[TakenForm, ...]:
    """The answer over HTTP, without the link by which anybody who has it follows the case."""
    return tuple(
        TakenForm(
            submission_id=one["submission_id"],
            reference=one["reference"],
            received_at=one["received_at"],
            still_missing=tuple(one["still_missing"]),
            data_quality=tuple(Remark(**note) for note in one["data_quality"]),
            challenges=tuple(AskedOfReturn.model_validate(asked) for asked in one.get("challenges", ())),
        )
        for one in (answer, *answer.get("siblings", ()))
    )
