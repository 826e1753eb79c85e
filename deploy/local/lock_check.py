"""The locks hold what they promise: every package and jar pinned with a hash, no registry named, nothing that needs it left out."""

import re
import sys
import tomllib
from pathlib import Path

from deploy.local import jars
from deploy.local.environment import INSTALLER, LOCK, members
from deploy.local.folders import CHECKOUT

PIN = re.compile(r"(?m)^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==\S+")


def faults(checkout: Path = CHECKOUT) -> list[str]:
    found = []
    for path in (LOCK, INSTALLER):
        text = (checkout / path).read_text()
        if "://" in text or "--index" in text or "--find-links" in text:
            found.append(f"{path} names where packages come from")
        entries = re.split(r"\n(?=\S)", text.strip())
        found += [f"{path}: {entry.splitlines()[0]} has no hash" for entry in entries if "--hash=sha256:" not in entry]
    pinned = {_normal(name) for name in PIN.findall((checkout / LOCK).read_text())}
    found += [f"{LOCK} lacks {name}" for name in sorted(asked(checkout) - pinned)]
    found += [
        f"{lock.name}: {jar.artifact} has no sha256"
        for lock in (jars.LOCK, *(checkout / "tests").rglob("*-jars.lock"))
        for jar in jars.locked(lock)
        if not re.fullmatch(r"[0-9a-f]{64}", jar.sha256)
    ]
    return found


def asked(checkout: Path) -> set[str]:
    """What our own pyproject files ask for, our own packages aside."""
    names = set()
    for folder in (Path(), *members()):
        project = tomllib.loads((checkout / folder / "pyproject.toml").read_text())
        requirements = [*project["project"]["dependencies"], *project.get("dependency-groups", {}).get("dev", [])]
        names |= {_normal(re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]) for requirement in requirements}
    return {name for name in names if not name.startswith("cme-")}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    if wrong := faults():
        sys.exit("\n".join(wrong))
