"""Every case is considered, and every new fact about one (policy 5.1, 9): screened, alerted to, put before a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from cme_calendars import local_date
from cme_contracts.codes import Factor, Recommendation
from cme_contracts.safeguarding import CaseConsidered, ConcernRaised
from cme_safeguarding.application.by_rule import escalate_by_rule
from cme_safeguarding.application.clocks import start_clocks
from cme_safeguarding.application.codes import factors
from cme_safeguarding.application.ports import File, Practice, Transaction
from cme_safeguarding.domain.case_file import last_closing
from cme_safeguarding.domain.clocks import CONSIDERATION
from cme_safeguarding.domain.consideration import Consideration
from cme_safeguarding.domain.escalation import covered
from cme_safeguarding.domain.factors import PREVIOUSLY_MISSING
from cme_safeguarding.domain.screening import Screening, screen


@dataclass(frozen=True, slots=True)
class Prompt:
    """The fact that puts a child before safeguarding."""

    event_id: UUID
    type: str

    def id(self, what: str) -> UUID:
        """The id of what it makes: the same however often it is handled."""
        return uuid5(self.event_id, what)


async def consider(
    tx: Transaction,
    practice: Practice,
    prompt: Prompt,
    file: File,
    *,
    brought: frozenset[str],
    news: frozenset[str] = frozenset(),
    source_id: UUID | None = None,
    opens: bool = False,
    case_id: UUID | None = None,
    now: datetime,
) -> None:
    """Screen all that is known of the child now. `brought` is what this fact says first: it alone alerts and acts.

    Where it, or what its report said before anybody knew of whom (`news`), says that the child is gone, or a case of theirs opens, it also brings what markers say that came from elsewhere than
    its own `source_id`: a plan that was known for a year is news on the day on which the child on it vanishes (decision 0075).
    """
    cases, today = await tx.cases.of(file.subjects), local_date(now)
    if opens or screen(brought | news, practice.factors, today).vanished:
        brought |= await _by_markers(tx, file, source_id)
    known = (await tx.factors.said(file.subjects)).union(*(case.factors for case in cases), brought)
    screening = screen(known, practice.factors, today)
    case_id = case_id or next((case.id for case in cases if case.open), None)

    consideration = Consideration(
        id=prompt.id("consideration"),
        subject=file.subject,
        case_id=case_id,
        prompted_by=prompt.type,
        factors=known,
        recommendation=screening.recommendation,
        considered_at=now,
    )
    await tx.considerations.add(consideration, prompt.event_id)
    await clock_consideration(tx, practice, file, consideration)
    await tx.chronology.note(
        file.subject,
        now,
        "considered",
        consideration_id=consideration.id,
        prompted_by=prompt.type,
        factors=sorted(known),
        recommendation=screening.recommendation,
        case_id=case_id,
    )
    tx.publish(
        CaseConsidered(
            **file.about(),
            case_id=case_id,
            consideration_id=consideration.id,
            prompted_by=prompt.type,
            factors=factors(known),
            recommendation=Recommendation(screening.recommendation),
            considered_at=now,
        )
    )
    await _raise_concern(tx, prompt, file, screening, brought, case_id, now)
    await escalate_by_rule(
        tx, practice, file, screening, consideration, brought=brought, id=prompt.id("escalation"), now=now
    )


async def _by_markers(tx: Transaction, file: File, source_id: UUID | None) -> frozenset[str]:
    """What others have said of the child that still holds; and that they were missing before, and found."""
    markers = await tx.markers.of(file.subjects)
    said = {one.factor for one in markers if one.in_force and one.source_id != source_id}
    before = any(one.ended_at is not None for one in await tx.episodes.of(file.subjects))
    return frozenset(said | ({PREVIOUSLY_MISSING} if before else set()))


async def clock_consideration(tx: Transaction, practice: Practice, file: File, consideration: Consideration) -> None:
    """It waits for a person, for so long as what was recommended allows."""
    await start_clocks(
        tx,
        practice,
        file,
        CONSIDERATION,
        consideration.recommendation,
        about=consideration.id,
        case_id=consideration.case_id,
        at=consideration.considered_at,
    )


async def catch_up(tx: Transaction, practice: Practice, *, consideration_id: UUID) -> None:
    """A consideration from before there were clocks gets its own, from when it was considered."""
    found = await tx.considerations.get(consideration_id)
    file = await tx.files.open(found.subject)
    consideration = await tx.considerations.get(consideration_id)  # again, now that nobody else can change it
    if consideration.decision is None:
        await clock_consideration(tx, practice, file, consideration)


async def consider_what_is_loose(
    tx: Transaction, practice: Practice, prompt: Prompt, child_id: UUID, now: datetime
) -> None:
    """After a separation: what was in hand because of the other child's record is considered, alerts and acts now."""
    file = await tx.files.of_child(child_id)
    if file is None:
        return
    cases = await tx.cases.of(file.subjects)
    said = await tx.factors.said(file.subjects, since=last_closing(cases))
    screening = screen(said, practice.factors, local_date(now))
    unalerted = screening.concerns - await tx.concerns.standing(file.subjects)
    untold = screening.at_once - covered(list(await tx.escalations.of(file.subjects)))
    if loose := unalerted | untold:
        about = next((case.id for case in cases if case.open), file.subject)
        own = Prompt(prompt.id(str(child_id)), prompt.type)  # one separation may prompt two, and each has its own ids
        await consider(tx, practice, own, await tx.files.open(about), brought=loose, now=now)


async def _raise_concern(
    tx: Transaction,
    prompt: Prompt,
    file: File,
    screening: Screening,
    brought: frozenset[str],
    case_id: UUID | None,
    now: datetime,
) -> None:
    """Alert people to what is new and weighs as a concern. It is not an escalation."""
    new = (screening.concerns & brought) - await tx.concerns.standing(file.subjects) - {Factor.UNKNOWN.value}
    if not new:
        return
    concern_id, rule = prompt.id("concern"), screening.weightiest(new)
    await tx.concerns.add(concern_id, file.subject, new, rule, now)
    await tx.chronology.note(file.subject, now, "concern_raised", concern_id=concern_id, factors=sorted(new), rule=rule)
    tx.publish(
        ConcernRaised(
            **file.about(), case_id=case_id, concern_id=concern_id, factors=factors(new), rule=rule, raised_at=now
        )
    )
