"""Two records that may be one child wait for somebody to say; what they said is kept for ever (policy 8)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cme_bus.meta import Meta
from cme_contracts.codes import MatchDecision
from cme_contracts.register_matching import IdentifierQuarantined, MatchDecided, MatchProposed
from cme_register.application.joining import DeadlineWouldMove, join
from cme_register.application.matching import Match
from cme_register.application.ports import Entry, Transaction
from cme_register.application.ports_matching import Known, Pair
from cme_register.application.rules import NewId, Rules
from cme_register.application.telling import Said, entry, tell
from cme_register.domain.codes import SubmissionKind
from cme_register.domain.errors import NotOnRegister, RegisterError
from cme_register.domain.submission import Submission

OPEN = "open"


class AlreadyDecided(RegisterError):
    """A pair is decided once; a join is taken back by separating the records."""

    code = "already-decided"


@dataclass(frozen=True, slots=True)
class Why:
    """A submission, whose it is, and what brought it."""

    sent: Submission
    match: Match
    cause: Meta | None = None


async def keep_why(tx: Transaction, whys: Sequence[Why], *, at: datetime) -> None:
    """Keep why each submission is its child's, propose whom else it may be about, and quarantine what is another child's.

    After the submissions are kept and `SubmissionMatched` was said.
    """
    await tx.matching.keep([
        Known(
            why.sent.id, why.match.likeness.score if why.match.likeness else None,
            why.match.likeness.reasons if why.match.likeness else (), tuple(one.field for one in why.match.disputed),
        )
        for why in whys
        if why.match.likeness or why.match.disputed
    ])  # fmt: skip
    pairs = [pair for why in whys for pair in why.match.may_be]
    new = await tx.reviews.propose(pairs, at)
    shown = await tx.statuses.children_of({id_ for one in pairs if one.id in new for id_ in (one.one_id, one.other_id)})
    said, lines = list[Said](), list[Entry]()
    for why in whys:
        for quarantined in _quarantined(why, at):
            said.append(Said(quarantined, at, why.cause))
            lines.append(entry(why.match.record_id, quarantined, at))
        for proposed in _proposed(why, new, shown, at):
            said.append(Said(proposed, at, why.cause))
            lines += [entry(subject, proposed, at) for subject in (proposed.child_id, proposed.other_child_id)]
    await tell(tx, said)
    await tx.chronology.add(lines)


async def decide(
    tx: Transaction, pair_id: UUID, decision: MatchDecision, rules: Rules, *, by: UUID, at: datetime, new_id: NewId
) -> UUID:
    """Say whether the two are one child. The same: they are joined, so that no deadline is lost. Returns who is shown.

    Different: never proposed again, and no submission that fits both joins one of them by a hair.
    Raises `NotOnRegister`, `AlreadyDecided`, `RecordsNotApart`.
    """
    pair = await tx.reviews.lock(pair_id)
    if pair is None:
        raise NotOnRegister("there is no such pair")
    if pair.state != OPEN:
        raise AlreadyDecided(f"pair {pair_id} is decided")
    one, other = [await _shown(tx, record_id) for record_id in await _older_first(tx, pair)]
    if decision is MatchDecision.SAME:
        one, other = await _join(tx, one, other, rules, by=by, at=at, new_id=new_id)
    await tx.reviews.decide(pair_id, decision.value, by, at)
    event = MatchDecided(
        child_id=one, pair_id=pair_id, other_child_id=other, decision=decision, decided_by=by, decided_at=at
    )
    await tell(tx, [Said(event, at)])
    subjects = [one] if decision is MatchDecision.SAME else [one, other]
    await tx.chronology.add([entry(subject, event, at) for subject in subjects])
    return one


async def _older_first(tx: Transaction, pair: Pair) -> tuple[UUID, UUID]:
    """The record that was there before stays: it is the other than the one whose submission showed the pair."""
    sent = await tx.submissions.find(pair.submission_id) if pair.submission_id else None
    if sent and sent.record_id == pair.one_id:
        return pair.other_id, pair.one_id
    return pair.one_id, pair.other_id


async def _join(
    tx: Transaction, one: UUID, other: UUID, rules: Rules, *, by: UUID, at: datetime, new_id: NewId
) -> tuple[UUID, UUID]:
    """Join them the way round that keeps the earlier deadline. Returns who stays and who is absorbed."""
    try:
        await join(tx, one, other, rules, by=by, at=at, new_id=new_id)
    except DeadlineWouldMove:
        await join(tx, other, one, rules, by=by, at=at, new_id=new_id)
        return other, one
    return one, other


async def _shown(tx: Transaction, record_id: UUID) -> UUID:
    owner = await tx.children.shown_as(record_id)
    assert owner is not None  # a pair refers to its records
    return owner


def _proposed(why: Why, new: Collection[UUID], shown: Mapping[UUID, UUID], at: datetime) -> Iterator[MatchProposed]:
    found = why.match
    for pair in found.may_be:
        if pair.id in new:
            yield MatchProposed(
                child_id=found.child_id, pair_id=pair.id, other_child_id=shown[_other(pair, found.record_id)],
                submission_id=why.sent.id, score=pair.score, reasons=pair.reasons, proposed_at=at,
            )  # fmt: skip


def _quarantined(why: Why, at: datetime) -> Iterator[IdentifierQuarantined]:
    found, sent = why.match, why.sent
    for one in found.disputed:
        yield IdentifierQuarantined(
            child_id=found.child_id, submission_id=sent.id, first_submission_id=sent.first_id, identifier=one.field,
            held_by_child_id=one.child_id, reference=sent.reference, school_urn=sent.school_urn if sent.is_return else None,
            referred=sent.kind is SubmissionKind.REFERRAL, quarantined_at=at,
        )  # fmt: skip


def _other(pair: Pair, record_id: UUID) -> UUID:
    return pair.other_id if pair.one_id == record_id else pair.one_id
