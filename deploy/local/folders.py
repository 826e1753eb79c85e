"""Where this checkout keeps what it makes while it runs."""

import contextlib
import hashlib
import os
import pwd
import subprocess
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
STATE = Path(os.environ.get("CME_LOCAL_STATE") or CHECKOUT / ".cme").resolve()
"""All that the local run keeps. Tests of the whole system give it a folder of their own."""


def unprivileged_user() -> pwd.struct_passwd | None:
    """Who runs PostgreSQL, which refuses to run as root. None: whoever we are will do."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def enters(user: pwd.struct_passwd, folder: Path) -> bool:
    """Whether the user can reach the folder. Asked by going there: access lists and mounts have a say too."""
    command = ["/bin/sh", "-c", 'cd -- "$1" 2>/dev/null', "sh", str(folder)]
    return (
        subprocess.run(command, user=user.pw_uid, group=user.pw_gid, extra_groups=[], cwd="/", check=False).returncode
        == 0
    )


def make_private(folder: Path) -> Path:
    """A folder that others may pass through but not list: PostgreSQL's own user lives below it."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    return folder


def database_home(state: Path = STATE) -> Path:
    """Where PostgreSQL's data lives: in the state folder, or outside it when its user cannot get there.

    That is so for root with a checkout under a home closed to others. Where it went is remembered in the state folder.
    """
    make_private(state)
    user = unprivileged_user()
    if user is None or enters(user, state):
        return state
    remembered = state / "database-home"
    with contextlib.suppress(FileNotFoundError):
        return make_private(Path(remembered.read_text().strip()))
    name = hashlib.sha256(str(state).encode()).hexdigest()[:12]
    home = make_private(Path("/var/lib") / f"cme-{name}")
    remembered.write_text(f"{home}\n")
    return home
