"""A whole system of a test's own: `make run` on free ports, with a state folder that goes when the test ends."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.local.folders import CHECKOUT, STATE
from deploy.local.ports import OFFSETS, free_port

START = 180.0
"""Seconds of real time the whole system may take to say `ready` on a busy machine."""


class Printed:
    """What the supervisor prints, read as it comes."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.lines: list[str] = []
        self._ready = threading.Event()
        self._process = process
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self.lines.append(line.rstrip())
            if self.lines[-1] == "ready":
                self._ready.set()
        self._ready.set()  # it ended: nobody waits any longer

    def wait_for_ready(self) -> None:
        self._ready.wait(START)
        if "ready" not in self.lines:
            message = "the local run did not start:\n" + "\n".join(self.lines)
            raise AssertionError(message)


@dataclass(frozen=True, slots=True)
class LocalRun:
    """A running system: its state folder, its environment, and what it printed."""

    state: Path
    environment: dict[str, str]
    process: "subprocess.Popen[str]"
    printed: Printed

    @property
    def told(self) -> dict[str, str]:
        """What the services were told: addresses, secrets, databases."""
        found: dict[str, str] = json.loads((self.state / "environment.json").read_text(encoding="utf-8"))
        return found

    def command(self, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """Run `python -m ...` as somebody in this checkout would, beside this system."""
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=CHECKOUT,
            env=self.environment,
            text=True,
            capture_output=True,
            check=check,
            timeout=400,
        )

    def begin(self, *arguments: str) -> "subprocess.Popen[str]":
        """The same, without waiting for its end."""
        return subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=CHECKOUT,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def service(self, name: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A service's own command, to its end."""
        with self.begin_service(name, *arguments) as process:
            out, _ = process.communicate(timeout=120)
        return subprocess.CompletedProcess(process.args, process.returncode, out)

    def begin_service(self, name: str, *arguments: str) -> "subprocess.Popen[str]":
        """A service's own command, with the environment the local run gives it, on a port nobody asks for."""
        return subprocess.Popen(
            [sys.executable, "-m", f"cme_{name}", *arguments],
            cwd=CHECKOUT,
            env=self.environment | self.told | {f"CME_{name.upper()}_PORT": str(free_port())},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def pid(self, unit: str) -> int | None:
        """The process of a unit (`register-worker`, `kafka`, ...), as `make status` says."""
        for line in self.command("deploy.local", "status").stdout.splitlines():
            name, *rest = line.replace(",", "").split()
            if name == unit and rest[0] == "pid":
                return int(rest[1])
        return None

    def units(self) -> list[str]:
        return [line.split()[0] for line in self.command("deploy.local", "status").stdout.splitlines() if line.strip()]

    def kill(self, unit: str) -> None:
        """SIGKILL: no goodbye."""
        if pid := self.pid(unit):
            os.kill(pid, signal.SIGKILL)


@contextmanager
def local_run(**more: str) -> Iterator[LocalRun]:
    """Start everything, wait for `ready`, and stop it all at the end. Fails with what was printed if it does not start."""
    folder = Path(tempfile.mkdtemp(prefix="cme-e2e-"))
    folder.chmod(0o711)
    (folder / "state").mkdir()
    if (STATE / "jars").exists():  # fetched once for all
        (folder / "state" / "jars").symlink_to(STATE / "jars")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CME_")}
    environment |= {"CME_LOCAL_STATE": str(folder / "state"), "CME_LOCAL_PORTS": str(_free_base())}
    environment |= {"CME_SENDER_PER_MINUTE": "1000000", **more}  # a flood comes from one school here
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.local", "run"],
        cwd=CHECKOUT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    printed = Printed(process)
    try:
        printed.wait_for_ready()
        yield LocalRun(folder / "state", environment, process, printed)
    finally:
        children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            for child in children:
                child.kill()
            raise
        shutil.rmtree(folder, ignore_errors=True)


def _free_base() -> int:
    """A block of ports nobody uses: the first is free, and so are the others the local run takes."""
    while True:
        base = min(free_port(), 60_000)
        if all(_is_free(base + offset) for offset in OFFSETS.values()):
            return base


def _is_free(port: int) -> bool:
    return not any(one.laddr and one.laddr.port == port for one in psutil.net_connections("tcp"))
