"""The register's worker with matching off, to be measured beside the real one: every description is a child by itself.

`python -m tests.bench.register_unmatched worker`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from cme_register.__main__ import SERVICE
from cme_register.application import intake
from cme_register.application.matching import Described, Match
from cme_register.application.ports import Child, Transaction
from cme_register.application.rules import NewId
from cme_service import run


async def unmatched(
    tx: Transaction,
    described: Sequence[Described],
    chains: Mapping[UUID, UUID],
    *,
    at: datetime,
    new_id: NewId,
    **_: object,
) -> list[Match]:
    """A record for each."""
    made = [Child(new_id(), one.details) for one in described]
    await tx.children.add(made, at)
    return [Match(child.id, child.id, True, ()) for child in made]


if __name__ == "__main__":
    intake.match = unmatched
    sys.exit(run.main(SERVICE))
