"""Speaking to a whole system in a test: submissions sent, and what became of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2

from tests.e2e.local_run import LocalRun
from tests.story.child import invented_child
from tests.story.story import SCHOOL
from tests.story.system import System
from tests.support import eventually

ACCEPTED = 202
SERVICES = ("referrals", "register", "safeguarding", "notifications")


@asynccontextmanager
async def reach(run: LocalRun) -> AsyncIterator[System]:
    system = System.of(run.told)
    try:
        yield system
    finally:
        await system.close()


@asynccontextmanager
async def database(run: LocalRun, service: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(run.told[f"CME_{service.upper()}_DATABASE"])
    try:
        yield connection
    finally:
        await connection.close()


def referral(**more: object) -> dict[str, Any]:
    """An SR1a about a new invented child; `more` says otherwise."""
    return {
        "referrer": {"name": "Sam Invented", "email": "sam.invented@harrowmere.example.org"},
        "reason": "whereabouts_unknown",
        "school_urn": SCHOOL,
        "on_roll": False,
        "factors": [],
        "child": invented_child(),
        **more,
    }


async def send(
    system: System, body: dict[str, Any], key: str | None = None, path: str = "/v1/referrals"
) -> httpx2.Response:
    headers = {
        "Authorization": f"Bearer {await system.token('school', urn=SCHOOL)}",
        "Idempotency-Key": key or str(uuid4()),
    }
    return await system.http.post(f"{system.urls['referrals']}{path}", json=body, headers=headers)


async def on_the_register(run: LocalRun, submissions: list[str]) -> int:
    """How many of the submissions belong to a case."""
    async with reach(run) as system:
        token = await system.token("lead_officer")
        answers = [await system.get("register", f"/v1/cases?submission_id={one}", token=token) for one in submissions]
    return sum(len(answer["items"]) for answer in answers)


async def all_arrived(run: LocalRun, submissions: list[str], seconds: float = 60) -> None:
    async def arrived() -> bool:
        return await on_the_register(run, submissions) == len(submissions)

    await eventually(arrived, seconds)
