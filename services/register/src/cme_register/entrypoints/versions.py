"""The version in which somebody has seen a case, as HTTP says it: `ETag` of a page, `If-Match` of what they do (decision 0156)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Header
from pydantic import WithJsonSchema

from cme_register.adapters.postgres import RegisterTx
from cme_register.application.ports_changes import Change
from cme_register.domain.case import Case
from cme_web.problems import Fault, Problem

ETAG = re.compile(r'(?:W/)?"?(?:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.)?([0-9]{1,9})"?')
"""With or without its quotes: some clients lose them."""


def written(etag: re.Pattern[str]) -> WithJsonSchema:
    """How an If-Match of such ETags is described."""
    return WithJsonSchema({"type": "string", "pattern": rf"^(\*|{etag.pattern})$"})


IF_MATCH = Header(
    alias="If-Match",
    description="The ETag of the page that you saw: refused where what you decide has changed since. Left out: not asked.",
)
Seen = Annotated[str | None, written(ETAG), IF_MATCH]


def etag(version: int, case_id: UUID | None = None) -> str:
    """What a version of a case is called in HTTP; on a page that is not the case's own, with the case."""
    return f'"{version}"' if case_id is None else f'"{case_id}.{version}"'


async def not_over_others(tx: RegisterTx, case: Case | None, seen: str, fields: frozenset[str]) -> None:
    """Raises `Problem` 412 where one of these fields of a locked case has changed since it was `seen`, 400 for no ETag.

    `case` is None where the child has none: then whoever has seen one is to look again.
    """
    if seen.strip() == "*":
        return
    case_id, version = _read(seen)
    if case is None:
        raise changed_meanwhile([])
    if case_id not in {None, case.id} or version > case.version:
        raise changed_meanwhile([], etag(case.version))
    since = await tx.cases.changes_since(case.id, version)
    if faults := [fault async for fault in _conflicts(tx, case, since, fields)]:
        raise changed_meanwhile(faults, etag(case.version))


def changed_meanwhile(faults: Sequence[Fault], now: str | None = None) -> Problem:
    """The 412. `now`: the ETag there is now. No faults: it is not the case that was seen, or nobody can say what has changed."""
    return Problem(
        412, "changed-meanwhile", "Somebody has changed this since you looked",
        "Look again, then decide: errors names what has changed, what it is now, and by whom.",
        errors=faults, headers={"ETag": now} if now else None,
    )  # fmt: skip


def changed_by(field: str, by: UUID | None, office: str | None, now: str | None) -> Fault:
    """That a field is something else now. `by`: None for a rule."""
    known = {"by": str(by) if by else "rule", "office": office, "now": now}
    return Fault(
        field, "was changed meanwhile", "Keep what it is now, or decide again with it before you.", in_body=False,
        more={name: value for name, value in known.items() if value is not None},
    )  # fmt: skip


def unreadable() -> Problem:
    """The 400 for an If-Match that is none of ours."""
    fault = Fault(
        "If-Match", "is no ETag of ours", "Send the ETag that the page came with, or leave it out.", in_body=False
    )
    return Problem(400, "unreadable-etag", "If-Match cannot be read", errors=[fault])


async def _conflicts(
    tx: RegisterTx, case: Case, since: Iterable[Change], fields: frozenset[str]
) -> AsyncIterator[Fault]:
    latest = {field: change for change in since for field in change.fields if field in fields}
    for field, change in sorted(latest.items()):
        yield changed_by(field, change.changed_by, change.office, await _now(tx, case, field))


async def _now(tx: RegisterTx, case: Case, field: str) -> str | None:
    """A field of the case as a code or an id; None where the case's page has to be looked at."""
    match field.split("."):
        case ["category"]:
            return str(case.category or case.kind)
        case ["located"]:
            return str(case.location_proof) if case.location_proof else "not_located"
        case ["rating"]:
            return case.risk.name.lower()
        case ["lead_officer_id" | "status" | "stage"]:
            value = getattr(case, field)
            return str(value) if value is not None else "nobody"
        case ["checks", id_] if _is_id(id_):
            check = await tx.work.checks.find(UUID(id_))
            return check.state if check else None
        case ["placements", id_]:
            placement = await tx.placements.find(UUID(id_))
            return placement.stands if placement else None
    return None


def _is_id(text: str) -> bool:
    """A check is named by its own id, or by the code of its kind."""
    return "-" in text


def _read(seen: str) -> tuple[UUID | None, int]:
    """The case, where it is said, and the version of an ETag. Raises `Problem` 400."""
    found = ETAG.fullmatch(seen.strip())
    if found is None:
        raise unreadable()
    return UUID(found[1]) if found[1] else None, int(found[2])
