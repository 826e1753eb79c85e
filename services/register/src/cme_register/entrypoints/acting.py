"""What officers do with a case: once, in their name, and not over what somebody else has changed meanwhile (decision 0156).

act = Acting(db)

@router.post("/v1/cases/{case_id}/category")
async def recategorise(case_id: UUID, body: NewCategory, caller: CurrentCaller, key: IdempotencyKey, seen: Seen) -> Response:
    async def do(tx: RegisterTx, by: UUID) -> None: ...
    return await act("category", case_id, body, caller, key, do, seen=seen, fields={"category"})
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Response
from pydantic import BaseModel

from cme_bus.database import Database
from cme_register.adapters.postgres import RegisterTx
from cme_register.application.ports_changes import Change
from cme_register.domain.case import Case
from cme_register.entrypoints.officer import officer_of
from cme_web.idempotency import idempotent
from cme_web.problems import Fault, Problem
from cme_web.tokens import Caller

Seen = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The ETag of the case as you saw it: refused where what you decide has changed since. Left out: not asked.",
    ),
]
type Deed = Callable[[RegisterTx, UUID], Awaitable[Mapping[str, Any] | None]]
"""Does it; what it returns is answered beside the case and its version. Ids and codes."""
ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})"')


def etag(version: int) -> str:
    """What a version is called in HTTP."""
    return f'"{version}"'


class Acting:
    """The one way in which a command changes a case."""

    def __init__(self, db: Database[RegisterTx]) -> None:
        self._db = db

    async def __call__(
        self,
        what: str,
        case_id: UUID,
        body: BaseModel,
        caller: Caller,
        key: str,
        do: Deed,
        *,
        seen: str | None = None,
        fields: Collection[str] = (),
    ) -> Response:
        """Do it once, however often it is asked for, in the name of the officer who asks.

        `fields`: what of the case it decides, or decides by. Where others were changed since it was seen, it is done all
        the same. Raises `Problem` 412 that names those of them that have changed, what they are now, and by whom.
        """
        by = officer_of(caller)
        route = f"POST /v1/cases/{case_id}/{what}"
        async with self._db.transaction() as tx, idempotent(tx, caller, route, key, body) as once:
            if not once.answered:
                await tx.cases.in_the_name_of(by)
                if seen is not None:
                    await _not_over_others(tx, case_id, seen, frozenset(fields))
                more = await do(tx, by) or {}
                version = await tx.cases.version_of(case_id)
                once.answer(200, {"case_id": str(case_id), "version": version, **more})
        return once.response()


async def _not_over_others(tx: RegisterTx, case_id: UUID, seen: str, fields: frozenset[str]) -> None:
    case = await tx.cases.lock(case_id)
    version = _version(seen)
    if version is None or version == case.version:
        return
    since = await tx.cases.changes_since(case_id, version)
    if version > case.version or (faults := list(_conflicts(case, since, fields))):
        raise Problem(
            412, "changed-meanwhile", "Somebody has changed this since you looked",
            "Look at the case again, then decide: errors names what has changed, what it is now, and by whom.",
            errors=[] if version > case.version else faults, headers={"ETag": etag(case.version)},
        )  # fmt: skip


def _conflicts(case: Case, since: list[Change], fields: frozenset[str]) -> Iterator[Fault]:
    latest = {field: change for change in since for field in change.fields if field in fields}
    for field, change in sorted(latest.items()):
        by = str(change.changed_by) if change.changed_by else "rule"
        now = _now(case, field)
        yield Fault(
            field, f"was changed in version {change.version}", "Keep what it is now, or decide again with the case before you.",
            in_body=False, more={"by": by, **({"now": now} if now is not None else {})},
        )  # fmt: skip


def _now(case: Case, field: str) -> str | None:
    """A field of the case as a code or an id; None where the case's page has to be looked at."""
    match field:
        case "category":
            return str(case.category or case.kind)
        case "located":
            return str(case.location_proof) if case.location_proof else "not_located"
        case "lead_officer_id" | "status" | "stage":
            value = getattr(case, field)
            return str(value) if value is not None else "nobody"
    return None


def _version(seen: str) -> int | None:
    """Of an ETag; None for any. Raises `Problem` 400."""
    if seen.strip() == "*":
        return None
    if found := ETAG.fullmatch(seen.strip()):
        return int(found[1])
    mend = "Send the ETag that the case's page came with, or leave it out."
    raise Problem(
        400,
        "unreadable-etag",
        "If-Match cannot be read",
        errors=[Fault("If-Match", "is no ETag of a case", mend, in_body=False)],
    )
