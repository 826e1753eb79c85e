"""A school and the council each sign the joint enquiries of ground (h) or (i); what both say decides (policy 5.1, 5.2.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from cme_contracts.codes_intake import Ground, JointDecision
from cme_contracts.register_recorded import JointEnquiryDecided
from cme_register.application.ports import Transaction
from cme_register.application.rules import NewId
from cme_register.application.telling import entry
from cme_register.application.versions import note_of_child
from cme_register.domain.errors import NotOnRegister, RegisterError
from cme_register.domain.joint_enquiry import JointEnquiry, Party, Signature


class NotSigned(RegisterError):
    """Nothing can be taken back that the council has not signed."""

    code = "not-signed"


class SignedInTheFuture(RegisterError):
    """What is signed has been done."""

    code = "signed-in-the-future"


async def sign_for_school(
    tx: Transaction,
    signature: Signature,
    *,
    submission_id: UUID,
    first_submission_id: UUID,
    school_urn: str,
    ground: str,
    began_on: date | None,
    at: datetime,
    new_id: NewId,
) -> None:
    """A school's half arrives, or a correction of one: what the chain signed before is taken back. Once for each form.

    Raises `NotOnRegister` where the submission was not matched before.
    """
    records, _ = await tx.submissions.chains([first_submission_id])
    if first_submission_id not in records:
        raise NotOnRegister("nobody knows whose this submission is")
    record_id = records[first_submission_id]
    child = (await tx.children.lock([record_id]))[record_id]
    if await tx.joint_enquiries.signed_by(submission_id):
        return
    before = await tx.joint_enquiries.withdraw_chain(first_submission_id, at)
    enquiry = await _enquiry(tx, child.id, record_id, school_urn, ground, began_on, at=at, new_id=new_id)
    submission = (submission_id, first_submission_id)
    await tx.joint_enquiries.sign(enquiry.id, Party.SCHOOL, signature, submission=submission, at=at)
    for enquiry_id in sorted(before | {enquiry.id}):
        await tell_decided(tx, child.id, enquiry_id, at)


async def sign_for_authority(
    tx: Transaction,
    child_id: UUID,
    signature: Signature,
    *,
    school_urn: str,
    ground: str,
    began_on: date | None,
    made: Sequence[Mapping[str, str]],
    by: UUID,
    at: datetime,
    today: date,
    new_id: NewId,
) -> JointEnquiry:
    """The council's half; signing again replaces what it said. Raises `NotOnRegister`, `SignedInTheFuture`."""
    if signature.signed_on > today:
        raise SignedInTheFuture("the day of the signature lies ahead")
    children = await tx.children.lock([child_id])
    if child_id not in children:
        raise NotOnRegister("there is no such record")
    owner = children[child_id].id
    enquiry = await _enquiry(tx, owner, owner, school_urn, ground, began_on, at=at, new_id=new_id)
    await tx.joint_enquiries.sign(enquiry.id, Party.AUTHORITY, signature, made=made, by=by, at=at)
    return await tell_decided(tx, owner, enquiry.id, at)


async def withdraw_for_authority(tx: Transaction, child_id: UUID, enquiry_id: UUID, *, at: datetime) -> JointEnquiry:
    """The council takes its signature back. Raises `NotOnRegister`, `NotSigned`."""
    children = await tx.children.lock([child_id])
    mine = await tx.joint_enquiries.of_child(children[child_id].id) if child_id in children else []
    if enquiry_id not in {one.id for one in mine}:
        raise NotOnRegister("there is no such enquiry about this child")
    if not await tx.joint_enquiries.withdraw_authority(enquiry_id, at):
        raise NotSigned("the council has not signed")
    return await tell_decided(tx, children[child_id].id, enquiry_id, at)


async def withdraw_for_school(tx: Transaction, first_submission_id: UUID, *, at: datetime) -> None:
    """The school took its form back."""
    records, _ = await tx.submissions.chains([first_submission_id])
    for record_id in records.values():
        child = (await tx.children.lock([record_id]))[record_id]
        for enquiry_id in sorted(await tx.joint_enquiries.withdraw_chain(first_submission_id, at)):
            await tell_decided(tx, child.id, enquiry_id, at)


async def _enquiry(
    tx: Transaction,
    child_id: UUID,
    record_id: UUID,
    school_urn: str,
    ground: str,
    began_on: date | None,
    *,
    at: datetime,
    new_id: NewId,
) -> JointEnquiry:
    """The latest of this child, school and ground, about this absence; or a new one. Who says when it began, says it for both."""
    fresh = JointEnquiry(id=new_id(), record_id=record_id, school_urn=school_urn, ground=ground, began_on=began_on)
    found = next(
        (
            one
            for one in await tx.joint_enquiries.of_child(child_id)
            if (one.school_urn, one.ground) == (school_urn, ground) and one.is_about(began_on)
        ),
        fresh,
    )
    enquiry = replace(found, began_on=found.began_on or began_on)
    await tx.joint_enquiries.put(enquiry, at)
    return enquiry


async def tell_decided(tx: Transaction, child_id: UUID, enquiry_id: UUID, at: datetime) -> JointEnquiry:
    """Say how an enquiry of this child's stands now."""
    enquiry = await tx.joint_enquiries.find(enquiry_id)
    assert enquiry is not None
    event = JointEnquiryDecided(
        child_id=child_id, enquiry_id=enquiry.id, school_urn=enquiry.school_urn, ground=Ground(enquiry.ground),
        began_on=enquiry.began_on, decision=JointDecision(enquiry.decision),
        school_signed_on=enquiry.school.signed_on if enquiry.school else None,
        authority_signed_on=enquiry.authority.signed_on if enquiry.authority else None,
        submission_id=enquiry.submission_id, reference=enquiry.reference, signed_by=enquiry.signed_by, decided_at=at,
    )  # fmt: skip
    tx.publish(event)
    case_id = await note_of_child(tx, child_id, "joint_enquiries")
    await tx.chronology.add([entry(case_id or child_id, event, at)])
    return enquiry
