"""Markers over HTTP: the types there are, what is known of a child, recording and ending."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from cme_bus.database import Database
from cme_calendars import local_date
from cme_safeguarding.adapters.postgres import SafeguardingTx
from cme_safeguarding.application import read
from cme_safeguarding.application.markers import end_marker, record_marker
from cme_safeguarding.application.ports import Practice
from cme_safeguarding.domain.markers import Episode, Marker
from cme_safeguarding.entrypoints.answers import plain
from cme_safeguarding.entrypoints.requests import NewMarker, NewMarkerEnd
from cme_safeguarding.entrypoints.who import officer, reader, sees_restricted
from cme_timers import BusinessClock
from cme_web.idempotency import IdempotencyKey, idempotent
from cme_web.tokens import CurrentCaller


def markers_api(db: Database[SafeguardingTx], clock: BusinessClock, practice: Practice) -> APIRouter:
    """The routes of markers."""
    router = APIRouter()

    @router.get("/v1/marker-types")
    async def marker_types() -> Response:
        """The types of markers there are today, and which are restricted unless somebody says otherwise."""
        rows = practice.markers.in_force(local_date(clock.now()))
        return JSONResponse(
            {
                "items": [
                    {
                        "type": row.type,
                        "factor": row.factor,
                        "restricted": row.restricted,
                        "source": row.source,
                        "valid_from": plain(row.valid_from),
                    }
                    for row in rows
                ]
            }
        )

    @router.get("/v1/children/{child_id}/markers")
    async def markers(child_id: UUID, caller: CurrentCaller) -> Response:
        """What is known of a child, ended markers too, and when nobody knew where they were. The reading is written down."""
        async with db.transaction() as tx:
            found, episodes = await read.markers(tx, reader(caller, practice, clock.now()), child_id)
        return JSONResponse(
            {"items": [_marker(one) for one in found], "missing_episodes": [_episode(one) for one in episodes]}
        )

    @router.post("/v1/children/{child_id}/markers", status_code=201)
    async def add_marker(child_id: UUID, body: NewMarker, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        """Write down what is known of a child. They are considered again."""
        route = f"POST /v1/children/{child_id}/markers"
        async with db.transaction() as tx, idempotent(tx, caller, route, key, body) as once:
            if not once.answered:
                made = await record_marker(
                    tx,
                    practice,
                    id=uuid4(),
                    child_id=child_id,
                    type=body.type,
                    source=body.source,
                    since=body.since,
                    level=body.level,
                    restricted=body.restricted,
                    by=officer(caller),
                    now=clock.now(),
                )
                once.answer(201, {"marker_id": str(made.id), "restricted": made.restricted})
        return once.response()

    @router.post("/v1/children/{child_id}/markers/{marker_id}/end", status_code=201)
    async def end(
        child_id: UUID, marker_id: UUID, body: NewMarkerEnd, caller: CurrentCaller, key: IdempotencyKey
    ) -> Response:
        """Say that a marker holds no more. What is no longer true of the child ends every marker of the type."""
        route = f"POST /v1/children/{child_id}/markers/{marker_id}/end"
        async with db.transaction() as tx, idempotent(tx, caller, route, key, body) as once:
            if not once.answered:
                ended = await end_marker(
                    tx,
                    child_id=child_id,
                    marker_id=marker_id,
                    because=body.because,
                    ended_on=body.ended_on,
                    sees_restricted=sees_restricted(caller),
                    by=officer(caller),
                    now=clock.now(),
                )
                shown = [one for one in ended if sees_restricted(caller) or not one.restricted]
                once.answer(201, {"ended": [str(one.id) for one in shown]})
        return once.response()

    return router


def _marker(one: Marker) -> dict[str, Any]:
    return {
        "marker_id": str(one.id),
        "type": one.type,
        "source": one.source,
        "since": plain(one.since),
        "level": one.level,
        "restricted": one.restricted,
        "in_force": one.in_force,
        "recorded_at": plain(one.recorded_at),
        "recorded_by": plain(one.recorded_by),
        "ended_on": plain(one.ended_on),
        "ended_because": one.ended_because,
        "ended_by": plain(one.ended_by),
    }


def _episode(one: Episode) -> dict[str, Any]:
    return {"case_id": str(one.case_id), "began_at": plain(one.began_at), "ended_at": plain(one.ended_at)}
