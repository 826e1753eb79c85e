"""What officers do: once, in their name, and not over what somebody else has changed meanwhile (decision 0156).

act = Acting(db)

@router.post("/v1/cases/{case_id}/category")
async def recategorise(case_id: UUID, body: NewCategory, caller: CurrentCaller, key: IdempotencyKey, seen: Seen = None) -> Response:
    async def do(tx: RegisterTx, by: UUID) -> None: ...
    return await act("category", case_id, body, caller, key, do, seen=seen, fields={"category"})
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel

from cme_bus.database import Database
from cme_calendars import BeyondCalendar
from cme_register.adapters.postgres import RegisterTx
from cme_register.entrypoints.officer import office_of, officer_of
from cme_register.entrypoints.versions import not_over_others
from cme_web.idempotency import idempotent
from cme_web.problems import Fault, Problem
from cme_web.tokens import Caller

type Deed = Callable[[RegisterTx, UUID], Awaitable[Mapping[str, Any] | None]]
"""Does it; what it returns is answered beside what it is about. Ids and codes."""
type Whose = Callable[[RegisterTx], Awaitable[UUID | None]]
"""Finds the record with which something stands."""


class Acting:
    """The one way in which a person changes something."""

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
        """Do something with a case. Its new version is answered.

        `fields`: what of the case it decides, or decides by. Where others were changed since it was seen, it is done all
        the same. Raises `Problem` 412 that names those of them that have changed, what they are now, and by whom.
        """

        async def on_case(tx: RegisterTx, by: UUID) -> dict[str, Any]:
            if seen is not None:
                await not_over_others(tx, await tx.cases.lock(case_id), seen, frozenset(fields))
            more = await do(tx, by) or {}
            return {"case_id": str(case_id), "version": await tx.cases.version_of(case_id), **more}

        return await self.once(f"POST /v1/cases/{case_id}/{what}", body, caller, key, on_case)

    async def on_child(
        self,
        what: str,
        child_id: UUID,
        body: BaseModel,
        caller: Caller,
        key: str,
        do: Deed,
        *,
        seen: str | None = None,
        fields: Collection[str] = (),
    ) -> Response:
        """The same with what is known of a child: the version is that of their case, the open one or else the latest."""

        async def theirs(_: RegisterTx) -> UUID:
            return child_id

        path = f"/v1/children/{child_id}/{what}"
        return await self.on_record(path, theirs, body, caller, key, do, seen=seen, fields=fields)

    async def on_record(
        self,
        path: str,
        whose: Whose,
        body: BaseModel,
        caller: Caller,
        key: str,
        do: Deed,
        *,
        seen: str | None = None,
        fields: Collection[str] = (),
    ) -> Response:
        """The same of something that stands with a record of a child. None of `whose`: there is no such thing, as `do` says."""

        async def on_it(tx: RegisterTx, by: UUID) -> dict[str, Any]:
            record_id = await whose(tx)
            if seen is not None and record_id is not None and await tx.children.lock([record_id]):
                case_id = await tx.cases.latest_of(record_id)
                await not_over_others(tx, await tx.cases.lock(case_id) if case_id else None, seen, frozenset(fields))
            more = await do(tx, by) or {}
            case_id = await tx.cases.latest_of(record_id) if record_id else None
            version = await tx.cases.version_of(case_id) if case_id else None
            return {"child_id": str(record_id), "case_id": case_id and str(case_id), "version": version, **more}

        return await self.once(f"POST {path}", body, caller, key, on_it)

    async def once(self, route: str, body: BaseModel, caller: Caller, key: str, do: Deed) -> Response:
        """Do anything, however often it is asked for, once, in the name of the officer who asks.

        Raises `Problem` 422 that names a day of the body that no calendar reaches.
        """
        by = officer_of(caller)
        async with self._db.transaction() as tx, idempotent(tx, caller, route, key, body) as once:
            if not once.answered:
                await tx.cases.in_the_name_of(by, office_of(caller))
                with _naming_the_day(body):
                    once.answer(200, await do(tx, by))
        return once.response()


@contextmanager
def _naming_the_day(body: BaseModel) -> Iterator[None]:
    """A calendar ends somewhere, and what is counted from a day that was sent may not: which day that was is said."""
    try:
        yield
    except BeyondCalendar as error:
        days = {name: _day(value) for name, value in body if isinstance(value, date)}
        if not days or error.day is None:
            raise
        beyond = error.day
        name = min(days, key=lambda one: abs(days[one] - beyond))
        fault = Fault(
            type(body).model_fields[name].alias or name, "lies beyond the calendar of working days",
            "Give a day that the council's calendar reaches.",
        )  # fmt: skip
        raise Problem(422, "invalid", "The request does not validate", errors=[fault]) from error


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
