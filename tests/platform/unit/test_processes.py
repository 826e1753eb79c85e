"""Processes are kept running, stop when told, die with their parent, and are found again when they could not."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from deploy.local import control, processes, unit
from deploy.local.failure import Failure
from deploy.local.folders import CHECKOUT
from deploy.local.processes import Command
from tests.support import eventually

SLEEP = "import time; time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(600)"
)


def python(name: str, code: str) -> Command:
    return Command(name, [sys.executable, "-c", code])


def make_unit(folder: Path, code: str, said: list[str], *, is_ready: bool = True) -> unit.Unit:
    async def ready(_: object) -> bool:
        return is_ready

    return unit.Unit(
        "worker", lambda: python("worker", code), ready, logs=folder / "logs", pids=folder / "run", say=said.append
    )


async def test_what_dies_is_started_again_and_said_in_one_line(tmp_path: Path) -> None:
    said: list[str] = []
    worker = make_unit(tmp_path, SLEEP, said)
    worker.start()
    first = worker.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)

    async def again() -> bool:
        return worker.pid not in {None, first}

    await eventually(again)
    await worker.stop()
    assert worker.pid is None
    assert said == ["worker ended (SIGKILL); starting it again in 1 s (its log: worker.log)"]
    assert not list((tmp_path / "run").glob("*.json"))


async def test_pauses_grow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit, "FIRST_PAUSE", 0.02)
    said: list[str] = []
    worker = make_unit(tmp_path, "raise SystemExit(3)", said, is_ready=False)
    worker.start()
    assert not await worker.wait_until_ready(60, deaths=3)
    await worker.stop()
    assert len(said) >= 3
    assert all("ended (exit 3)" in line for line in said)


async def test_what_was_stopped_stays_stopped_until_it_is_started(tmp_path: Path) -> None:
    said: list[str] = []
    worker = make_unit(tmp_path, SLEEP, said)
    worker.start()
    await worker.stop()
    assert (worker.pid, worker.is_wanted, said) == (None, False, [])
    worker.start()
    assert worker.pid is not None
    await worker.stop()


async def test_who_does_not_listen_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = processes.start(python("stubborn", STUBBORN), log=log, pids=tmp_path / "run")

    async def listens() -> bool:
        return b"on" in log.read_bytes()

    await eventually(listens)
    processes.stop(process, signal.SIGTERM, patience=0.2)
    assert process.returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tell a child that its parent has died")
def test_children_die_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from deploy.local import processes as p\n"
        f"folder = Path({str(tmp_path)!r})\n"
        f"c = p.start(p.Command('child', [sys.executable, '-c', {SLEEP!r}]), log=folder / 'log', pids=folder / 'run')\n"
        "print(c.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    gone, _ = psutil.wait_procs([child], timeout=10)
    assert gone


def test_leftovers_are_stopped_but_never_a_stranger_with_the_same_number(tmp_path: Path) -> None:
    mine = processes.start(python("mine", SLEEP), log=tmp_path / "log", pids=tmp_path / "run")
    stranger = subprocess.Popen([sys.executable, "-c", SLEEP])
    (tmp_path / "run" / "stranger.json").write_text(json.dumps({"pid": stranger.pid, "started": time.time() - 5000}))
    (tmp_path / "run" / "torn.json").write_text('{"pid":')
    assert processes.stop_leftovers(tmp_path / "run") == ["mine"]
    assert not psutil.pid_exists(mine.pid)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
    assert not list((tmp_path / "run").iterdir())


async def test_orders_are_carried_out_and_refusals_say_why(tmp_path: Path) -> None:
    async def handle(do: str, name: str) -> str:
        if name == "nobody":
            message = "There is no process 'nobody'."
            raise Failure(message)
        return f"{do} {name}: done"

    async with control.listening(tmp_path, handle):
        assert await asyncio.to_thread(control.order, tmp_path, "stop", "kafka") == "stop kafka: done"
        with pytest.raises(Failure, match="There is no process 'nobody'"):
            await asyncio.to_thread(control.order, tmp_path, "stop", "nobody")
    with pytest.raises(Failure, match="Nothing is running here"):
        control.order(tmp_path, "status", "")


async def test_a_checkout_may_lie_deep(tmp_path: Path) -> None:
    deep = tmp_path / ("deep " * 20) / ("deeper " * 10)
    deep.mkdir(parents=True)

    async def handle(do: str, name: str) -> str:
        return do + name

    async with control.listening(deep, handle):
        assert await asyncio.to_thread(control.order, deep, "sta", "tus") == "status"
    assert not control.socket_path(deep).exists()
