"""Holds a process to a share of one core. The kernel does it where a control group may be made, and signals elsewhere.

A niceness is no limit: it says who waits when there is something to wait for.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

V2, V1 = Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/cpu")
PERIOD = 50_000
"""Microseconds: short enough that a request waits for its share no longer than that."""


class Limiter(Protocol):
    """Several processes, each held by itself."""

    how: str

    def hold(self, pid: int, share: float) -> None:
        """From now on this process has `share` of one core at most."""

    def close(self) -> None:
        """Let all of them go."""


def limiter() -> Limiter:
    """The best there is here."""
    for made in (Cgroup2, Cgroup1):
        with suppress(OSError):
            return made()
    return Signals()


class Cgroup2:
    """`cpu.max` of a group for each process."""

    how = "cgroup v2 cpu.max"

    def __init__(self) -> None:
        """Raises `OSError` where there is none, or none of ours to make."""
        if "cpu" not in (V2 / "cgroup.subtree_control").read_text().split():
            raise OSError("no cpu controller")
        self._home = _made(V2)
        (self._home / "cgroup.subtree_control").write_text("+cpu")

    def hold(self, pid: int, share: float) -> None:
        group = _made(self._home, str(pid))
        (group / "cpu.max").write_text(f"{int(PERIOD * share)} {PERIOD}")
        (group / "cgroup.procs").write_text(str(pid))

    def close(self) -> None:
        _undone(self._home, V2)


class Cgroup1:
    """`cpu.cfs_quota_us` of a group for each process."""

    how = "cgroup v1 cpu.cfs_quota_us"

    def __init__(self) -> None:
        """Raises `OSError` where there is none, or none of ours to make."""
        if not (V1 / "cpu.cfs_quota_us").exists():
            raise OSError("no cpu controller")
        self._home = _made(V1)

    def hold(self, pid: int, share: float) -> None:
        group = _made(self._home, str(pid))
        (group / "cpu.cfs_period_us").write_text(str(PERIOD))
        (group / "cpu.cfs_quota_us").write_text(str(int(PERIOD * share)))
        (group / "cgroup.procs").write_text(str(pid))

    def close(self) -> None:
        _undone(self._home, V1)


class Signals:
    """SIGSTOP once a process has used its share, SIGCONT when it has some again: what was used is read every 5 ms."""

    how = "SIGSTOP and SIGCONT, by the processor time used, every 5 ms"

    def __init__(self) -> None:
        self._held: dict[int, float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def hold(self, pid: int, share: float) -> None:
        self._held[pid] = share

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        for pid in self._held:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def _watch(self) -> None:
        allowed: dict[int, float] = {}
        then = time.monotonic()
        while not self._over.wait(0.005):
            now = time.monotonic()
            for pid, share in list(self._held.items()):
                with suppress(ProcessLookupError, OSError):
                    used = time.clock_gettime(
                        (~pid << 3) | 2
                    )  # that process's CPU clock, as clock_getcpuclockid has it
                    gained = allowed.get(pid, used) + (now - then) * share
                    allowed[pid] = min(gained, used + PERIOD / 1e6 * share)  # what was not used is not saved up
                    os.kill(pid, signal.SIGSTOP if used > allowed[pid] else signal.SIGCONT)
            then = now


def _made(home: Path, name: str | None = None) -> Path:
    group = home / (name or f"cme-bench-{os.getpid()}")
    group.mkdir()
    return group


def _undone(home: Path, root: Path) -> None:
    """Give the processes that are left back, and remove the groups."""
    for group in [*home.iterdir(), home]:
        if group.is_dir():
            for pid in (group / "cgroup.procs").read_text().split():
                with suppress(OSError):
                    (root / "cgroup.procs").write_text(pid)
            with suppress(OSError):
                group.rmdir()
