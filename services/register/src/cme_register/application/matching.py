"""Which child is this? A record that exactly fits, or a new one; never a guess (policy 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cme_register.application.ports import Child, Transaction
from cme_register.application.rules import NewId
from cme_register.domain.details import Details
from cme_register.domain.traits import Trait, traits

CHAIN = ("chain",)
"""A correction is about the child of the submission that it corrects, whatever it says of them."""


@dataclass(frozen=True, slots=True)
class Described:
    """A child as one submission gives it."""

    first_id: UUID
    details: Details
    family_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Whose a submission is. `record_id` is what fitted, `child_id` who shows that record now."""

    record_id: UUID
    child_id: UUID
    new_record: bool
    matched_by: tuple[str, ...]


async def match(
    tx: Transaction, described: Sequence[Described], chains: Mapping[UUID, UUID], *, at: datetime, new_id: NewId
) -> list[Match]:
    """Find or make the record of each child described, and lock it. `chains`: the records of the chains known already.

    Brothers and sisters of one form are never one child, whatever they share: a UPN is copied from a twin (scenario 17).
    Exact: UPN and date of birth, NHS number and date of birth, or name, date of birth and postcode. Where two records fit, the surer trait decides.
    """
    found = await _find(tx, described, dict(chains), new_id)
    made = {one.record_id for one in found if one.new_record}
    shown = dict(await tx.children.lock({one.record_id for one in found} - made))
    changed: dict[UUID, Child] = {}
    for one, child in zip(found, described, strict=True):
        if one.record_id not in shown:
            shown[one.record_id] = Child(one.record_id, child.details)
            continue
        target = shown[one.record_id]
        grown = target.details.filled_with(child.details)
        if grown != target.details:
            target.details = grown
            changed[target.id] = target
    await tx.children.add([shown[one.record_id] for one in found if one.new_record], at)
    await tx.children.save([child for id_, child in sorted(changed.items()) if id_ not in made])
    return [Match(one.record_id, shown[one.record_id].id, one.new_record, one.matched_by) for one in found]


@dataclass(frozen=True, slots=True)
class _Found:
    record_id: UUID
    new_record: bool
    matched_by: tuple[str, ...]


async def _find(
    tx: Transaction, described: Sequence[Described], chains: dict[UUID, UUID], new_id: NewId
) -> list[_Found]:
    """Whose is each trait? Those that nobody has are claimed for records that may have to be made."""
    proposed = [(child, traits(child.details), new_id()) for child in described]
    claims: dict[bytes, UUID] = {}
    for _, facts, record_id in proposed:
        for fact in facts:
            claims.setdefault(fact.digest, record_id)
    owners = dict(await tx.children.claim(claims))
    unmade = {record_id for _, _, record_id in proposed}
    families = await _families(tx, described)
    found, given = [], {}
    for child, facts, record_id in proposed:
        taken = {owner for first_id, owner in _of_family(families, child).items() if first_id != child.first_id}
        one = _whose(child, facts, owners, chains, unmade | taken if taken else unmade) or _Found(record_id, True, ())
        unmade.discard(one.record_id)
        chains[child.first_id] = one.record_id
        _of_family(families, child)[child.first_id] = one.record_id
        for fact in facts:  # claimed for a record that will not be made: the one that fits has it
            if owners[fact.digest] in unmade:
                owners[fact.digest] = given[fact.digest] = one.record_id
        found.append(one)
    await tx.children.give(given)
    return found


async def _families(tx: Transaction, described: Sequence[Described]) -> dict[UUID, dict[UUID, UUID]]:
    """The records of brothers and sisters, by chain. Asked for once traits are claimed: who held one has committed."""
    ids = {child.family_id for child in described if child.family_id}
    known = await tx.submissions.families(ids)
    return {id_: dict(known.get(id_, {})) for id_ in ids}


def _of_family(families: Mapping[UUID, dict[UUID, UUID]], child: Described) -> dict[UUID, UUID]:
    return families[child.family_id] if child.family_id else {}


def _whose(
    child: Described,
    facts: Sequence[Trait],
    owners: Mapping[bytes, UUID],
    chains: Mapping[UUID, UUID],
    but_not: set[UUID],
) -> _Found | None:
    if child.first_id in chains:
        return _Found(chains[child.first_id], False, CHAIN)
    for fact in facts:
        if (owner := owners[fact.digest]) not in but_not:
            return _Found(owner, False, fact.by)
    return None
