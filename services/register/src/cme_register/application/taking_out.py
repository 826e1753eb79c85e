"""A submission that joined a child by itself turns out to be about another (policy 8; decision 0134)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from cme_register.application.joint_enquiries import tell_decided
from cme_register.application.matching import Disputed, Match
from cme_register.application.ports import Child, Kept, Transaction
from cme_register.application.ports_matching import Candidate, Pair, Record
from cme_register.application.reviewing import Why, keep_why
from cme_register.application.rules import NewId, Rules
from cme_register.application.separating import part, records_of
from cme_register.application.showing import show
from cme_register.domain.blocking import keys
from cme_register.domain.errors import NotOnRegister, RegisterError
from cme_register.domain.features import features, numbers_in_common
from cme_register.domain.gathering import without
from cme_register.domain.likeness import likely
from cme_register.domain.submission import Submission


class NothingElseKnown(RegisterError):
    """The record is what this submission says: there is nobody that it was wrongly taken for."""

    code = "nothing-else-known"


async def take_out(
    tx: Transaction, child_id: UUID, submission_id: UUID, rules: Rules, *, by: UUID, at: datetime, new_id: NewId
) -> UUID:
    """Give a submission, with its corrections, a record of its own. Returns it.

    A case that nothing else is in goes with it; from any other it goes alone, and is triaged as if it had never been in it.
    The two children are told apart for ever. Raises `NotOnRegister`, `NothingElseKnown`.
    """
    sent = await tx.submissions.find(submission_id)
    if sent is None:
        raise NotOnRegister("there is no such submission")
    if rules.matching:
        await tx.matching.hold(keys(sent.submission.details))  # before the lock of the child, as whoever matches does
    if not await tx.children.lock_two(child_id, child_id) or await tx.children.shown_as(child_id) != child_id:
        raise NotOnRegister("there is no such child")
    first_id, records = sent.submission.first_id, await records_of(tx, child_id)
    kept = await tx.submissions.of_records(records)
    chain = [one for one in kept if one.submission.first_id == first_id]
    if not chain:
        raise NotOnRegister("this child has no such submission")
    fitted = chain[0].record_id
    if all(one.submission.first_id == first_id for one in kept if one.record_id == fitted):
        raise NothingElseKnown(f"record {fitted} is made of this chain alone")
    own = new_id()
    await tx.children.add([Child(own, chain[-1].submission.details)], at)
    whole = await _cases_of_nothing_else(tx, chain)
    unsigned = await tx.moving.chain(first_id, fitted, own, at)
    await tx.moving.cases(whole, fitted, own)
    others = [one for one in records if one != fitted]
    await tx.reviews.set_apart([fitted, *others], [own], pair_id=new_id(), by=by, at=at)
    await show(tx, [child_id], findable=rules.matching is not None)
    await _describe(tx, own, chain[-1], rules, at=at, new_id=new_id)
    for enquiry_id in sorted(unsigned):
        await tell_decided(tx, child_id, enquiry_id, at)
    await part(tx, child_id, own, rules, submission_id=submission_id, by=by, at=at, new_id=new_id)
    return own


async def _cases_of_nothing_else(tx: Transaction, chain: Sequence[Kept]) -> list[UUID]:
    """The cases that hold this chain and no other: they were opened for the child whom it is about."""
    first_id = chain[0].submission.first_id
    cases = sorted({one.case_id for one in chain if one.case_id})
    inside = await tx.submissions.of_cases(cases)
    shared = {one.case_id for one in inside if one.submission.first_id != first_id}
    return [case_id for case_id in cases if case_id not in shared]


async def _describe(
    tx: Transaction, record_id: UUID, latest: Kept, rules: Rules, *, at: datetime, new_id: NewId
) -> None:
    """Find the new record by what the chain says of it, but for numbers that another child has; propose whom else it may be."""
    sent, weights = latest.submission, rules.matching
    if weights is None:
        return
    ours = features(sent.details)
    others = [(one, features(one.details)) for one in await _others(tx, record_id, sent)]
    disputed = {name: one.child_id for one, theirs in others for name in numbers_in_common(ours, theirs)}
    believed = without(sent.details, disputed)
    await tx.matching.save([Record(record_id, believed)])
    await tx.matching.put_keys({record_id: keys(believed)}, {})
    compared = ((one, likely(ours, theirs, weights)) for one, theirs in others)
    alike = sorted(
        ((one, like) for one, like in compared if like), key=lambda found: (-found[1].score, found[0].record_id)
    )
    apart = await tx.reviews.told_apart({record_id, *(one.child_id for one, _ in alike)})
    pairs = [
        Pair(new_id(), min(record_id, one.record_id), max(record_id, one.record_id), sent.id, like.score, like.reasons)
        for one, like in alike
        if frozenset((record_id, one.child_id)) not in apart
    ]
    found = Match(
        record_id, record_id, True, (), disputed=tuple(Disputed(name, child_id) for name, child_id in disputed.items()),
        may_be=tuple(pairs[: weights.asked_at_most]),
    )  # fmt: skip
    await keep_why(tx, [Why(sent, found)], at=at)


async def _others(tx: Transaction, record_id: UUID, sent: Submission) -> list[Candidate]:
    """Whoever is found where it is looked for, but brothers and sisters of its form."""
    [found] = (await tx.matching.candidates([keys(sent.details)])).found
    families = await tx.submissions.families({sent.family_id} if sent.family_id else ())
    siblings = {record for chains in families.values() for record in chains.values()}
    return [one for one in found if one.record_id not in {record_id, *siblings}]
