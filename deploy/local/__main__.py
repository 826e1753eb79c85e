"""`python -m deploy.local run|stop|start|status|token|service|clean`: what the Makefile calls."""

import argparse
import contextlib
import fcntl
import json
import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

from deploy.local import processes
from deploy.local.control import order
from deploy.local.failure import Failure
from deploy.local.folders import STATE
from deploy.local.ports import ports
from deploy.local.services import SERVICES, environment
from deploy.local.tokens import ROLES, Issuer


def main() -> None:
    parser = argparse.ArgumentParser(prog="deploy.local")
    commands = parser.add_subparsers(dest="do", required=True)
    commands.add_parser("run")
    commands.add_parser("status").set_defaults(name="")
    commands.add_parser("clean")
    for name in ("stop", "start"):
        commands.add_parser(name).add_argument("name", nargs="?", default="")
    token = commands.add_parser("token")
    token.add_argument("role", nargs="?", default="")
    token.add_argument("--urn", default="")
    token.add_argument("--subject", default="")
    token.add_argument("--kind", default="")
    service = commands.add_parser("service")
    service.add_argument("name", nargs="?", default="")
    service.add_argument("rest", nargs=argparse.REMAINDER)
    asked = parser.parse_args()
    try:
        if asked.do == "run":
            from deploy.local.supervisor import run  # the other commands need none of what it imports

            run()
        elif asked.do == "token":
            print(_token(asked.role, urn=asked.urn, subject=asked.subject, kind=asked.kind))
        elif asked.do == "service":
            run_service(asked.name, asked.rest)
        elif asked.do == "clean":
            clean(STATE)
        elif asked.do == "start" and not asked.name:
            message = "Say which: make start NAME=kafka (or postgres, authority, register, register-worker, ...)."
            raise Failure(message)
        else:
            print(order(STATE, asked.do, asked.name))
    except Failure as failure:
        sys.exit(f"cme: {failure}")
    except OSError as error:
        sys.exit(f"cme: {error.strerror or error}{f': {error.filename}' if error.filename else ''}.")


def _token(role: str, *, urn: str, subject: str, kind: str) -> str:
    if not role:
        message = f"Say who: make token ROLE=... (one of {', '.join(ROLES)})."
        raise Failure(message)
    STATE.mkdir(mode=0o711, exist_ok=True)
    issuer = Issuer(_issuer_url(), STATE / "issuer.json")
    return issuer.token(role, school_urn=urn or None, subject=subject or None, partner_kind=kind or None)


def _issuer_url() -> str:
    """As the last run told its services; another terminal need not know that its ports were moved."""
    with contextlib.suppress(FileNotFoundError):
        return str(json.loads((STATE / "environment.json").read_text())["CME_ISSUER"])
    return f"http://127.0.0.1:{ports()['authority']}"


def run_service(name: str, arguments: list[str]) -> NoReturn:
    """A service's own command with the environment its processes have here, in place of this process."""
    written = STATE / "environment.json"
    if name not in SERVICES or not arguments:
        message = (
            f"Say which and what: make service NAME=register DO='parked list' (NAME is one of {', '.join(SERVICES)})."
        )
        raise Failure(message)
    if not written.exists():
        message = "Nothing runs here: start it with `make run`."
        raise Failure(message)
    told = json.loads(written.read_text(encoding="utf-8"))
    own = environment(name, told, ports(), told[f"CME_{name.upper()}_DATABASE"])
    os.execve(sys.executable, [sys.executable, "-m", f"cme_{name}", *arguments], own)  # noqa: S606 - no shell is the point


def clean(state: Path) -> None:
    """Remove the data of the local run, here and outside, unless it is running."""
    if not state.exists():
        return
    with (state / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = "It is running: stop it first (Ctrl-C there, or `make stop`)."
            raise Failure(message) from None
        processes.stop_leftovers(state / "run")
        remembered = state / "database-home"
        if remembered.exists():
            home = Path(remembered.read_text().strip())
            if home.name.startswith("cme-") and os.path.commonpath([home, state]) != str(state):
                shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(state)
    print("cme: the data of the local run is gone.")


if __name__ == "__main__":
    main()
