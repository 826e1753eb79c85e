"""A child's school and home may lie in two authorities' areas: the other one is owed a copy (policy 5.1; regulation 13; scenario 24)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from cme_contracts.register_status import OtherAuthorityConcerned
from cme_register.application.ports import Entry, Transaction
from cme_register.application.rules import Rules
from cme_register.application.telling import entry
from cme_register.application.triaging import Arrival


async def tell_other_authorities(
    tx: Transaction, arrivals: Sequence[Arrival], cases: Mapping[UUID, UUID | None], rules: Rules, *, at: datetime
) -> None:
    """Say, once for each chain and authority, whose area the school or the home lies in, where that is not ours.

    What was sent stays ours until the other authority accepts the child: no child is nobody's meanwhile.
    """
    if rules.authority is None:
        return
    wanted = {
        (one.submission.first_id, code): one
        for one in arrivals
        for code in (one.submission.school_la, one.submission.home_la)
        if code is not None and code != rules.authority
    }
    new = await tx.statuses.note_concerned([(*key, one.record_id) for key, one in wanted.items()], at)
    lines: list[Entry] = []
    for (first_id, code), one in wanted.items():
        if (first_id, code) in new:
            sent = one.submission
            event = OtherAuthorityConcerned(
                child_id=one.child_id, la_code=code, submission_id=sent.id, reference=sent.reference,
                school_la=sent.school_la, home_la=sent.home_la, case_id=cases.get(sent.id), noted_at=at,
            )  # fmt: skip
            tx.publish(event, cause=one.cause)
            lines.append(entry(one.record_id, event, at))
    await tx.chronology.add(lines)
