"""A deletion return is other teams' work too: home education, plans, orders, leavers (policy 5.1, 5.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cme_bus.meta import Meta
from cme_calendars import local_date
from cme_register.application.handing_over import ForTeam, hand_over
from cme_register.application.ports import Kept, Transaction
from cme_register.application.rules import NewId, Rules
from cme_register.domain.deletion_teams import TeamRow
from cme_register.domain.handover import Handover


@dataclass(frozen=True, slots=True)
class Returned:
    """A deletion return, and whose child it is about now."""

    kept: Kept
    child_id: UUID
    cause: Meta | None = None


async def hand_over_returns(
    tx: Transaction, returns: Sequence[Returned], rules: Rules, *, at: datetime, new_id: NewId
) -> None:
    """Tell the teams whose work a return is by its ground, unless a rule holds it back."""
    day = local_date(at)
    wanted = [
        one
        for returned in returns
        if not (sent := returned.kept.submission).held_by
        for one in _for(returned, rules.deletion_teams.of_return(sent.ground, sent.factors, day), new_id)
    ]
    await hand_over(tx, wanted, at=at)


async def hand_over_challenged(
    tx: Transaction, returned: Returned, rule: str, rules: Rules, *, at: datetime, new_id: NewId
) -> None:
    """Tell the teams who must settle what keeps the child on the roll."""
    await hand_over(tx, [*_for(returned, rules.deletion_teams.of_rule(rule, local_date(at)), new_id)], at=at)


def _for(returned: Returned, rows: Iterable[TeamRow], new_id: NewId) -> Iterable[ForTeam]:
    sent = returned.kept.submission
    for row in rows:
        handover = Handover(
            id=new_id(), record_id=returned.kept.record_id, submission_id=sent.id, first_submission_id=sent.first_id,
            reference=sent.reference, team=row.team, reason=row.reason, source=row.source,
        )  # fmt: skip
        yield ForTeam(handover, returned.child_id, returned.cause)
