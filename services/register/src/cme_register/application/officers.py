"""Who works for the council, as its staff list says (policy 5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cme_contracts import people
from cme_contracts.codes import OfficerRole
from cme_contracts.register import OfficerChanged
from cme_contracts.sealed import Sealed
from cme_register.application.ports import Officer, Transaction


async def take_list(tx: Transaction, officers: Sequence[Officer], *, at: datetime) -> int:
    """Add and change officers; who is not on the list stays as they are. Returns for how many something changed."""
    changed = await tx.officers.put(officers, at)
    for officer in officers:
        if officer.id in changed:
            tx.publish(OfficerChanged(
                officer_id=officer.id, role=OfficerRole(officer.role), active=officer.active, changed_at=at,
                personal=Sealed(people.Officer(name=officer.name, email=officer.email)),
            ))  # fmt: skip
    return len(changed)
