"""One process that is kept running: when it dies it is started again, after a pause that grows."""

import asyncio
import contextlib
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from deploy.local import processes
from deploy.local.processes import Command

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
STEADY = 60.0
"""A process that has lived so many seconds is well again: its next pause is the first one."""
LARGEST_LOG = 20_000_000
LOOK = 0.1

Ready = Callable[["subprocess.Popen[bytes]"], Awaitable[bool]]


class Unit:
    def __init__(
        self,
        name: str,
        command: Callable[[], Command],
        ready: Ready,
        *,
        logs: Path,
        pids: Path,
        say: Callable[[str], None],
    ) -> None:
        self.name = name
        self.log = logs / f"{name}.log"
        self.deaths = 0
        self.since: float | None = None
        self._command = command
        self._ready = ready
        self._pids = pids
        self._say = say
        self._process: subprocess.Popen[bytes] | None = None
        self._stop_signal = signal.SIGTERM
        self._keeper: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def is_wanted(self) -> bool:
        return self._keeper is not None and not self._keeper.done()

    def start(self) -> None:
        if not self.is_wanted:
            self._start_process()
            self._keeper = asyncio.get_running_loop().create_task(self._keep())

    async def stop(self) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
            self._keeper = None
        if self._process is not None:
            await asyncio.to_thread(processes.stop, self._process, self._stop_signal)
            processes.forget(self.name, self._pids)
            self._process, self.since = None, None

    async def is_ready(self) -> bool:
        return self._process is not None and self._process.poll() is None and await self._ready(self._process)

    async def wait_until_ready(self, seconds: float, *, deaths: int) -> bool:
        """False when it died so often, or has not been ready for so long."""
        until, died = time.monotonic() + seconds, self.deaths
        while not await self.is_ready():
            if self.deaths - died >= deaths or time.monotonic() > until:
                return False
            await asyncio.sleep(LOOK)
        return True

    def _start_process(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.rename(self.log.with_suffix(".log.1"))
        command = self._command()
        self._stop_signal = command.stop_signal
        self._process = processes.start(command, log=self.log, pids=self._pids)
        self.since = time.time()

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while True:
            started = time.monotonic()
            while self._process is not None and self._process.poll() is None:
                await asyncio.sleep(LOOK)
            self.deaths += 1
            if time.monotonic() - started > STEADY:
                pause = FIRST_PAUSE
            self._say(
                f"{self.name} ended ({_how(self._process)}); starting it again in {pause:.0f} s (its log: {self.log.name})"
            )
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            try:
                self._start_process()
            except OSError as error:  # a full disk: the log cannot be opened
                self._say(f"{self.name} could not be started: {error.strerror}")


def _how(process: "subprocess.Popen[bytes] | None") -> str:
    code = process.returncode if process else None
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit {code}"
