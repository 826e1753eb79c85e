"""Child processes that die with their parent where the system allows, and are found again where it does not."""

import contextlib
import ctypes
import json
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Command:
    """What to run and how to ask it to stop."""

    name: str
    arguments: Sequence[str]
    stop_signal: signal.Signals = signal.SIGTERM
    environment: Mapping[str, str] | None = None
    user: pwd.struct_passwd | None = None


def start(command: Command, *, log: Path, pids: Path) -> subprocess.Popen[bytes]:
    """Start it from the calling thread, which must live as long as the child: the death signal is tied to it."""
    identity = (
        {} if command.user is None else {"user": command.user.pw_uid, "group": command.user.pw_gid, "extra_groups": []}
    )
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        process = subprocess.Popen(  # type: ignore[call-overload]  # the identity's three types cannot be told apart
            command.arguments,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=command.environment,
            cwd="/" if command.user else None,
            start_new_session=True,  # Ctrl-C is for the supervisor, which stops them in order
            preexec_fn=_dies_with_parent(command.stop_signal),
            **identity,
        )
    _remember(process.pid, pids / f"{command.name}.json")
    return process  # type: ignore[no-any-return]


def stop(process: subprocess.Popen[bytes], with_signal: signal.Signals, *, patience: float = 20) -> None:
    """Ask, wait, then insist."""
    if process.poll() is None:
        process.send_signal(with_signal)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def forget(name: str, pids: Path) -> None:
    (pids / f"{name}.json").unlink(missing_ok=True)


def stop_leftovers(pids: Path, *, patience: float = 20) -> list[str]:
    """Stop what an earlier run left behind. A process counts only if it started when the note says: numbers are reused."""
    left = {}
    for note in sorted(pids.glob("*.json")):
        with contextlib.suppress(psutil.NoSuchProcess, ValueError, KeyError):
            written = json.loads(note.read_text())
            process = psutil.Process(written["pid"])
            if abs(process.create_time() - written["started"]) < 1 and process.status() != psutil.STATUS_ZOMBIE:
                process.terminate()
                left[note.stem] = process
    _, stubborn = psutil.wait_procs(left.values(), timeout=patience)
    for process in stubborn:
        process.kill()
    psutil.wait_procs(stubborn, timeout=5)
    for note in pids.glob("*.json"):
        note.unlink(missing_ok=True)
    return sorted(left)


def _remember(pid: int, note: Path) -> None:
    note.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(psutil.NoSuchProcess):
        note.write_text(json.dumps({"pid": pid, "started": psutil.Process(pid).create_time()}))


def _dies_with_parent(with_signal: signal.Signals) -> Callable[[], None] | None:
    """Run in the child before it becomes the program. Only Linux can do this; elsewhere the pid files must do."""
    if _LIBC is None:
        return None
    parent = os.getpid()

    def ask() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)
        if os.getppid() != parent:  # it died in between, and nobody will tell us
            os._exit(1)

    return ask
