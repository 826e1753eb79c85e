"""The register's worker with matching off, to be measured beside the real one: every description is a child by itself.

`python -m tests.bench.register_unmatched worker`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from cme_register.__main__ import SERVICE
from cme_register.application import intake
from cme_register.application.matching import Described, Match, match
from cme_register.application.ports import Transaction
from cme_service import run


async def unmatched(
    tx: Transaction, described: Sequence[Described], chains: Mapping[UUID, UUID], **given: Any
) -> list[Match]:
    """Nobody is looked for."""
    return await match(tx, described, chains, **given | {"weights": None})


if __name__ == "__main__":
    intake.match = unmatched
    sys.exit(run.main(SERVICE))
