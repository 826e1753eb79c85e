"""The desk where forms are handed in: what every way of sending has in common."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from secrets import randbelow
from typing import TYPE_CHECKING, Any

from fastapi import Response

from cme_bus.database import Database
from cme_bus.meta import new_id
from cme_contracts.codes_intake import ReferrerKind
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application.authority import Authority
from cme_referrals.application.forms import Receipt, Received
from cme_referrals.application.parts import Part, take_parts
from cme_referrals.application.telling import Blinds, Sender, child_tokens, scope_of
from cme_referrals.domain.reference import RANDOM, reference_of
from cme_referrals.entrypoints.access import FOLLOW, OFFICERS, PARTNER, SCHOOL
from cme_referrals.entrypoints.kinds import AnyKind
from cme_referrals.entrypoints.people import SentForm
from cme_referrals.entrypoints.refusals import told
from cme_referrals.entrypoints.views import accepted
from cme_timers import BusinessClock
from cme_web.idempotency import Once, once_at_once
from cme_web.links import Links
from cme_web.problems import Problem
from cme_web.tokens import Caller

if TYPE_CHECKING:  # they take what is handed in at the desk
    from cme_referrals.entrypoints.readers import Readers

FOLLOW_FOR = timedelta(days=400)
"""How long a link shows progress: longer than a case and its outcome's correction should take. Technical time."""

NO_PARTNERS = frozenset({ReferrerKind.SCHOOL, ReferrerKind.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the endpoints work with."""

    db: Database[ReferralsTx]
    clock: BusinessClock
    links: Links
    authority: Authority
    public_url: str
    blinds: Blinds
    ctf_maps: Path | None = None
    """The folder with the operator's own maps of transfer files."""
    readers: Readers | None = None
    """Processes that read large batches; None: all are read in this one."""

    def with_links(self, answer: dict[str, Any]) -> dict[str, Any]:
        """An answer as its sender gets it. What is kept of it lets nobody follow: its links are not signed."""
        place, _, unsigned = answer["follow"].rpartition("/")
        whole = answer | {"follow": f"{place}/{self.links.signed(unsigned)}"}
        if siblings := answer.get("siblings"):
            whole["siblings"] = [self.with_links(one) for one in siblings]
        return whole


async def receive(desk: Desk, kind: AnyKind, body: SentForm, caller: Caller, key: str) -> Response:
    """Once per key: the submissions, their events and this answer are written together, or nothing is."""

    async def carry_out(tx: ReferralsTx, once: Once) -> None:
        receipt = receipt_of(desk, body, caller)
        answer = await take(desk, tx, kind, body, receipt)
        token, *_ = sameness(desk, kind, receipt)
        await tx.batches.took(token, receipt.submission_id)  # so that a batch with this form does not take it again
        once.answer(202, answer, location=f"/v1/submissions/{receipt.submission_id}")

    return (
        (await once_at_once(desk.db, caller, f"POST {kind.path}", key, body.written, carry_out))
        .filled(desk.with_links)
        .response()
    )


async def take(desk: Desk, tx: ReferralsTx, kind: AnyKind, form: SentForm, receipt: Receipt) -> dict[str, object]:
    """A form through its use case, once for each child it tells of. Returns the answer; raises `Problem` for a refusal."""
    parts = parts_of(desk, kind, form, receipt)
    with told:
        received = await take_parts(tx, parts)
    await tx.told.add([(part.child[0], part.receipt.submission_id) for part in parts if part.child])
    first, *siblings = (answer_of(desk, one.receipt, said) for one, said in zip(parts, received, strict=True))
    return first | {"siblings": siblings} if siblings else first


def parts_of(desk: Desk, kind: AnyKind, form: SentForm, receipt: Receipt) -> tuple[Part, ...]:
    """What a form becomes: a submission for each child, the first under this receipt, tied by its id."""
    forms = form.parts()
    tied = receipt if len(forms) == 1 else replace(receipt, family_id=receipt.submission_id)
    others = (replace(tied, submission_id=new_id(), reference=reference_of(randbelow(RANDOM))) for _ in forms[1:])
    return tuple(_part(desk, kind, one, mine) for one, mine in zip(forms, (tied, *others), strict=True))


def _part(desk: Desk, kind: AnyKind, form: SentForm, receipt: Receipt) -> Part:
    mine = receipt if receipt.family_id is None else replace(receipt, as_received=form.written)
    scope = scope_of(receipt.sender, receipt.school_urn)
    child = child_tokens(desk.blinds, scope, form.child.about())
    return Part(receipt=mine, take_in=kind.use_case(form, desk.authority), child=child)


def sameness(desk: Desk, kind: AnyKind, receipt: Receipt) -> tuple[bytes, ...]:
    """Blind tokens of what this sender says with this form: the same form again has the same."""
    scope = scope_of(receipt.sender, receipt.school_urn)
    return desk.blinds.tokens("content", scope, kind.kind, receipt.as_received.decode())


def answer_of(desk: Desk, receipt: Receipt, received: Received) -> dict[str, object]:
    """What the sender is told of one child, with the link under which progress is followed, not signed yet."""
    follow = desk.links.unsigned(FOLLOW, str(receipt.submission_id), FOLLOW_FOR)
    return accepted(receipt, received, f"{desk.public_url}/v1/progress/{follow}")


async def note_told(desk: Desk, tx: ReferralsTx, body: SentForm, receipt: Receipt) -> None:
    """Remember that this sender has told us of this child, without remembering of whom."""
    scope = scope_of(receipt.sender, receipt.school_urn)
    if tokens := child_tokens(desk.blinds, scope, body.child.about()):
        await tx.told.add([(tokens[0], receipt.submission_id)])


def receipt_of(desk: Desk, body: SentForm, caller: Caller) -> Receipt:
    """One sending, here and now. Raises `Problem` 403 for a school without a URN, a partner without a kind."""
    return receipt_for(desk, body, sender_of(caller), partner_kind(caller))


def receipt_for(desk: Desk, body: SentForm, sender: Sender, kind: ReferrerKind | None) -> Receipt:
    """The same for whoever it is. `kind`: what kind of partner they have shown to be."""
    return Receipt(
        submission_id=new_id(),
        reference=reference_of(randbelow(RANDOM)),
        received_at=desk.clock.now(),
        sender=sender.subject,
        school_urn=sender.urn,
        referrer_kind=kind,
        as_received=body.written,
    )


def sender_of(caller: Caller) -> Sender:
    """Who sends. Raises `Problem` 403 for a school without a URN."""
    return Sender(subject=caller.subject, urn=own_school(caller))


def confined_to(caller: Caller) -> Sender | None:
    """Whose submissions are all that a caller sees; None for an officer. Raises as `sender_of`."""
    return None if caller.may(*OFFICERS) else sender_of(caller)


def partner_kind(caller: Caller) -> ReferrerKind | None:
    """What kind of partner a caller is; None for others. Raises `Problem` 403 for a partner whose token does not say."""
    if caller.may(*OFFICERS) or not caller.may(PARTNER):
        return None
    if caller.partner_kind not in list(ReferrerKind) or caller.partner_kind in NO_PARTNERS:
        raise Problem(
            403,
            "no-partner-kind",
            "Your token does not say what kind of partner you are",
            "Ask for an access token with the claim partner_kind: health, social_care, police, housing, ...",
        )
    return ReferrerKind(caller.partner_kind)


def own_school(caller: Caller) -> str | None:
    """The school a caller speaks for; None for an officer or a partner. Raises `Problem` 403 for a school without a URN."""
    if caller.may(*OFFICERS, PARTNER):
        return None
    if caller.may(SCHOOL) and caller.urn:
        return caller.urn
    raise Problem(403, "no-school", "Your token names no school", "Ask for an access token with the claim urn.")
