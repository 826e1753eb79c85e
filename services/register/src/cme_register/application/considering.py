"""What an officer considers before a case may close: safeguarding, and each brother and sister (policy 5.1, 9)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cme_contracts.codes import Consideration
from cme_contracts.register_cases import ConsiderationRecorded
from cme_register.application.ports import Transaction
from cme_register.application.telling import Said, tell
from cme_register.domain.errors import RegisterError


class NoSuchSibling(RegisterError):
    """The register does not know them as a brother or sister of this child."""

    code = "no-such-sibling"


async def consider(
    tx: Transaction, case_id: UUID, sibling_id: UUID | None, reason: str, *, id_: UUID, by: UUID, at: datetime
) -> None:
    """Note that safeguarding, or a brother or sister, was considered, and with what result. Opens and closes nothing.

    Raises `NotOnRegister`, `CaseNotOpen`, `NoSuchSibling`.
    """
    case = await tx.cases.lock(case_id)
    case.must_be_open()
    if sibling_id is None:
        await tx.closures.consider_safeguarding(case_id, reason, id_=id_, by=by, at=at)
    else:
        record = await tx.closures.sibling_record(case_id, sibling_id)
        if record is None:
            raise NoSuchSibling(f"{sibling_id} is not known as a brother or sister")
        await tx.closures.consider_sibling(case_id, record, reason, id_=id_, by=by, at=at)
    event = ConsiderationRecorded(
        child_id=case.child_id, case_id=case.id,
        of=Consideration.SAFEGUARDING if sibling_id is None else Consideration.SIBLING,
        sibling_child_id=sibling_id, considered_by=by, considered_at=at,
    )  # fmt: skip
    await tell(tx, [Said(event, at)])
