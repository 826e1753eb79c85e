"""Who may this be? Asked before a case is opened by telephone, and by whoever looks for a child (policy 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cme_register.application.ports import Transaction
from cme_register.domain.blocking import keys
from cme_register.domain.details import Details
from cme_register.domain.features import features
from cme_register.domain.likeness import Certainty, likeness
from cme_register.domain.weights import Weights

MOST = 20


@dataclass(frozen=True, slots=True, repr=False)
class Hit:
    """A child who was found, and why."""

    child_id: UUID
    forename: str
    surname: str
    date_of_birth: date | None
    score: float
    certainty: Certainty
    reasons: tuple[str, ...]


async def search(tx: Transaction, sought: Details, weights: Weights | None) -> list[Hit]:
    """The children that this may be, the likeliest first, each once. Nobody where matching is off."""
    if weights is None:
        return []
    [candidates] = (await tx.matching.candidates([keys(sought)])).found
    ours, best = features(sought), dict[UUID, Hit]()
    for one in candidates:
        like, them = likeness(ours, features(one.details), weights), one.details
        hit = Hit(
            one.child_id, them.forename, them.surname, them.date_of_birth, like.score, like.certainty, like.reasons
        )
        if one.child_id not in best or best[one.child_id].score < hit.score:
            best[one.child_id] = hit
    return sorted(best.values(), key=lambda hit: (-hit.score, hit.child_id))[:MOST]
