"""A birth date that is corrected, or only now known, changes whether the law takes the child to be of school age (policy 3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter

from cme_register.application.ports import Transaction
from cme_register.application.rules import NewId, Rules
from cme_register.application.school_age import look_at_age
from cme_register.application.triaging import Arrival


async def correct_birth_dates(
    tx: Transaction, arrivals: Sequence[Arrival], rules: Rules, *, at: datetime, new_id: NewId
) -> None:
    """Corrections say better what the form that they correct said: their birth dates are shown already. The children are locked."""
    corrected = {
        one.record_id: one.cause
        for one in arrivals
        if one.submission.id != one.submission.first_id and one.submission.details.date_of_birth
    }
    for record_id, cause in sorted(corrected.items(), key=itemgetter(0)):
        await look_at_age(tx, record_id, rules, at=at, new_id=new_id, cause=cause)
