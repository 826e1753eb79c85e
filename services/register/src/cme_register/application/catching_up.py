"""What a record has had since status, age and ratings are looked after, one from before is given once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from cme_calendars import local_date
from cme_register.application.ports import Transaction
from cme_register.application.rating import rate_and_save
from cme_register.application.rules import NewId, Rules
from cme_register.application.school_age import look_at_age
from cme_register.application.status import note_returns, say
from cme_register.application.telling import tell
from cme_register.domain.case import Case
from cme_register.domain.status import AFTER_OUTCOME, Line, status_of

CATCH_UP = "record.catches-up"
"""The kind of timer; each is about one record. A migration sets them."""


async def catch_up(tx: Transaction, record_id: UUID, rules: Rules, *, at: datetime, new_id: NewId) -> None:
    """Say of a record of which nothing was ever said what it is in law; rate its child's open case, and look at their age.

    Does nothing where nothing has changed, so that it may be asked of any record at any time.
    """
    child = (await tx.children.lock([record_id]))[record_id]
    if await tx.statuses.silent(record_id):
        kept = await tx.submissions.of_records([record_id])
        latest = {one.submission.first_id: one.submission.id for one in kept if not one.superseded}
        await note_returns(tx, await tx.statuses.speaking([*latest.values()]), at=at)
        await say(tx, [*_lines(await tx.cases.of_records([record_id]))], at=at)
    opened = await tx.cases.open_of([child.id])
    await tell(tx, await rate_and_save(tx, [*opened.values()], rules, at=at))
    await look_at_age(tx, record_id, rules, at=at, new_id=new_id)


def _lines(cases: Iterable[Case]) -> Iterator[Line]:
    """What each says of its child: what it was in between is not known any more."""
    for case in cases:
        yield Line(
            record_id=case.record_id, status=status_of(case.kind, case.category), since=local_date(case.opened_at),
            learnt_at=case.opened_at, because="case_opened", case_id=case.id,
        )  # fmt: skip
        ended = AFTER_OUTCOME.get(case.outcome) if case.outcome else None
        if ended and case.closed_at:
            yield Line(
                record_id=case.record_id, status=ended, since=local_date(case.closed_at), learnt_at=case.closed_at,
                because="case_closed", case_id=case.id,
            )  # fmt: skip
