"""What is not the CME team's work goes to the team whose it is, and is not lost between the two (policy 5.1, 5.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cme_bus.meta import Meta
from cme_contracts.codes import Team
from cme_contracts.register_recorded import HandedOver, HandoverWithdrawn
from cme_register.application.ports import Transaction
from cme_register.application.telling import Said, entry, tell
from cme_register.domain.errors import NotOnRegister
from cme_register.domain.handover import Handover


@dataclass(frozen=True, slots=True)
class ForTeam:
    """Something to hand over, and whose child it is about now."""

    handover: Handover
    child_id: UUID
    cause: Meta | None = None


async def hand_over(tx: Transaction, wanted: Sequence[ForTeam], *, at: datetime) -> None:
    """Say `HandedOver` of each that was not handed over before, and note it with the record. Lock the children first.

    The same chain goes to the same team for the same reason once, however often it is corrected or heard.
    """
    new = await tx.handovers.add([one.handover for one in wanted], at)
    given = [one for one in wanted if one.handover.id in new]
    cases = await tx.cases.latest_of_children({one.child_id for one in given})
    events = [_event(one, cases.get(one.child_id), at) for one in given]
    await tell(tx, [Said(event, at, one.cause) for event, one in zip(events, given, strict=True)])
    await tx.chronology.add([
        entry(one.handover.record_id, event, at) for event, one in zip(events, given, strict=True)
    ])  # fmt: skip


async def hand_over_chain(
    tx: Transaction,
    *,
    submission_id: UUID,
    first_submission_id: UUID,
    reference: str,
    team: Team,
    reason: str,
    source: str,
    handover_id: UUID,
    at: datetime,
) -> None:
    """Hand over a chain that the register has, for something heard of it later. Raises `NotOnRegister`."""
    records, _ = await tx.submissions.chains([first_submission_id])
    if first_submission_id not in records:
        raise NotOnRegister("nobody knows whose this submission is")
    record_id = records[first_submission_id]
    child = (await tx.children.lock([record_id]))[record_id]
    handover = Handover(
        id=handover_id, record_id=record_id, submission_id=submission_id, first_submission_id=first_submission_id,
        reference=reference, team=team.value, reason=reason, source=source,
    )  # fmt: skip
    await hand_over(tx, [ForTeam(handover, child.id)], at=at)


async def tell_taken_back(tx: Transaction, first_submission_id: UUID, *, at: datetime) -> None:
    """Say to each team that has the chain that its sender took it back at `at`: once, however many reasons it had for it."""
    handed = await tx.handovers.of_chain(first_submission_id)
    if not handed:
        return
    record_id = handed[0].record_id
    child = (await tx.children.lock([record_id]))[record_id]
    case_id = (await tx.cases.latest_of_children({child.id})).get(child.id)
    first_of_each = {one.team: one for one in reversed(handed)}
    await tell(tx, [
        Said(HandoverWithdrawn(
            child_id=child.id, case_id=case_id, submission_id=one.submission_id, first_submission_id=first_submission_id,
            reference=one.reference, team=Team(team), withdrawn_at=at,
        ), at)
        for team, one in sorted(first_of_each.items())
    ])  # fmt: skip


def _event(one: ForTeam, case_id: UUID | None, at: datetime) -> HandedOver:
    handover = one.handover
    return HandedOver(
        child_id=one.child_id, handover_id=handover.id, case_id=case_id,
        submission_id=handover.submission_id, first_submission_id=handover.first_submission_id,
        reference=handover.reference, team=Team(handover.team), reason=handover.reason, source=handover.source,
        handed_over_at=at,
    )  # fmt: skip
