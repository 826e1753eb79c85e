"""Everything that can be said of the code without running the tests: `make check`. Under a minute, two checks at a time."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy.local.folders import CHECKOUT

PYTHON = sys.executable
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"  # it has no `-m` of its own


@dataclass(frozen=True)
class Check:
    name: str
    arguments: tuple[str, ...]
    mend: str = ""


CHECKS = (  # the slowest first
    Check("types", ("-m", "mypy")),
    Check("format", ("-m", "ruff", "format", "--check", "."), "`.venv/bin/python -m ruff format .` formats"),
    Check(
        "lint",
        ("-m", "ruff", "check", "--output-format=concise", "."),
        "`.venv/bin/python -m ruff check --fix .` mends some",
    ),
    Check("imports", ("-c", LINT_IMPORTS, "--no-logo")),
    Check("contracts", ("-m", "cme_contracts", "check"), "`make contracts` generates the pages again"),
    Check("policy", ("-m", "tests.policy", "check")),
    Check("access", ("-m", "tests.access", "check"), "`.venv/bin/python -m tests.access build` writes the page again"),
    Check("migrations", ("-m", "deploy.local.migrations_check"), "give the later file the next number"),
    Check("locks", ("-m", "deploy.local.lock_check"), "`make lock` resolves again"),
)


def run(check: Check) -> bool:
    started = time.monotonic()
    done = subprocess.run([PYTHON, *check.arguments], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    took = f"{check.name:10} {time.monotonic() - started:5.1f} s"
    if done.returncode == 0:
        print(f"{took}  good", flush=True)
        return True
    print(f"{took}  NOT GOOD\n{done.stdout}{done.stderr}{check.mend}".rstrip(), flush=True)
    return False


def main() -> None:
    with ThreadPoolExecutor(2) as pool:
        good = list(pool.map(run, [check for check in CHECKS if _exists(check)]))
    if not all(good):
        sys.exit(f"cme: {good.count(False)} of {len(good)} checks failed.")
    print(f"all {len(good)} checks are good")


def _exists(check: Check) -> bool:
    module = Path(*check.arguments[1].split("."))
    return check.arguments[0] != "-m" or module.parts[0] != "tests" or (CHECKOUT / module).with_suffix(".py").exists()


if __name__ == "__main__":
    main()
