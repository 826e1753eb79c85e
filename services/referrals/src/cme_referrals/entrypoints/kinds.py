"""The kinds of forms, each with the use case that takes it: however it is sent, it goes the same way.

A new kind is one row of `KINDS`, its form, its use case, its row in access.py, and what it asks for in
`domain/completeness.py`. Batches, the check before sending and corrections follow from the row.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import ValidationError

from cme_referrals.application.authority import Authority
from cme_referrals.application.batches import RowFault
from cme_referrals.application.forms import Receipt, Received
from cme_referrals.application.parts import TakeIn
from cme_referrals.application.ports import Intake
from cme_referrals.application.receive_encompass import receive_encompass_notice
from cme_referrals.application.receive_joint_enquiry import receive_joint_enquiry
from cme_referrals.application.receive_notices import (
    receive_attendance_return,
    receive_home_education,
    receive_sickness_return,
)
from cme_referrals.application.receive_partner import receive_partner_notification
from cme_referrals.application.receive_records import receive_lost_pupil_record, receive_transfer_file
from cme_referrals.application.receive_referral import receive_referral
from cme_referrals.application.receive_return import receive_deletion_return, receive_new_pupil_return
from cme_referrals.domain.completeness import Kind
from cme_referrals.domain.errors import NotYourFormError, SubmissionError
from cme_referrals.entrypoints.access import ACCESS
from cme_referrals.entrypoints.forms import DeletionReturn, NewPupilReturn
from cme_referrals.entrypoints.forms_encompass import EncompassNotice
from cme_referrals.entrypoints.forms_joint_enquiry import JointEnquiry
from cme_referrals.entrypoints.forms_partner import PartnerNotification
from cme_referrals.entrypoints.forms_returns import (
    AttendanceReturn,
    HomeEducationNotification,
    LostPupilRecord,
    SicknessReturn,
    TransferFile,
)
from cme_referrals.entrypoints.forms_sr1a import Sr1a
from cme_referrals.entrypoints.people import SentForm
from cme_referrals.entrypoints.refusals import ANSWERS, told
from cme_web.faults import invalid
from cme_web.problems import Problem
from cme_web.tokens import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class FormKind[F: SentForm, A]:
    """One kind of form."""

    kind: Kind
    path: str
    """Where one is sent; who may send it, also in a batch, is that row of access.py."""
    form: type[F]
    read: Callable[[F], A]
    """The form in the words of its use case."""
    take: Callable[[Intake, A, Receipt, Authority], Awaitable[Received]]
    says: str
    """What sending one means, with the clause: the endpoint's description."""

    def use_case(self, form: F, authority: Authority) -> TakeIn:
        """What takes this form."""
        return lambda tx, receipt: self.take(tx, self.read(form), receipt, authority)

    def may_send(self, caller: Caller) -> None:
        """Raises `NotYourFormError` where its own endpoint would not let this caller send one."""
        row = ACCESS.get("POST", self.path)
        if row is None or not caller.may(*row.roles):
            raise NotYourFormError("this kind of form comes from others")


type AnyKind = FormKind[Any, Any]

KINDS: Mapping[Kind, AnyKind] = {
    one.kind: one
    for one in (
        FormKind(
            kind=Kind.REFERRAL,
            path="/v1/referrals",
            form=Sr1a,
            read=Sr1a.form,
            take=receive_referral,
            says="Refer a child with SR1a (policy 7).",
        ),
        FormKind(
            kind=Kind.NEW_PUPIL_RETURN,
            path="/v1/new-pupil-returns",
            form=NewPupilReturn,
            read=NewPupilReturn.form,
            take=receive_new_pupil_return,
            says="Tell of a name entered in the admission register (policy 5.2.1).",
        ),
        FormKind(
            kind=Kind.DELETION_RETURN,
            path="/v1/deletion-returns",
            form=DeletionReturn,
            read=DeletionReturn.form,
            take=receive_deletion_return,
            says="Tell of a name deleted from the admission register (policy 5.2.2).",
        ),
        FormKind(
            kind=Kind.PARTNER_NOTIFICATION,
            path="/v1/partner-notifications",
            form=PartnerNotification,
            read=PartnerNotification.form,
            take=receive_partner_notification,
            says="Tell of a child who may be missing education, as a partner (policy 5.4).",
        ),
        FormKind(
            kind=Kind.HOME_EDUCATION_NOTIFICATION,
            path="/v1/home-education-notifications",
            form=HomeEducationNotification,
            read=HomeEducationNotification.form,
            take=receive_home_education,
            says="Tell at once of a parent who means to educate the child at home (policy 5.3).",
        ),
        FormKind(
            kind=Kind.ATTENDANCE_RETURN,
            path="/v1/attendance-returns",
            form=AttendanceReturn,
            read=AttendanceReturn.form,
            take=receive_attendance_return,
            says="Tell of ten continuous school days of absence (regulation 13).",
        ),
        FormKind(
            kind=Kind.SICKNESS_RETURN,
            path="/v1/sickness-returns",
            form=SicknessReturn,
            read=SicknessReturn.form,
            take=receive_sickness_return,
            says="Tell of fifteen school days expected to be missed through illness (regulation 13).",
        ),
        FormKind(
            kind=Kind.LOST_PUPIL_RECORD,
            path="/v1/lost-pupil-records",
            form=LostPupilRecord,
            read=LostPupilRecord.form,
            take=receive_lost_pupil_record,
            says="Tell of a record uploaded to the Lost Pupil Database (policy 5.2.3).",
        ),
        FormKind(
            kind=Kind.CTF_SENT,
            path="/v1/transfer-files",
            form=TransferFile,
            read=TransferFile.form,
            take=receive_transfer_file,
            says="Tell of a Common Transfer File that was sent (policy 5.2).",
        ),
        FormKind(
            kind=Kind.ENCOMPASS_NOTICE,
            path="/v1/encompass-notices",
            form=EncompassNotice,
            read=EncompassNotice.form,
            take=receive_encompass_notice,
            says="Give an Operation Encompass notice, as the police or for them (policy 9).",
        ),
        FormKind(
            kind=Kind.JOINT_ENQUIRY,
            path="/v1/joint-enquiries",
            form=JointEnquiry,
            read=JointEnquiry.form,
            take=receive_joint_enquiry,
            says="Sign the school's half of the joint enquiries of ground (h) or (i) (policy 5.2.4).",
        ),
    )
}
BY_NAME = {kind.value: one for kind, one in KINDS.items()}
FIELD = {"not-your-form": "kind", "no-school": "kind", "unknown-school": "school_urn"}
"""Where the sender looks for what a refusal without a field is about."""


class UnfitFormError(Exception):
    """The form does not validate. `faults` say which fields, and nothing of what was sent."""

    def __init__(self, *faults: RowFault) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def read_form(values: Mapping[str, Any]) -> tuple[AnyKind, SentForm]:
    """The form that `kind` says it is. Raises `UnfitFormError`."""
    name = values.get("kind")
    kind = BY_NAME.get(name) if isinstance(name, str) else None
    if kind is None:
        wrong = "is not one of the known kinds" if "kind" in values else "is missing"
        raise UnfitFormError(RowFault("kind", wrong, f"Give one of {', '.join(KINDS)}."))
    rest = dict(values)
    del rest["kind"]
    try:
        return kind, kind.form.model_validate(rest)
    except ValidationError as error:
        located = [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False)]
        raise UnfitFormError(*(RowFault(f.field, f.wrong, f.mend) for f in invalid(located, _ours()).errors)) from None


def faults_of(error: SubmissionError) -> tuple[RowFault, ...]:
    """What a use case refused, in the words of the single forms."""
    try:
        with told:
            raise error
    except Problem as problem:
        return tuple(RowFault(fault.field, fault.wrong, fault.mend) for fault in problem.errors)
    except SubmissionError:
        answer = ANSWERS[error.code]
        return (RowFault(FIELD.get(error.code, "row"), answer.title, answer.detail),)


@cache
def _ours() -> frozenset[str]:
    """Names of members that are ours to repeat."""
    return frozenset(name for kind in KINDS.values() for name in _names(kind.form.model_json_schema()))


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _names(item)
    elif isinstance(node, dict):
        yield from node.get("properties", {}) if isinstance(node.get("properties"), dict) else ()
        for value in node.values():
            yield from _names(value)
