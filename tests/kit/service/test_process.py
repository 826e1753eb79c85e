"""A service as a real process: what it does when all is well, when something is away, and when it is told wrong."""

import asyncio
import base64
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx2
import pytest

from deploy.local.ports import free_port
from tests.kit.issuer import NAME, Issuer, issuer_at_an_address
from tests.support import Kafka, eventually

ROOT = Path(__file__).parents[3]
PATIENT = 60
"""Seconds a process may take to come up on a machine that is busy."""


@pytest.fixture(scope="module")
async def issuer() -> AsyncIterator[tuple[Issuer, str]]:
    async with issuer_at_an_address() as found:
        yield found


@pytest.fixture
def environment(dsn: str, issuer: tuple[Issuer, str]) -> dict[str, str]:
    """Everything a service needs; Kafka at an address where nobody listens."""
    return {
        "PATH": os.environ["PATH"],
        "CME_EXAMPLE_DATABASE": dsn,
        "CME_KAFKA": f"127.0.0.1:{free_port()}",
        "CME_KEYRING": "k1:" + base64.b64encode(bytes(32)).decode(),
        "CME_ISSUER": NAME,
        "CME_JWKS": issuer[1],
        "CME_LINK_SECRET": "no secret at all but long enough for one",
        "CME_EXAMPLE_PORT": str(free_port()),
        "CME_EXAMPLE_WORKER_PORT": str(free_port()),
        "CME_EXAMPLE_URL": "http://127.0.0.1:1",
        "EXAMPLE_STREAM": f"cme.example.{uuid4().hex[:8]}",
    }


class Process:
    """A command of the example service, and what it wrote."""

    def __init__(self, environment: Mapping[str, str], *arguments: str) -> None:
        self._environment, self._arguments = environment, arguments
        self.output = ""
        self.status: int | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.kit.service.example", *self._arguments,
            env=dict(self._environment), cwd=ROOT,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        self._reading = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.output += line.decode()
        self.status = await self._process.wait()

    async def wait(self) -> int:
        await asyncio.wait_for(asyncio.shield(self._reading), PATIENT)
        assert self.status is not None
        return self.status

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self.status is None:
            self._process.send_signal(how)
        return await self.wait()

    async def said(self, event: str) -> bool:
        return any(f'"event": "{event}"' in line for line in self.output.splitlines())


type Run = Callable[..., Awaitable[Process]]


@pytest.fixture
async def start(environment: dict[str, str]) -> AsyncIterator[Run]:
    """Starts processes; what is still running after the test is killed."""
    started: list[Process] = []

    async def begin(*arguments: str, **changes: str) -> Process:
        process = Process(environment | changes, *arguments)
        await process.start()
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.status is None:
            await process.stop(signal.SIGKILL)


@pytest.fixture
async def run(start: Run) -> Run:
    """Runs a command to its end."""

    async def to_the_end(*arguments: str, **changes: str) -> Process:
        process = await start(*arguments, **changes)
        await process.wait()
        return process

    return to_the_end


@pytest.fixture
async def client(environment: dict[str, str], issuer: tuple[Issuer, str]) -> AsyncIterator[httpx2.AsyncClient]:
    """An officer, at the service's address."""
    headers = {"Authorization": f"Bearer {issuer[0].token('officer')}"}
    async with httpx2.AsyncClient(
        base_url=f"http://127.0.0.1:{environment['CME_EXAMPLE_PORT']}", headers=headers, timeout=10
    ) as client:
        yield client


def answers(client: httpx2.AsyncClient, path: str, status: int = 200) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        try:
            return (await client.get(path)).status_code == status
        except httpx2.TransportError:
            return False

    return check


def gauge(answer: httpx2.Response, name: str) -> float:
    """A metric of the service as a whole."""
    [line] = [line for line in answer.text.splitlines() if line.startswith(f'{name}{{service="example"}}')]
    return float(line.split()[-1])


async def note(client: httpx2.AsyncClient, text: str = "hello", key: str | None = None) -> httpx2.Response:
    return await client.post("/v1/notes", json={"text": text}, headers={"Idempotency-Key": key or str(uuid4())})


@asynccontextmanager
async def door(port: int, servers: str) -> AsyncIterator[None]:
    """Kafka comes up: whoever knocks at `port` from now on is led to it."""
    place = urlsplit(f"//{servers.partition(',')[0]}")

    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner = await asyncio.open_connection(place.hostname, place.port)

        async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
            try:
                while data := await source.read(65536):
                    target.write(data)
                    await target.drain()
            except ConnectionError:
                pass
            target.close()

        await asyncio.gather(pump(reader, inner[1]), pump(inner[0], writer))

    server = await asyncio.start_server(lead, "127.0.0.1", port)
    yield
    server.close()


async def test_requests_are_accepted_while_kafka_is_away_and_their_events_follow(
    environment: dict[str, str], start: Run, run: Run, client: httpx2.AsyncClient, kafka: Kafka
) -> None:
    assert (await run("migrate")).status == 0
    http, worker = await start("http"), await start("worker")
    await eventually(answers(client, "/health/ready"), PATIENT)
    told = await note(client)
    assert told.status_code == 202
    await eventually(lambda: worker.said("waiting"), PATIENT)
    assert (await client.get(told.headers["Location"])).json() == {"heard": False}
    probes = f"http://127.0.0.1:{environment['CME_EXAMPLE_WORKER_PORT']}"
    missing = (await client.get(f"{probes}/health/ready")).json()["missing"]
    assert missing["events"] == "not connected to Kafka yet"
    assert gauge(await client.get(f"{probes}/metrics"), "cme_outbox_oldest_seconds") > 0

    await kafka.create(environment["EXAMPLE_STREAM"])
    async with door(int(environment["CME_KAFKA"].rpartition(":")[2]), kafka.servers):

        async def heard() -> bool:
            return bool((await client.get(told.headers["Location"])).json()["heard"])

        await eventually(heard, PATIENT)
        await eventually(answers(client, f"{probes}/health/ready"), PATIENT)
        metrics = await client.get(f"{probes}/metrics")
        told_by_worker = {name: gauge(metrics, f"cme_{name}") for name in ("outbox_oldest_seconds", "events_handled")}
        assert told_by_worker == {"outbox_oldest_seconds": 0, "events_handled": 1}
        for name in ("parked_open", "held_keys_overdue", "deadlines_overdue"):
            assert gauge(metrics, f"cme_{name}") == 0
        assert f'cme_consumer_lag{{service="example",stream="{environment["EXAMPLE_STREAM"]}"}} 0.0' in metrics.text
        assert worker.output.count('"event": "waiting"') == 1
        assert [await one.stop() for one in (worker, http)] == [0, 0]
    assert "Traceback" not in http.output + worker.output


async def test_an_event_that_cannot_be_handled_is_listed_and_can_be_given_up(
    environment: dict[str, str], start: Run, run: Run, client: httpx2.AsyncClient, kafka: Kafka
) -> None:
    kafka_is = {"CME_KAFKA": kafka.servers}
    await kafka.create(environment["EXAMPLE_STREAM"])
    await run("migrate")
    serve = await start("serve", **kafka_is)
    await eventually(answers(client, "/health/ready"), PATIENT)
    note_id = (await note(client, "poison")).json()["id"]
    await eventually(lambda: serve.said("key.held"), PATIENT)
    assert gauge(await client.get("/metrics"), "cme_parked_open") == 1
    listed = (await run("parked", "list", **kafka_is)).output
    assert note_id in listed
    assert "this note cannot be heard" in listed
    words = next(line.split() for line in listed.splitlines() if note_id in line)
    at = words.index(environment["EXAMPLE_STREAM"])
    assert (await run("parked", "discard", *words[at : at + 3], "--reason", "a test", **kafka_is)).status == 0
    assert note_id not in (await run("parked", "list", **kafka_is)).output
    assert (await run("count", **kafka_is)).output.startswith("1 notes")
    metrics = (await client.get("/metrics")).text
    assert 'cme_http_requests_total{method="POST",route="/v1/notes",service="example",status="202"} 1.0' in metrics
    assert await serve.stop(signal.SIGINT) == 0
    for line in serve.output.splitlines():
        json.loads(line)


async def test_without_its_database_it_starts_and_says_what_is_missing(
    start: Run, client: httpx2.AsyncClient, environment: dict[str, str]
) -> None:
    http = await start("http", CME_EXAMPLE_DATABASE=f"postgresql://nobody:s3cr3t@127.0.0.1:{free_port()}/none")
    await eventually(answers(client, "/health/live"), PATIENT)
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()["missing"]) == (503, {"database": "does not answer"})
    refused = await note(client)
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert refused.headers["Retry-After"]
    assert await http.stop() == 0
    assert "s3cr3t" not in http.output


async def test_a_worker_that_is_still_waiting_stops_when_told(start: Run, run: Run) -> None:
    nowhere = f"postgresql://nobody:s3cr3t@127.0.0.1:{free_port()}/none"
    await run("migrate")
    for changes, what in (({}, "kafka"), ({"CME_EXAMPLE_DATABASE": nowhere}, "postgresql")):
        worker = await start("worker", **changes)
        await eventually(lambda worker=worker: worker.said("waiting"), PATIENT)
        assert await worker.stop() == 0
        assert f'"what": "{what}"' in worker.output
        assert "s3cr3t" not in worker.output


async def test_a_part_that_fails_ends_the_process_for_the_supervisor_to_start_again(start: Run, run: Run) -> None:
    await run("migrate")
    worker = await run("worker", CME_EXAMPLE_COLLAPSE="true")
    assert worker.status == 1
    assert "service.part_failed" in worker.output
    assert "RuntimeError" in worker.output
    assert "a secret nobody should read" not in worker.output


async def test_a_port_in_use_is_said_in_one_sentence(start: Run, run: Run, client: httpx2.AsyncClient) -> None:
    first = await start("http")
    await eventually(answers(client, "/health/live"), PATIENT)
    second = await run("http")
    assert (second.status, len(second.output.splitlines())) == (1, 1)
    assert "Address already in use" in second.output
    assert await first.stop() == 0


async def test_the_commands_for_parked_events_explain_themselves(run: Run) -> None:
    asked = await run("parked", "--help")
    assert asked.status == 0
    assert "discard" in asked.output


async def test_two_may_migrate_at_once(run: Run, dsn: str) -> None:
    done = await asyncio.gather(*(run("migrate") for _ in range(2)))
    assert [one.status for one in done] == [0, 0]
    conn = await asyncpg.connect(dsn)
    rows = await conn.fetch("SELECT component FROM schema_migration GROUP BY component ORDER BY component")
    await conn.close()
    assert [row["component"] for row in rows] == ["bus", "example", "timers", "web"]


async def test_all_that_is_missing_is_named(run: Run) -> None:
    names = [
        "CME_KAFKA",
        "CME_KEYRING",
        "CME_ISSUER",
        "CME_JWKS",
        "CME_LINK_SECRET",
        "CME_EXAMPLE_PORT",
        "CME_EXAMPLE_URL",
    ]
    process = await run("http", **dict.fromkeys(names, ""))
    assert process.status == 2
    assert [name for name in names if f"{name} is missing" in process.output] == names
    assert "CME_EXAMPLE_DATABASE is missing" in (await run("http", CME_EXAMPLE_DATABASE="")).output


async def test_what_is_wrong_is_named_and_never_quoted(run: Run) -> None:
    process = await run(
        "worker", CME_KEYRING="k1:SECRETSECRET", CME_LINK_SECRET="SECRET", CME_EXAMPLE_PORT="SECRET", CME_JWKS="SECRET"
    )
    assert process.status == 2
    for name in ("CME_KEYRING", "CME_LINK_SECRET", "CME_EXAMPLE_PORT", "CME_JWKS"):
        assert name in process.output
    assert "SECRET" not in process.output.replace("CME_LINK_SECRET", "")


async def test_production_refuses_to_have_its_time_steered(run: Run, tmp_path: Path) -> None:
    steered = {"CME_LOCAL_TIME": str(tmp_path / "time")}
    process = await run("http", **steered)
    assert (process.status, "CME_LOCAL_TIME" in process.output) == (2, True)
