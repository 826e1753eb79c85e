"""A rule makes a referral of what is none: a child who did not arrive, or whose home education is unsuitable (policy 3, 6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from cme_register.application.ports import Kept, Transaction
from cme_register.application.rules import NewId, Rules
from cme_register.application.school_age import take_outside
from cme_register.application.settling import settle
from cme_register.application.telling import tell
from cme_register.application.triaging import Arrival
from cme_register.domain.submission import Referred


async def refer(
    tx: Transaction,
    wanted: Sequence[tuple[Kept, Referred]],
    owners: Mapping[UUID, UUID],
    rules: Rules,
    *,
    at: datetime,
    new_id: NewId,
) -> Mapping[UUID, UUID | None]:
    """Triage each as the referral it is from now on; one about a child who is too young yet, once they are not.

    `owners`: who shows each record; they are locked. Returns the case of each submission.
    """
    await tx.submissions.refer({kept.submission.id: referred for kept, referred in wanted})
    arrivals = [
        Arrival(kept.submission.made_referral(referred), kept.record_id, owners[kept.record_id])
        for kept, referred in wanted
    ]
    settled = await settle(tx, arrivals, rules, at=at, new_id=new_id)
    loose = [kept.submission.id for kept, _ in wanted if kept.case_id is None]
    await tx.submissions.assign({one: settled.cases[one] for one in loose})
    await tell(tx, settled.said)
    await take_outside(tx, settled.outside, rules, at=at, new_id=new_id)
    return settled.cases


async def refer_no_more(tx: Transaction, submission_ids: Collection[UUID], *, at: datetime, because: str) -> None:
    """What the rule went by does not hold any more: nothing waits for the child to be of age. Closes no case."""
    await tx.submissions.refer(dict.fromkeys(submission_ids))
    await tx.age_watches.end(submission_ids, at, because)
