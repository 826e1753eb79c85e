"""Four PostgreSQL clusters, one service on each, stopped one at a time: the other three go on, and the one catches up."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

import asyncpg
import httpx2
import pytest

from deploy.local import processes
from deploy.local.ports import free_port
from deploy.local.postgres import Postgres
from tests.e2e.intake import ACCEPTED, SCHOOL, SERVICES, all_arrived, reach, referral, send
from tests.e2e.local_run import LocalRun, local_run
from tests.story.system import System
from tests.support import eventually

pytestmark = [pytest.mark.prove, pytest.mark.timeout(580)]


class Cluster:
    """One service's own PostgreSQL, which can be stopped and started again."""

    def __init__(self, service: str, folder: Path) -> None:
        self.service, self._folder = service, folder
        self._server = Postgres(folder / service, port=free_port(), log=folder / f"{service}.log", home=folder)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._server.prepare()
        self._process = processes.start(
            self._server.command(), log=self._server.log, pids=self._folder / f"run-{self.service}"
        )
        self._server.wait(self._process)

    def stop(self) -> None:
        if self._process:
            processes.stop(self._process, self._server.command().stop_signal)
            self._process = None

    async def create(self) -> str:
        """The service's database and role. Gives its DSN."""
        admin = await asyncpg.connect(self._server.dsn())
        try:
            await admin.execute(f"CREATE ROLE {self.service} LOGIN PASSWORD 'only-here'")
            await admin.execute(f"CREATE DATABASE {self.service} OWNER {self.service}")
        finally:
            await admin.close()
        return self._server.dsn(self.service, self.service, "only-here")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cme-four-") as made:
        path = Path(made)
        path.chmod(0o711)
        yield path


async def test_each_service_stands_on_its_own_cluster(folder: Path) -> None:
    with ExitStack() as stack:
        clusters = {name: stack.enter_context(Cluster(name, folder)) for name in SERVICES}
        databases = {f"CME_{name.upper()}_DATABASE": await cluster.create() for name, cluster in clusters.items()}
        run = stack.enter_context(local_run(**databases))
        accepted: list[str] = []
        async with reach(run) as system:
            await system.token("school", urn=SCHOOL)
            officer = {"Authorization": f"Bearer {await system.token('lead_officer')}"}
            for stopped in SERVICES:
                clusters[stopped].stop()
                accepted += await go_on_without(stopped, system, officer)
                clusters[stopped].start()
                await well_again(system, stopped)
            await all_arrived(run, accepted, 120)
            await eventually(lambda: all_considered_and_told(run, accepted), 120)


async def go_on_without(stopped: str, system: System, officer: dict[str, str]) -> list[str]:
    """What still works, and what says honestly that it does not. Gives the submissions that were accepted."""
    answer = await send(system, referral())
    listed = await system.http.get(f"{system.urls['register']}/v1/cases", headers=officer)
    considered = await system.http.get(f"{system.urls['safeguarding']}/v1/considerations", headers=officer)
    told = await system.http.get(f"{system.urls['notifications']}/v1/messages?case_id={uuid4()}", headers=officer)
    seen = {"referrals": answer, "register": listed, "safeguarding": considered, "notifications": told}
    for service, one in seen.items():
        if service == stopped:
            assert one.status_code == httpx2.codes.SERVICE_UNAVAILABLE, one.text
            assert one.headers["retry-after"]
        else:
            assert one.is_success, f"{service} while {stopped} is stopped: {one.status_code} {one.text}"
    if stopped == "referrals":
        return []
    assert answer.status_code == ACCEPTED
    return [answer.json()["submission_id"]]


async def well_again(system: System, service: str) -> None:
    async def ready() -> bool:
        return (await system.http.get(f"{system.urls[service]}/health/ready")).is_success

    await eventually(ready, 60)


async def all_considered_and_told(run: LocalRun, accepted: list[str]) -> bool:
    """Safeguarding has considered every case, and every referrer has been sent an acknowledgement."""
    considering = await asyncpg.connect(run.told["CME_SAFEGUARDING_DATABASE"])
    telling = await asyncpg.connect(run.told["CME_NOTIFICATIONS_DATABASE"])
    try:
        considered = await considering.fetchval("SELECT count(DISTINCT case_id) FROM consideration")
        told = await telling.fetchval(
            "SELECT count(*) FROM message WHERE template = 'referral-received' AND state = 'sent'"
        )
    finally:
        await considering.close()
        await telling.close()
    return bool(considered >= len(accepted) and told >= len(accepted))
