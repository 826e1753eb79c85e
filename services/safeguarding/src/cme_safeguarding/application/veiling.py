"""Who reads, and what of a child they may not see."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from cme_safeguarding.application.ports import Transaction
from cme_safeguarding.domain.markers import MarkerType
from cme_safeguarding.domain.veil import NOTHING_HIDDEN, Veil


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who is shown what safeguarding knows."""

    who: str
    """As readings are written down."""
    sees_restricted: bool
    types: Sequence[MarkerType]
    """The types of markers there are today."""


async def veils(tx: Transaction, reader: Reader, subjects: Collection[UUID]) -> Mapping[UUID, Veil]:
    """What this reader may not see of the child that each subject is about."""
    if reader.sees_restricted:
        return dict.fromkeys(subjects, NOTHING_HIDDEN)
    markers = await tx.markers.of_the_child_of(subjects)
    return {subject: Veil.over(markers[subject], reader.types) for subject in subjects}


async def veil(tx: Transaction, reader: Reader, subject: UUID) -> Veil:
    """The same, of one."""
    return (await veils(tx, reader, [subject]))[subject]
