"""Each service installs and starts in an empty environment without the other three."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from deploy.local.environment import LOCK, settings
from deploy.local.folders import CHECKOUT
from deploy.local.services import SERVICES

KIT = sorted(str(path) for path in (CHECKOUT / "kit").iterdir() if (path / "pyproject.toml").exists())


@pytest.mark.prove
@pytest.mark.timeout(600)
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_needs_none_of_the_others(service: str, tmp_path: Path) -> None:
    venv.create(tmp_path / "empty", with_pip=False)
    python = tmp_path / "empty" / "bin" / "python"
    members = [str(CHECKOUT / "contracts"), str(CHECKOUT / "bus"), *KIT, str(CHECKOUT / "services" / service)]
    locked = ["--no-sources", "--constraint", str(CHECKOUT / LOCK), "--build-constraint", str(CHECKOUT / LOCK)]
    install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python), *locked, *members]
    subprocess.run(install, check=True, cwd=tmp_path, env=settings())
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CME_", "PYTHON"))}
    for other in SERVICES:
        done = subprocess.run(
            [python, "-c", f"import cme_{other}"], check=False, cwd=tmp_path, env=clean, capture_output=True, text=True
        )
        assert (done.returncode == 0) == (other == service), done.stderr
    told = subprocess.run(
        [python, "-m", f"cme_{service}", "http"], check=False, cwd=tmp_path, env=clean, capture_output=True, text=True
    )
    assert told.returncode == 2
    assert "CME_KAFKA is missing" in told.stderr + told.stdout
