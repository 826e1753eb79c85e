"""Each rule of `.importlinter` is broken on purpose in a copy, and the linter must see it: a rule that cannot fail holds nothing."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

from deploy.local.check import LINT_IMPORTS
from deploy.local.environment import members
from deploy.local.folders import CHECKOUT

RULES = [
    ("A service never imports another service", "cme_register.adapters", "import cme_referrals.domain"),
    ("Inside a service dependencies point inwards", "cme_register.application", "import cme_register.adapters"),
    ("Inside a service dependencies point inwards", "cme_safeguarding.domain", "import cme_safeguarding.application"),
    (
        "Inside a service dependencies point inwards",
        "cme_notifications.adapters",
        "import cme_notifications.entrypoints",
    ),
    ("The domain is the standard library and itself", "cme_referrals.domain", "import pydantic"),
    ("The domain is the standard library and itself", "cme_referrals.domain", "import cme_contracts"),
    ("A use case knows no framework", "cme_notifications.application", "import asyncpg"),
    ("An event needs pydantic and nothing else", "cme_contracts", "import structlog"),
    ("An event needs pydantic and nothing else", "cme_contracts", "import cme_bus"),
    ("The bus knows no service", "cme_bus", "import cme_register"),
    ("The bus knows no service", "cme_bus", "import cme_contracts.register"),
    ("The bus knows no service", "cme_bus", "import cme_timers"),
    ("A kit package knows no service", "cme_web", "import cme_notifications"),
    ("A kit package knows no event", "cme_identity", "import cme_contracts.register"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources of all our packages in one folder, with the rules."""
    folder = tmp_path_factory.mktemp("copy")
    for member in members():
        for package in (CHECKOUT / member / "src").iterdir():
            shutil.copytree(
                package, folder / package.name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True
            )
    shutil.copy(CHECKOUT / ".importlinter", folder)
    return folder


def lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [
        sys.executable,
        "-c",
        f"import sys; sys.path.insert(0, '.'); {LINT_IMPORTS}",
        "--no-logo",
        "--cache-dir",
        ".cache",
    ]
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_copy_as_it_is_keeps_every_rule(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def report(copy: Path) -> Iterator[str]:
    """What the linter says when every rule is broken at once, each in a module of its own."""
    broken = [copy.joinpath(*module.split("."), f"broken_{number}.py") for number, (_, module, _) in enumerate(RULES)]
    for path, (_, _, line) in zip(broken, RULES, strict=True):
        path.write_text(f"{line}\n")
    done = lint(copy)
    assert done.returncode != 0
    yield done.stdout
    for path in broken:
        path.unlink()


@pytest.mark.parametrize("number", range(len(RULES)), ids=[f"{module} {line}" for _, module, line in RULES])
def test_a_broken_rule_is_seen(report: str, number: int) -> None:
    rule, module, line = RULES[number]
    said = report.partition("Broken contracts")[2]
    section = re.split(r"(?m)^-+$", said.partition(f"\n{rule}")[2], maxsplit=2)[1]
    assert re.search(rf"{re.escape(module)}\.broken_{number} -> {re.escape(line.split()[1])}\b", section), report


def test_a_layer_nobody_has_placed_is_seen(copy: Path) -> None:
    broken = copy / "cme_register" / "helpers.py"
    broken.write_text("")
    try:
        done = lint(copy)
    finally:
        broken.unlink()
    assert done.returncode != 0


def test_contracts_import_pydantic_and_nothing_else() -> None:
    """The linter can only name what is forbidden; this names what is allowed."""
    graph = grimp.build_graph("cme_contracts", include_external_packages=True, cache_dir=None)
    outside = {module for module in graph.modules if not module.startswith("cme_contracts")}
    assert outside - set(sys.stdlib_module_names) <= {"pydantic", "pydantic_core", "yaml"}
