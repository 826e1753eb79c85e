"""Starts everything on this machine in the right order, keeps it running, and leaves nothing behind."""

import asyncio
import contextlib
import fcntl
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx2

from deploy import topics
from deploy.local import databases, greeting, ports, processes, secrets_file, services
from deploy.local.control import listening
from deploy.local.failure import Failure
from deploy.local.folders import STATE, database_home
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.processes import Command
from deploy.local.services import SERVICES
from deploy.local.unit import Ready, Unit

LEAST_DISK = 500_000_000
START_LIMIT = 240.0
DEATHS_AT_START = 3


class Supervisor:
    """The local run. `units` are its processes by name, in the order they were started."""

    def __init__(self, state: Path = STATE) -> None:
        self.state = state
        self.home = database_home(state)
        self.ports = ports.ports()
        self.units: dict[str, Unit] = {}
        self._began = time.monotonic()
        self._logs, self._pids = state / "logs", state / "run"
        self._asked_kafka, self._asked_postgres = os.environ.get("CME_KAFKA"), os.environ.get("CME_POSTGRES")
        self._asked_databases = {name: os.environ.get(f"CME_{name.upper()}_DATABASE") for name in SERVICES}
        self._needs_postgres = not self._asked_postgres and not all(self._asked_databases.values())

    async def run(self) -> None:
        """Until somebody says stop. Raises Failure when it cannot start; nothing is left running either way."""
        stop = asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        async with self._handling_orders(stop):
            start, stopped = asyncio.create_task(self._start()), asyncio.create_task(stop.wait())
            try:
                await asyncio.wait({start, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if start.done():
                    start.result()
                    await stopped
            finally:
                for task in (start, stopped):
                    task.cancel()
                await asyncio.gather(start, stopped, return_exceptions=True)
                await self._stop_all()

    def say(self, sentence: str) -> None:
        print(f"[{time.monotonic() - self._began:5.1f} s] {sentence}", flush=True)

    async def _start(self) -> None:
        self._check_machine()
        self._secrets = secrets_file.load(self.state / "secrets.json")
        kafka, dsn = await self._start_servers()
        found = await topics.create(kafka)
        self.say(f"topics: {len(found)} created, {len(topics.read().owners) - len(found)} there")
        self._databases = {name: self._asked_databases[name] or self._database(dsn, name) for name in SERVICES}
        self._shared = services.shared_environment(
            self.ports, self._secrets, kafka=kafka, local_time=self.state / "time.json"
        )
        self._write_down()
        self._add("authority", self._authority, self._answers(f"http://127.0.0.1:{self.ports['authority']}/time"))
        self.say("migrating four databases")
        await asyncio.gather(*[self._once(name, "migrate") for name in SERVICES])
        for name in SERVICES:
            self._add(
                name,
                self._command(name, name, "http"),
                self._answers(f"http://127.0.0.1:{self.ports[name]}/health/ready"),
            )
            worker = f"{name}-worker"
            self._add(
                worker,
                self._command(worker, name, "worker"),
                self._answers(f"http://127.0.0.1:{self.ports[worker]}/health/ready"),
            )
        self.say("starting the services, two processes each, and loading the county")
        await asyncio.gather(self._load_county(), *[self._must_be_ready(unit) for unit in self.units.values()])
        greeting.show(self)

    async def _start_servers(self) -> tuple[str, str]:
        """Kafka and PostgreSQL, prepared side by side; or those the environment names."""
        kafka = Kafka(
            self.state / "kafka",
            self.state / "jars",
            port=self.ports["kafka"],
            controller_port=self.ports["kafka-controller"],
            log=self._logs / "kafka.log",
        )
        postgres = Postgres(
            self.home / "postgres", port=self.ports["postgres"], log=self._logs / "postgres.log", home=self.home
        )
        steps = []
        if not self._asked_kafka:
            steps.append(asyncio.to_thread(kafka.prepare, self.say))
        if self._needs_postgres:
            steps.append(asyncio.to_thread(postgres.prepare))
        await asyncio.gather(*steps)
        if not self._asked_kafka:
            self._add("kafka", kafka.command, _looks(lambda _: kafka.is_ready()))
        if self._needs_postgres:
            self._add("postgres", postgres.command, _looks(lambda process: postgres.is_ready(process.pid)))
        if self.units:
            self.say(f"starting {' and '.join(self.units)}")
        await asyncio.gather(*[self._must_be_ready(unit) for unit in self.units.values()])
        admin = self._asked_postgres or (postgres.dsn() if self._needs_postgres else "")
        if "@" in admin.rpartition("/")[0]:  # an administrator's; without a role it is one that has the four already
            await databases.ensure(admin, self._secrets)
        secrets_file.save(self.state / "secrets.json", self._secrets)
        return self._asked_kafka or kafka.servers, admin

    def _database(self, admin: str, service: str) -> str:
        place = admin.partition("://")[2].rpartition("@")[2].partition("/")[0]
        known = self._secrets.database_passwords.get(service)
        return f"postgresql://{service}{f':{known}' if known else ''}@{place}/{service}"

    def _authority(self) -> Command:
        arguments = [
            "--port",
            str(self.ports["authority"]),
            "--key",
            str(self.state / "issuer.json"),
            "--time",
            str(self.state / "time.json"),
        ]
        return Command("authority", [sys.executable, "-m", "deploy.local.authority", *arguments])

    def _environment(self, service: str) -> dict[str, str]:
        return services.environment(service, self._shared, self.ports, self._databases[service])

    def _command(self, unit: str, service: str, role: str) -> Callable[[], Command]:
        return functools.partial(services.command, unit, service, [role], self._environment(service))

    async def _once(self, service: str, *arguments: str) -> None:
        """A command of a service that ends by itself."""
        log = self._logs / f"{service}-{arguments[0]}.log"
        with log.open("wb") as out:
            command = services.command(service, service, list(arguments), {})
            done = await asyncio.create_subprocess_exec(
                *command.arguments,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=self._environment(service),
            )
            try:
                code = await done.wait()
            except asyncio.CancelledError:
                with contextlib.suppress(ProcessLookupError):
                    done.terminate()
                await done.wait()
                raise
        if code:
            said = log.read_text(errors="replace").strip().splitlines()
            message = (
                f"`cme-{service} {arguments[0]}` failed: {said[-1] if said else f'exit {code}'} (all of it: {log})"
            )
            raise Failure(message)

    async def _load_county(self) -> None:
        for service, *arguments in services.COUNTY:
            await self._once(service, *arguments)

    def _add(self, name: str, command: Callable[[], Command], ready: Ready) -> None:
        unit = Unit(name, command, ready, logs=self._logs, pids=self._pids, say=self.say)
        self.units[name] = unit
        unit.start()

    async def _must_be_ready(self, unit: Unit) -> None:
        if not await unit.wait_until_ready(START_LIMIT, deaths=DEATHS_AT_START):
            message = f"{unit.name} did not start: the reason is at the end of {unit.log}."
            raise Failure(message)

    def _answers(self, url: str) -> Ready:
        async def ready(_: object) -> bool:
            try:
                async with httpx2.AsyncClient(timeout=5) as client:
                    return (await client.get(url)).status_code == httpx2.codes.OK
            except httpx2.HTTPError:
                return False

        return ready

    def _check_machine(self) -> None:
        if left := processes.stop_leftovers(self._pids):
            self.say(f"stopped what an earlier run left behind: {', '.join(left)}")
        if shutil.disk_usage(self.state).free < LEAST_DISK:
            message = f"The disk is nearly full: the run needs {LEAST_DISK // 1_000_000} MB free."
            raise Failure(message)
        ours = {name for name in self.ports if name.partition("-")[0] not in {"kafka", "postgres"}}
        ours |= set() if self._asked_kafka else {"kafka", "kafka-controller"}
        ours |= {"postgres"} if self._needs_postgres else set()
        for name in sorted(ours):
            ports.must_be_free(name, self.ports[name])

    def _write_down(self) -> None:
        """For `make story`, and for whoever wants to look: addresses and the environment, readable by their owner only."""
        part = self.state / "environment.part"
        part.touch(mode=0o600)
        databases_ = {f"CME_{name.upper()}_DATABASE": dsn for name, dsn in self._databases.items()}
        part.write_text(json.dumps({**self._shared, **databases_}, indent=2))
        part.rename(self.state / "environment.json")

    @contextlib.asynccontextmanager
    async def _handling_orders(self, stop: asyncio.Event) -> AsyncIterator[None]:
        async def handle(do: str, name: str) -> str:
            if do == "status":
                return "\n".join(map(_line, self.units.values()))
            if do == "stop" and not name:
                stop.set()
                return "stopping everything"
            return await self._one(do, name)

        async with listening(self.state, handle):
            yield

    async def _one(self, do: str, name: str) -> str:
        unit = self.units.get(name)
        if unit is None:
            message = f"There is no process {name!r}; NAME is one of {', '.join(self.units)}."
            raise Failure(message)
        if do == "stop":
            await unit.stop()
            self.say(f"{name} was stopped; `make start NAME={name}` starts it again")
            return f"{name} is stopped"
        unit.start()
        if not await unit.wait_until_ready(START_LIMIT, deaths=DEATHS_AT_START):
            message = f"{name} was started, but is not ready: see {unit.log}."
            raise Failure(message)
        self.say(f"{name} was started")
        return f"{name} runs and is ready"

    async def _stop_all(self) -> None:
        """Whoever uses Kafka and PostgreSQL goes first."""
        if self.units:
            self.say("stopping")
        servers = [unit for name, unit in self.units.items() if name in {"kafka", "postgres"}]
        others = [unit for unit in self.units.values() if unit not in servers]
        await asyncio.gather(*[unit.stop() for unit in others])
        await asyncio.gather(*[unit.stop() for unit in servers])
        if self.units:
            self.say("stopped; the data stays for the next `make run`")


def _looks(check: "Callable[[subprocess.Popen[bytes]], bool]") -> Ready:
    async def ready(process: "subprocess.Popen[bytes]") -> bool:
        return check(process)

    return ready


def _line(unit: Unit) -> str:
    if unit.pid is None:
        return f"{unit.name:22} {'starting again soon' if unit.is_wanted else 'stopped'}"
    since = time.strftime("%H:%M:%S", time.localtime(unit.since))
    again = f", started again {unit.deaths} times" if unit.deaths else ""
    return f"{unit.name:22} pid {unit.pid}, since {since}{again}"


@contextlib.contextmanager
def only_one(state: Path) -> Iterator[None]:
    """The system takes the lock back when its holder dies, however it dies."""
    with (state / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            message = f"It is running already (process {lock.read().strip() or 'unknown'}): `make status` shows it, `make stop` stops it."
            raise Failure(message) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
        lock.truncate(0)


def run() -> None:
    supervisor = Supervisor()
    with only_one(supervisor.state):
        asyncio.run(supervisor.run())
