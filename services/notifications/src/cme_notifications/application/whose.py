"""Whose a submission or a case is, as the register says: what is kept about it follows, there and back."""

from __future__ import annotations

from cme_contracts.register import CaseOpened
from cme_contracts.register_matching import RecordsJoined, RecordsSeparated, SubmissionMatched
from cme_notifications.application.ports import Transaction


async def submission_matched(tx: Transaction, event: SubmissionMatched) -> None:
    """A chain of submissions is a child's."""
    await tx.identity.place(event.first_submission_id, event.child_id, event.matched_at)


async def case_opened(tx: Transaction, event: CaseOpened) -> None:
    """A case is a child's, since its submission was matched: that is when the register decided, perhaps long after receipt."""
    at = await tx.identity.matched_at(event.submission_id) or event.opened_at
    await tx.identity.place(event.case_id, event.child_id, at)


async def records_joined(tx: Transaction, event: RecordsJoined) -> None:
    """Two records are one child."""
    await tx.identity.join(event.absorbed_child_id, event.child_id, event.joined_at)


async def records_separated(tx: Transaction, event: RecordsSeparated) -> None:
    """They were two after all. The restored record itself goes too: a message may name the child and nothing else."""
    subjects = [*event.submission_ids, *event.case_ids, event.restored_child_id]
    await tx.identity.separate(event.child_id, event.restored_child_id, subjects, event.separated_at)
