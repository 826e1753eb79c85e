"""A birth date that is corrected, or only now known, changes whether the law takes the child to be of school age (policy 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from operator import itemgetter
from uuid import UUID

from cme_register.application.ports import Kept, Transaction
from cme_register.application.rules import NewId, Rules
from cme_register.application.school_age import look_at_age
from cme_register.application.settling import Arrival


async def correct_birth_dates(
    tx: Transaction, arrivals: Sequence[Arrival], rules: Rules, *, at: datetime, new_id: NewId
) -> None:
    """Corrections say better what the form that they correct said: their birth dates stand. The children are locked."""
    corrected = {
        one.record_id: one.cause
        for one in arrivals
        if one.submission.id != one.submission.first_id and one.submission.details.date_of_birth
    }
    for record_id, cause in sorted(corrected.items(), key=itemgetter(0)):
        child = (await tx.children.lock([record_id]))[record_id]
        kept = await tx.submissions.of_records([child.id, *await tx.children.absorbed_by(child.id)])
        born = birth_date(sorted(kept, key=lambda one: one.record_id != child.id))
        if born != child.details.date_of_birth:
            child.details = replace(child.details, date_of_birth=born)
            await tx.children.save([child])
            await look_at_age(tx, record_id, rules, at=at, new_id=new_id, cause=cause)


def birth_date(kept: Sequence[Kept]) -> date | None:
    """Of the first chain that gives one, the last that it gave. `kept`: in the order in which they lead, then of receipt."""
    last: dict[UUID, date] = {}
    for one in kept:
        if one.submission.details.date_of_birth:
            last[one.submission.first_id] = one.submission.details.date_of_birth
    return next(iter(last.values()), None)
