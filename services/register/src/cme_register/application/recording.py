"""An officer records what was decided about a child elsewhere: intake holds deletion returns against it (policy 5.1, 5.3)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from cme_contracts.codes_intake import ConsentKind
from cme_contracts.register_recorded import AttendanceOrderRecorded, ConsentRecorded
from cme_register.application.ports import Transaction
from cme_register.application.telling import entry
from cme_register.application.versions import note_of_child
from cme_register.domain.errors import NotOnRegister, RegisterError
from cme_register.domain.recorded import Consent, Order


class OrderOfAnotherChild(RegisterError):
    """An order's number names one order about one child."""

    code = "order-of-another-child"


class DecidedInTheFuture(RegisterError):
    """What is recorded has been decided."""

    code = "decided-in-the-future"


async def record_order(
    tx: Transaction, child_id: UUID, order: Order, *, order_id: UUID, by: UUID, at: datetime
) -> UUID:
    """Record an order, or what has changed about the one with this number. Returns its id, `order_id` where it is new.

    Raises `NotOnRegister`, `OrderOfAnotherChild`.
    """
    owner = await _locked(tx, child_id)
    kept = await tx.recorded.put_order(owner, order, order_id=order_id, by=by, at=at)
    if kept is None:
        raise OrderOfAnotherChild("this number is another child's order")
    event = AttendanceOrderRecorded(
        child_id=owner, order_id=kept, order_number=order.number, school_urn=order.school_urn,
        in_force_from=order.in_force_from, in_force_to=order.in_force_to, recorded_by=by, recorded_at=at,
    )  # fmt: skip
    await _tell(tx, owner, event, "orders", at)
    return kept


async def record_consent(
    tx: Transaction, child_id: UUID, consent: Consent, *, consent_id: UUID, by: UUID, at: datetime, today: date
) -> None:
    """Record a decision. An earlier one stays; the latest up to a deletion is what counts.

    Raises `NotOnRegister`, `DecidedInTheFuture`.
    """
    if consent.decided_on > today:
        raise DecidedInTheFuture("the day of the decision lies ahead")
    owner = await _locked(tx, child_id)
    await tx.recorded.add_consent(owner, consent, consent_id=consent_id, by=by, at=at)
    event = ConsentRecorded(
        child_id=owner, consent_id=consent_id, kind=ConsentKind(consent.kind), given=consent.given,
        decided_on=consent.decided_on, school_urn=consent.school_urn, recorded_by=by, recorded_at=at,
    )  # fmt: skip
    await _tell(tx, owner, event, "consents", at)


async def _locked(tx: Transaction, child_id: UUID) -> UUID:
    """Who the record is shown as, locked."""
    children = await tx.children.lock([child_id])
    if child_id not in children:
        raise NotOnRegister("there is no such record")
    return children[child_id].id


async def _tell(
    tx: Transaction, owner: UUID, event: AttendanceOrderRecorded | ConsentRecorded, part: str, at: datetime
) -> None:
    tx.publish(event)
    case_id = await note_of_child(tx, owner, part)
    await tx.chronology.add([entry(case_id or owner, event, at)])
