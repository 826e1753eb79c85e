"""What was sent may be corrected or withdrawn by whoever sent it; what was received stays as it was (policy 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cme_contracts.codes_intake import WithdrawalReason
from cme_contracts.referrals import SubmissionWithdrawn
from cme_referrals.application.ports import Publishes
from cme_referrals.application.telling import Sender
from cme_referrals.domain.completeness import Kind
from cme_referrals.domain.errors import WithdrawnError


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A submission of this sender's."""

    id: UUID
    first_submission_id: UUID
    reference: str
    kind: Kind
    received_at: datetime
    family_id: UUID | None


class Chains(Protocol):
    """Submissions with their corrections."""

    async def lock(self, name: UUID | str, sender: Sender) -> Sent | None:
        """A submission of this sender's by its id or its reference, its chain locked: what is said about it is said in order."""

    async def withdrawn(self, first_submission_id: UUID) -> bool:
        """Whether this chain was withdrawn. Lock it first."""

    async def withdraw(self, sent: Sent, reason: str, sender: Sender, *, at: datetime) -> None:
        """Note that it was."""


class Changes(Publishes, Protocol):
    """What changing a submission needs."""

    @property
    def chains(self) -> Chains: ...


async def open_to_change(tx: Changes, name: UUID | str, sender: Sender) -> Sent | None:
    """The submission, locked. None where this sender sent no such thing. Raises `WithdrawnError`."""
    sent = await tx.chains.lock(name, sender)
    if sent is not None and await tx.chains.withdrawn(sent.first_submission_id):
        raise WithdrawnError("it was withdrawn")
    return sent


async def withdraw(tx: Changes, sent: Sent, reason: WithdrawalReason, sender: Sender, *, at: datetime) -> None:
    """Take it back, with its corrections. Says `SubmissionWithdrawn`; nothing that was received is removed."""
    await tx.chains.withdraw(sent, reason.value, sender, at=at)
    tx.publish(
        SubmissionWithdrawn(
            submission_id=sent.id,
            first_submission_id=sent.first_submission_id,
            reference=sent.reference,
            received_at=sent.received_at,
            reason=reason,
            withdrawn_at=at,
        )
    )
