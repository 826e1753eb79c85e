"""What joint enquiries need of the outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cme_register.domain.joint_enquiry import JointEnquiry, Party, Signature


class JointEnquiries(Protocol):
    """Joint enquiries and their signatures. Lock the child first."""

    async def of_child(self, child_id: UUID) -> list[JointEnquiry]:
        """All that are this child's now, the latest first."""

    async def find(self, enquiry_id: UUID) -> JointEnquiry | None:
        """One of them."""

    async def put(self, enquiry: JointEnquiry, at: datetime) -> None:
        """Make it, or write down when its absence began."""

    async def sign(
        self,
        enquiry_id: UUID,
        party: Party,
        signature: Signature,
        *,
        made: Sequence[Mapping[str, str]] = (),
        submission: tuple[UUID, UUID] | None = None,
        by: UUID | None = None,
        at: datetime,
    ) -> None:
        """Keep a half: of the school with its submission and chain, of the council with who signed and the enquiries made."""

    async def signed_by(self, submission_id: UUID) -> bool:
        """Whether this form has signed, even if it was taken back since."""

    async def withdraw_authority(self, enquiry_id: UUID, at: datetime) -> bool:
        """The council's half does not count any more. False where there was none."""

    async def withdraw_chain(self, first_id: UUID, at: datetime) -> set[UUID]:
        """What this chain signed does not count any more. Returns the enquiries."""
