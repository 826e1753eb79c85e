"""What a record shows: its submissions, each chain as it stands now, without what is quarantined."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from cme_register.domain.details import Details, gathered

UPN, NHS_NUMBER = "upn", "nhs_number"


@dataclass(frozen=True, slots=True)
class Given:
    """A child as one submission gives them."""

    submission_id: UUID
    first_id: UUID
    record_id: UUID
    received_at: datetime
    details: Details


def shown_of(given: Iterable[Given], child_id: UUID) -> Details:
    """What is shown of a child by these submissions, its own record's before those of records it has absorbed.

    Of a chain that was corrected the last word counts, in the place of the first; a birth date stays that the last leaves
    out. The order of receipt decides, not that in which they were heard; of one instant, the order of `given`. Raises
    ValueError where nothing was given.
    """
    latest: dict[UUID, Given] = {}
    for one in sorted(given, key=lambda one: one.received_at):
        latest[one.first_id] = _after(latest.get(one.first_id), one)  # keeps the place of the chain's first
    own_first = sorted(latest.values(), key=lambda one: one.record_id != child_id)
    return gathered(one.details for one in own_first)


def _after(before: Given | None, one: Given) -> Given:
    if before is None or one.details.date_of_birth:
        return one
    return replace(one, details=replace(one.details, date_of_birth=before.details.date_of_birth))


def without(details: Details, fields: Collection[str]) -> Details:
    """A description without identifiers that are another child's."""
    if not fields:
        return details
    return replace(
        details,
        upn=None if UPN in fields else details.upn,
        former_upns=() if UPN in fields else details.former_upns,
        nhs_number=None if NHS_NUMBER in fields else details.nhs_number,
    )


def by_record(given: Sequence[Given]) -> Mapping[UUID, list[Given]]:
    """The same, by the record that each fitted."""
    found: dict[UUID, list[Given]] = {}
    for one in given:
        found.setdefault(one.record_id, []).append(one)
    return found
