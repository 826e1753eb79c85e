"""The servers of one test session: those the environment names, containers when asked for, embedded otherwise."""

import os
import shutil
import subprocess
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import psutil

from deploy.local import processes
from deploy.local.folders import STATE, database_home
from deploy.local.kafka import Kafka
from deploy.local.ports import free_port
from deploy.local.postgres import Postgres

KAFKA, POSTGRES = "kafka_servers", "postgres"


class Servers:
    """Starts what is asked for; the first request also starts what `wanted` says will be asked for later."""

    def __init__(self, wanted: AbstractSet[str]) -> None:
        self._wanted = wanted
        self._addresses: dict[str, str] = {}
        self._stack = ExitStack()

    def kafka(self) -> str:
        return self._address(KAFKA)

    def postgres(self) -> str:
        return self._address(POSTGRES)

    def stop(self) -> None:
        self._stack.close()
        self._addresses.clear()

    def _address(self, name: str) -> str:
        if name not in self._addresses:
            named = {KAFKA: os.environ.get("CME_TEST_KAFKA"), POSTGRES: os.environ.get("CME_TEST_POSTGRES")}
            self._addresses |= {server: address for server, address in named.items() if address}
            missing = ({name} | self._wanted) - self._addresses.keys()
            if missing:
                containers = os.environ.get("CME_TEST_BACKEND") == "containers"
                self._addresses |= (self._in_containers if containers else self._embedded)(missing)
        return self._addresses[name]

    def _in_containers(self, names: AbstractSet[str]) -> dict[str, str]:
        from tests.containers import ApacheKafkaContainer, postgres_container  # most sessions need no engine

        addresses = {}
        if POSTGRES in names:
            addresses[POSTGRES] = self._stack.enter_context(postgres_container())
        if KAFKA in names:
            addresses[KAFKA] = self._stack.enter_context(ApacheKafkaContainer()).servers
        return addresses

    def _embedded(self, names: AbstractSet[str]) -> dict[str, str]:
        home = database_home()
        _sweep(STATE, home)
        state, data = STATE / f"test-{os.getpid()}", home / f"test-{os.getpid()}"
        for folder in {state, data}:
            self._stack.callback(shutil.rmtree, folder, ignore_errors=True)
        postgres = Postgres(data / "postgres", port=free_port(), log=state / "postgres.log", home=home)
        kafka = Kafka(
            state / "kafka", STATE / "jars", port=free_port(), controller_port=free_port(), log=state / "kafka.log"
        )
        steps: dict[str, Callable[[], None]] = {POSTGRES: postgres.prepare, KAFKA: kafka.prepare}
        with ThreadPoolExecutor() as pool:
            for future in [pool.submit(steps[name]) for name in names]:
                future.result()
        started = {}
        for name, server in ((POSTGRES, postgres), (KAFKA, kafka)):
            if name in names:  # from this thread, which lives as long as the session: a child dies with its thread
                command = server.command()
                started[name] = processes.start(command, log=server.log, pids=state / "run")
                self._stack.callback(partial(processes.stop, started[name], command.stop_signal))
        addresses = {}
        for name, process in started.items():
            addresses[name] = _ready(postgres if name == POSTGRES else kafka, process)
        return addresses


def _ready(server: Postgres | Kafka, process: "subprocess.Popen[bytes]") -> str:
    server.wait(process)
    return server.dsn() if isinstance(server, Postgres) else server.servers


def _sweep(*homes: Path) -> None:
    """Remove what a killed session left; its servers died with it."""
    for folder in {folder for home in homes for folder in home.glob("test-*")}:
        pid = folder.name.removeprefix("test-")
        if pid.isdecimal() and not psutil.pid_exists(int(pid)):
            processes.stop_leftovers(folder / "run")
            shutil.rmtree(folder, ignore_errors=True)
