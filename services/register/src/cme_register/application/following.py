"""What stands with a submission or a placement follows it from the case of one child to that of another (policy 8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from cme_register.application.clocks import cancel, go_on
from cme_register.application.ports import Kept, Transaction
from cme_register.application.rules import NewId, Rules
from cme_register.application.telling import Said
from cme_register.domain.codes import Status
from cme_register.domain.occurrences import Occurrence
from cme_register.domain.risk import SAFEGUARDING_CONCERN


@dataclass(slots=True)
class Brought:
    """What submissions had brought to cases that were another child's."""

    gone: dict[UUID, set[str]] = field(default_factory=dict)
    """By case: what is not known of it any more, unless somebody else has said so too."""
    heard: dict[UUID, tuple[str, ...]] = field(default_factory=dict)
    """By submission: what safeguarding has said of risk because of its chain."""


async def take_along(tx: Transaction, strays: Sequence[Kept], rules: Rules) -> Brought:
    """Take out of those cases what was heard about these chains: its lines stand with the chain until it has a case."""
    brought = Brought()
    told: dict[tuple[UUID, UUID], tuple[str, ...]] = {}
    for one in strays:
        if one.case_id is None:
            continue
        chain = one.submission.first_id, one.case_id
        if chain not in told:
            told[chain] = await tx.chronology.leave(*chain)
        heard = _with_concern(told[chain])
        brought.heard[one.submission.id] = heard
        brought.gone.setdefault(one.case_id, set()).update(heard, rules.groups.factors_of(one.triaged))
    return brought


async def bring(tx: Transaction, brought: Brought, cases: Mapping[UUID, UUID | None], rules: Rules) -> None:
    """The submissions have the cases that are theirs: `cases`. What is grave goes with them, and is forgotten where they were.

    The cases are written down; rank and rate them afterwards.
    """
    known = await tx.cases.lock_many({*brought.gone, *(one for one in cases.values() if one)})
    for case_id, gone in brought.gone.items():
        case = known[case_id]
        said = set(_with_concern(await tx.chronology.heard_of_risk(case_id)))
        for kept in await tx.submissions.of_cases([case_id]):
            said.update(rules.groups.factors_of(kept.triaged))
        if case.status is not Status.CLOSED:
            case.forget_factors(gone - said)
    for submission_id, heard in brought.heard.items():
        if (own := cases.get(submission_id)) and heard:
            known[own].take_factors(heard)
    await tx.cases.save([*known.values()])


def _with_concern(factors: tuple[str, ...]) -> tuple[str, ...]:
    return (*factors, SAFEGUARDING_CONCERN) if factors else ()


async def clocks_follow(
    tx: Transaction, child_ids: Collection[UUID], rules: Rules, *, at: datetime, new_id: NewId
) -> list[Said]:
    """The clocks that run about these children's places run in the open case of whose place it is; without one they end.

    A place is a record's, whoever shows it: so its clock goes with a join, and comes back with a separation.
    """
    places = {one.id: one.record_id for one in await tx.placements.of_children(child_ids)}
    owners = await tx.statuses.children_of({*places.values()})
    cases = await tx.cases.open_of(child_ids)
    said, touched = list[Said](), set[UUID]()
    for clock in await tx.clocks.about(places.keys()):
        assert clock.about is not None
        before, own = clock.case_id, cases.get(owners[places[clock.about]])
        if own is not None and own.id == before:
            continue
        touched.add(before)
        if own is None:
            [case] = (await tx.cases.lock_many([before])).values()
            said += await cancel(tx, clock, case, Occurrence.RECORDS_SEPARATED, at=at)
        else:
            clock.case_id = own.id
            await tx.clocks.save(clock)
            touched.add(own.id)
    for case in (await tx.cases.lock_many(touched)).values():
        if case.status is Status.OPEN:
            said += await go_on(tx, case, rules, at=at, new_id=new_id)
            await tx.cases.save([case])
    return said
