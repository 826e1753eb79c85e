"""`make run` leaves nothing behind, refuses clearly, and comes back with its data whatever was done to it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local.ports import OFFSETS
from tests.e2e.local_run import LocalRun, local_run

pytestmark = [pytest.mark.prove, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def run() -> Iterator[LocalRun]:
    with local_run() as run:
        yield run


def listening(base: int) -> set[str]:
    found = set()
    for name, offset in OFFSETS.items():
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", base + offset)) == 0:
                found.add(name)
    return found


def run_clean(run: LocalRun, state: Path) -> None:
    """As root PostgreSQL's folder may lie outside the state folder, which is closed to its user here."""
    environment = {**run.environment, "CME_LOCAL_STATE": str(state)}
    subprocess.run([sys.executable, "-m", "deploy.local", "clean"], env=environment, check=True, capture_output=True)


def again(run: LocalRun) -> "subprocess.CompletedProcess[str]":
    return run.command("deploy.local", "run", check=False)


def test_a_second_run_beside_it_is_refused_in_one_sentence(run: LocalRun) -> None:
    done = again(run)
    assert done.returncode != 0
    assert re.fullmatch(r"cme: It is running already \(process \d+\): [^\n]+\n", done.stderr)


def test_another_checkout_on_the_same_ports_is_refused_in_one_sentence(
    run: LocalRun, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    done = subprocess.run(
        [sys.executable, "-m", "deploy.local", "run"],
        env={**run.environment, "CME_LOCAL_STATE": str(other)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    run_clean(run, other)
    assert re.fullmatch(r"cme: Port \d+, which \S+ needs, is in use: [^\n]+\n", done.stderr)


@pytest.mark.parametrize("name", ["kafka", "postgres", "register-worker"])
def test_one_process_stops_and_starts_beside_the_others(run: LocalRun, name: str) -> None:
    before = run.pid("referrals")
    run.command("deploy.local", "stop", name)
    assert run.pid(name) is None
    run.command("deploy.local", "start", name)
    assert run.pid(name) is not None
    assert run.pid("referrals") == before


def test_everything_can_be_killed_and_comes_back(run: LocalRun) -> None:
    before = {name: run.pid(name) for name in run.units()}
    for pid in before.values():
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 120
    while any((now := run.pid(name)) is None or now == pid for name, pid in before.items()):
        assert time.monotonic() < until
    for name in before:
        run.command("deploy.local", "start", name)  # answers when it is ready


def test_a_services_own_command_runs_beside_the_others(run: LocalRun) -> None:
    listed = run.command("deploy.local", "service", "register", "parked", "list")
    assert listed.returncode == 0
    refused = run.command("deploy.local", "service", "nobody", "parked", "list", check=False)
    assert refused.returncode == 1
    assert "NAME is one of referrals, register, safeguarding, notifications" in refused.stderr


def test_a_killed_supervisor_takes_everything_with_it_and_the_next_run_starts() -> None:
    with local_run() as first:
        base = int(first.environment["CME_LOCAL_PORTS"])
        family = psutil.Process(first.process.pid).children(recursive=True)
        first.process.kill()
        first.process.wait()
        if sys.platform == "linux":
            _, alive = psutil.wait_procs(family, timeout=60)
            assert not alive
        second = first.begin("deploy.local", "run")
        assert second.stdout is not None
        printed: list[str] = []
        for line in second.stdout:
            printed.append(line.rstrip())
            if printed[-1] == "ready":
                break
        assert printed[-1] == "ready", "\n".join(printed)
        family = psutil.Process(second.pid).children(recursive=True)
        second.send_signal(signal.SIGINT)
        second.communicate(timeout=60)
        assert second.returncode == 0
        assert not psutil.wait_procs(family, timeout=5)[1]
        assert listening(base) == set()
        assert not (first.state / "control").exists()
