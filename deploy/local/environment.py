"""Makes `.venv` fit the lock, when it does not. Run by the first Python found, so the standard library is all there is."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
VENV = Path(".venv")  # relative: the checkout's path may have a space, and is nobody's business in what we print
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "cme-lock"
LOCK = Path("requirements.lock")
INSTALLER = Path("deploy/local/installer.lock")


def members() -> list[Path]:
    """The workspace's own packages, those that have something to install."""
    folders = [Path("contracts"), Path("bus"), *sorted(Path("kit").iterdir()), *sorted(Path("services").iterdir())]
    return [folder for folder in folders if (folder / "pyproject.toml").is_file()]


def fingerprint() -> str:
    """Of what decides the environment's content. File times would not do: git sets them as it likes."""
    digest = hashlib.sha256(str(CHECKOUT).encode())  # an environment that was moved does not work
    for path in [LOCK, INSTALLER, Path("pyproject.toml"), *(member / "pyproject.toml" for member in members())]:
        digest.update(f"{path}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def is_current() -> bool:
    return STAMP.is_file() and STAMP.read_text() == fingerprint() and runs(PYTHON)


def runs(python: Path, *arguments: str, prints: str = "") -> bool:
    try:
        done = subprocess.run([python, *(arguments or ("-c", ""))], check=False, capture_output=True, text=True)
    except OSError:
        return False
    return done.returncode == 0 and prints in done.stdout


def make_installer() -> None:
    """A virtual environment with uv in it, and nothing else yet."""
    if not runs(PYTHON):
        shutil.rmtree(VENV, ignore_errors=True)
        say(f"making .venv with Python {sys.version.split()[0]}")
        otherwise = "a virtual environment could not be made (Debian's Python needs its package python3-venv)"
        step([sys.executable, "-m", "venv", str(VENV)], otherwise)
    if runs(PYTHON, "-m", "uv", "--version", prints=INSTALLER.read_text().split()[0].partition("==")[2]):
        return
    if not runs(PYTHON, "-m", "pip", "--version"):  # another tool made it
        step([str(PYTHON), "-m", "ensurepip"], "pip could not be added to .venv: remove the folder .venv and try again")
    say("installing uv")
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    otherwise = "uv could not be installed: is the Python package registry within reach?"
    step([*pip, "install", "--require-hashes", "-r", str(INSTALLER)], otherwise)


def make() -> None:
    started = time.monotonic()
    STAMP.unlink(missing_ok=True)
    make_installer()
    uv = [str(PYTHON), "-m", "uv", "pip"]
    target = ["--python", str(PYTHON)]
    count = LOCK.read_text().count("==")
    say(f"installing what {LOCK} names ({count} packages; the first time takes a minute or two)")
    locked = [*uv, "install", "--quiet", *target, "--require-hashes", "-r", str(LOCK)]
    step(locked, f"the packages that {LOCK} names could not be installed: is the Python package registry within reach?")
    say(f"installing the workspace's own {len(members())} packages")
    own = VENV / "cme-workspace.txt"
    own.write_text("".join(f"-e ./{member}\n" for member in members()))
    exact = [
        *uv,
        "sync",
        "--quiet",
        *target,
        "--no-build-isolation",
        str(LOCK),
        str(INSTALLER),
        str(own),
    ]  # and nothing else stays installed
    step(exact, "the workspace's own packages could not be installed")
    step([*uv, "check", "--quiet", *target], f"{LOCK} lacks what a pyproject.toml asks for: run `make lock`")
    STAMP.write_text(fingerprint())
    say(f"ready after {time.monotonic() - started:.0f} s")


def step(command: list[str], otherwise: str) -> None:
    done = subprocess.run(
        command, check=False, env=settings(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    if done.returncode:
        free = shutil.disk_usage(CHECKOUT).free
        reason = "the disk is full" if free < 100_000_000 else otherwise
        sys.exit(f"{done.stderr.rstrip()}\ncme: {reason}.")


def settings() -> dict[str, str]:
    """Uv does not read pip's settings; where a machine has an index or certificates of its own, they are written there."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"UV_PYTHON", "UV_PROJECT_ENVIRONMENT", "VIRTUAL_ENV"}
    }
    environment.setdefault("UV_SYSTEM_CERTS", "true")
    environment.setdefault("UV_LINK_MODE", "copy")  # PostgreSQL's own user must be able to read what is installed
    if PYTHON.exists() and "UV_DEFAULT_INDEX" not in environment:
        asked = subprocess.run(
            [PYTHON, "-m", "pip", "config", "get", "global.index-url"], check=False, capture_output=True, text=True
        )
        if index := environment.get("PIP_INDEX_URL") or asked.stdout.strip():
            environment["UV_DEFAULT_INDEX"] = index
    return environment


def say(sentence: str) -> None:
    print(f"environment: {sentence}", flush=True)


def main() -> None:
    os.chdir(CHECKOUT)
    if is_current():
        return
    Path(".cme").mkdir(mode=0o711, exist_ok=True)
    try:
        with Path(".cme/environment.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two commands started at once: one makes it, the other waits
            if not is_current():
                make()
    except OSError as error:
        sys.exit(f"cme: the environment could not be made: {error.strerror or error}.")


if __name__ == "__main__":
    main()
