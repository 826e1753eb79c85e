"""The kinds of forms, each with the use case that takes it: however it is sent, it goes the same way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import ValidationError

from cme_referrals.application.batches import RowFault, TakeIn
from cme_referrals.application.forms import Receipt, Received
from cme_referrals.application.ports import Intake
from cme_referrals.application.receive_referral import receive_referral
from cme_referrals.application.receive_return import receive_deletion_return, receive_new_pupil_return
from cme_referrals.domain.completeness import Kind
from cme_referrals.domain.errors import NoSchoolError, SubmissionError
from cme_referrals.entrypoints.access import SCHOOL
from cme_referrals.entrypoints.forms import DeletionReturn, NewPupilReturn, Sr1a
from cme_referrals.entrypoints.http import Desk
from cme_referrals.entrypoints.refusals import ANSWERS, told
from cme_web.faults import invalid
from cme_web.problems import Problem
from cme_web.tokens import Caller

type AnyForm = Sr1a | NewPupilReturn | DeletionReturn

FORMS: Mapping[Kind, type[AnyForm]] = {
    Kind.REFERRAL: Sr1a,
    Kind.NEW_PUPIL_RETURN: NewPupilReturn,
    Kind.DELETION_RETURN: DeletionReturn,
}
FIELD = {"not-your-school": "school_urn", "no-school": "kind", "unknown-school": "school_urn"}
"""Where the sender looks for what a refusal without a field is about."""


class UnfitFormError(Exception):
    """The form does not validate. `faults` say which fields, and nothing of what was sent."""

    def __init__(self, *faults: RowFault) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def read_form(values: Mapping[str, Any]) -> tuple[Kind, AnyForm]:
    """The form that `kind` says it is. Raises `UnfitFormError`."""
    kind = values.get("kind")
    if not isinstance(kind, str) or kind not in list(FORMS):
        wrong = "is not one of the known kinds" if "kind" in values else "is missing"
        raise UnfitFormError(RowFault("kind", wrong, f"Give one of {', '.join(FORMS)}."))
    try:
        return Kind(kind), FORMS[Kind(kind)].model_validate({n: v for n, v in values.items() if n != "kind"})
    except ValidationError as error:
        located = [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False)]
        raise UnfitFormError(*(RowFault(f.field, f.wrong, f.mend) for f in invalid(located, _ours()).errors)) from None


def use_case(desk: Desk, form: AnyForm) -> TakeIn:
    """What takes this form."""

    async def take_in(tx: Intake, receipt: Receipt) -> Received:
        match form:
            case Sr1a():
                return await receive_referral(tx, form.form(), receipt)
            case NewPupilReturn():
                return await receive_new_pupil_return(
                    tx, form.form(), receipt, calendar=desk.calendar, own_la=desk.own_la
                )
            case DeletionReturn():
                return await receive_deletion_return(tx, form.form(), receipt, own_la=desk.own_la)

    return take_in


def may_send(caller: Caller, form: AnyForm) -> None:
    """Raises `NoSchoolError` where anybody but a school sends a school's return, as their own endpoints do."""
    if not isinstance(form, Sr1a) and not caller.may(SCHOOL):
        raise NoSchoolError("a return comes from a school")


def faults_of(error: SubmissionError) -> tuple[RowFault, ...]:
    """What a use case refused, in the words of the single forms."""
    try:
        with told():
            raise error
    except Problem as problem:
        return tuple(RowFault(fault.field, fault.wrong, fault.mend) for fault in problem.errors)
    except SubmissionError:
        answer = ANSWERS[error.code]
        return (RowFault(FIELD.get(error.code, "row"), answer.title, answer.detail),)


@cache
def _ours() -> frozenset[str]:
    """Names of members that are ours to repeat."""
    return frozenset(name for form in FORMS.values() for name in _names(form.model_json_schema()))


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _names(item)
    elif isinstance(node, dict):
        yield from node.get("properties", {}) if isinstance(node.get("properties"), dict) else ()
        for value in node.values():
            yield from _names(value)
