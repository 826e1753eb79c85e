"""The smallest service there can be: it notes what it is told, says so, and hears itself. Run only as a process."""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar
from uuid import UUID, uuid4

from fastapi import APIRouter, FastAPI, Response
from pydantic import BaseModel

from cme_bus.consumer import Consumer
from cme_bus.database import Database, Tx
from cme_bus.errors import Unprocessable
from cme_bus.meta import Meta
from cme_contracts.base import Event, Service
from cme_service import run
from cme_service.context import Context
from cme_service.definition import Command, Loop, ServiceDefinition
from cme_service.settings import ServiceSettings
from cme_web.access import AccessTable, Row, bearer
from cme_web.idempotency import IdempotencyKey, idempotent
from cme_web.problems import NotVisible
from cme_web.tokens import CurrentCaller


class Noted(Event):
    type: ClassVar[str] = "cme.example.noted.v1"
    stream: ClassVar[str] = os.environ.get("EXAMPLE_STREAM", "cme.example")
    owner: ClassVar[Service] = "register"
    source_clause: ClassVar[str] = "none"

    note_id: UUID
    poison: bool

    @property
    def key(self) -> str:
        return str(self.note_id)


class NewNote(BaseModel):
    text: str


class Settings(ServiceSettings):
    service = "example"
    collapse: bool = False


ACCESS = AccessTable(
    Row("POST", "/v1/notes", bearer, roles={"officer"}, idempotent=True),
    Row("GET", "/v1/notes/{note_id}", bearer, roles={"officer"}),
)


def api(db: Database[Tx]) -> APIRouter:
    router = APIRouter()

    @router.post("/v1/notes", status_code=202)
    async def take_note(body: NewNote, caller: CurrentCaller, key: IdempotencyKey) -> Response:
        async with db.transaction() as tx, idempotent(tx, caller, "POST /v1/notes", key, body) as once:
            if not once.answered:
                note_id = uuid4()
                await tx.conn.execute("INSERT INTO note (id, text) VALUES ($1, $2)", note_id, body.text)
                tx.publish(Noted(note_id=note_id, poison=body.text == "poison"))
                once.answer(202, {"id": str(note_id)}, location=f"/v1/notes/{note_id}")
        return once.response()

    @router.get("/v1/notes/{note_id}")
    async def read_note(note_id: UUID) -> dict[str, bool]:
        row = await db.pool.fetchrow("SELECT heard FROM note WHERE id = $1", note_id)
        if row is None:
            raise NotVisible
        return {"heard": row["heard"]}

    return router


def app(context: Context[Settings, Tx]) -> FastAPI:
    return context.make_app(access=ACCESS, routers=[api(context.db)])


def consumer(context: Context[Settings, Tx]) -> Consumer[Tx]:
    ears = Consumer(context.db, name="example")

    @ears.on(Noted)
    async def mark_as_heard(event: Noted, tx: Tx, meta: Meta) -> None:
        if event.poison:
            raise Unprocessable("this note cannot be heard")
        await tx.conn.execute("UPDATE note SET heard = true WHERE id = $1", event.note_id)

    return ears


def loops(context: Context[Settings, Tx]) -> Sequence[Loop]:
    async def collapse() -> None:
        raise RuntimeError("a secret nobody should read")

    return [collapse] if context.settings.collapse else []


async def count(context: Context[Settings, Tx], arguments: Namespace) -> int:
    print(await context.pool.fetchval("SELECT count(*) FROM note"), "notes")
    return 0


EXAMPLE = ServiceDefinition(
    name="example",
    settings=Settings,
    tx=Tx,
    streams=[Noted.stream],
    migrations=Path(__file__).parent / "migrations",
    components=["web", "timers"],
    http=app,
    consumer=consumer,
    background=loops,
    commands={"count": Command("count the notes", count)},
)

if __name__ == "__main__":
    sys.exit(run.main(EXAMPLE))
