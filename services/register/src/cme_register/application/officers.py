"""Who works for the council, as its staff list says (policy 5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cme_contracts import people
from cme_contracts.codes import OfficerRole
from cme_contracts.register import OfficerChanged
from cme_contracts.sealed import Sealed
from cme_register.application.giving_on import GIVE_ON, THE_TEAM
from cme_register.application.ports import Officer, Transaction
from cme_register.domain.codes import Role
from cme_timers import Wanted


async def take_list(tx: Transaction, officers: Sequence[Officer], *, at: datetime) -> int:
    """Add and change officers; who is not on the list stays as they are. Returns for how many something changed.

    The cases of those who have left go to others at once, and the team's to those who have come: in transactions of their
    own, so that no child's case is locked behind this one.
    """
    changed = await tx.officers.put(officers, at)
    gone = [
        one.id for one in officers if one.id in changed and not _investigates(one) and await tx.owners.are_left(one.id)
    ]
    come = any(one.id in changed and _investigates(one) for one in officers) and await tx.owners.are_left(None)
    await tx.timers.set_timers([Wanted(GIVE_ON, whose, at) for whose in (*gone, *([THE_TEAM] if come else ()))])
    for officer in officers:
        if officer.id in changed:
            tx.publish(OfficerChanged(
                officer_id=officer.id, role=OfficerRole(officer.role), active=officer.active, changed_at=at,
                personal=Sealed(people.Officer(name=officer.name, email=officer.email)),
            ))  # fmt: skip
    return len(changed)


def _investigates(officer: Officer) -> bool:
    return officer.active and officer.role is Role.LEAD_OFFICER
