"""What intake has received is matched first, then settled (policy 3, 5.2, 7, 8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cme_bus.meta import Meta
from cme_calendars import local_date
from cme_contracts.codes import MatchCertainty
from cme_contracts.register_matching import SubmissionMatched
from cme_register.application.arriving import hear_of_starters
from cme_register.application.authorities import tell_other_authorities
from cme_register.application.birth_dates import correct_birth_dates
from cme_register.application.chasing import chase_no_more, hear_of_uploads
from cme_register.application.deletion_teams import Returned, hand_over_returns
from cme_register.application.handing_over import ForTeam, hand_over
from cme_register.application.holding import take_returns
from cme_register.application.matching import Described, Match, match
from cme_register.application.placing import hear_of_places
from cme_register.application.ports import Kept, Transaction
from cme_register.application.reviewing import Why, keep_why
from cme_register.application.rules import NewId, Rules
from cme_register.application.school_age import look_at_age, take_outside
from cme_register.application.settling import settle
from cme_register.application.telling import Said, tell
from cme_register.application.triaging import Arrival
from cme_register.domain.codes import SubmissionKind
from cme_register.domain.handover import Handover
from cme_register.domain.submission import Submission


@dataclass(frozen=True, slots=True)
class Received:
    """A submission as intake announced it."""

    submission: Submission
    cause: Meta | None = None
    officer_id: UUID | None = None
    """Whose it is already, if it opens a case; None: it goes by load."""


async def take_in(tx: Transaction, received: Sequence[Received], rules: Rules, *, at: datetime, new_id: NewId) -> None:
    """Say whose each submission is, open, join or leave cases accordingly, and hand over what is another team's work.

    One that is known already is left alone.
    """
    chains, taken = await tx.submissions.chains({one.submission.first_id for one in received})
    fresh = {one.submission.id: one for one in received if one.submission.id not in taken}.values()
    described = [_described(one.submission) for one in fresh]
    matches = await match(tx, described, chains, weights=rules.matching, at=at, new_id=new_id)
    arrivals = [
        Arrival(one.submission, found.record_id, found.child_id, (_matched(one, found, at),), one.cause, one.officer_id)
        for one, found in zip(fresh, matches, strict=True)
    ]
    settled = await settle(tx, arrivals, rules, at=at, new_id=new_id)
    kept = [
        Kept(one.submission, found.record_id, settled.cases[one.submission.id], found.matched_by)
        for one, found in zip(fresh, matches, strict=True)
    ]
    await tx.submissions.add(kept)
    returns = [one for one in kept if one.submission.kind is SubmissionKind.DELETION]
    known = {one.submission.id for one, found in zip(fresh, matches, strict=True) if not found.new_record}
    gone = await take_returns(tx, returns, known, rules, at=at)
    await tell(tx, settled.said)
    causes = {one.child_id: one.cause for one in arrivals}
    await chase_no_more(tx, gone, rules, at=at, causes=causes, new_id=new_id)
    await keep_why(
        tx, [Why(one.submission, found, one.cause) for one, found in zip(fresh, matches, strict=True)], at=at
    )
    owners = {one.submission.id: one for one in arrivals}
    await hand_over_returns(
        tx,
        [Returned(one, owners[one.submission.id].child_id, owners[one.submission.id].cause) for one in returns],
        rules,
        at=at,
        new_id=new_id,
    )
    await hand_over(tx, [*_for_others(arrivals, rules, new_id)], at=at)
    await take_outside(tx, settled.outside, rules, at=at, new_id=new_id)
    await tell_other_authorities(tx, arrivals, settled.cases, rules, at=at)
    for record_id, cause in settled.not_of_age:
        await look_at_age(tx, record_id, rules, at=at, new_id=new_id, cause=cause)
    await hear_of_starters(tx, arrivals, at=at)
    await hear_of_places(tx, arrivals, rules, at=at, new_id=new_id)
    await hear_of_uploads(tx, arrivals, rules, at=at, new_id=new_id)
    await correct_birth_dates(tx, arrivals, rules, at=at, new_id=new_id)


def _described(sent: Submission) -> Described:
    return Described(sent.id, sent.first_id, sent.received_at, sent.details, sent.family_id)


def _for_others(arrivals: Sequence[Arrival], rules: Rules, new_id: NewId) -> Iterator[ForTeam]:
    """What is another team's work as soon as it is received."""
    for one in arrivals:
        sent = one.submission
        if rule := rules.hand_overs.team_of(sent.kind, local_date(sent.received_at)):
            assert rule.team is not None
            handover = Handover(
                id=new_id(), record_id=one.record_id, submission_id=sent.id, first_submission_id=sent.first_id,
                reference=sent.reference, team=rule.team, reason=sent.kind.value, source=rule.source,
            )  # fmt: skip
            yield ForTeam(handover, one.child_id, one.cause)


def _matched(one: Received, found: Match, at: datetime) -> Said:
    event = SubmissionMatched(
        child_id=found.child_id, submission_id=one.submission.id, first_submission_id=one.submission.first_id,
        new_record=found.new_record, matched_by=found.matched_by, matched_at=at,
        certainty=MatchCertainty.CERTAIN if found.likeness else None,
        score=found.likeness.score if found.likeness else None,
        reasons=found.likeness.reasons if found.likeness else (),
    )  # fmt: skip
    return Said(event, at, one.cause)
