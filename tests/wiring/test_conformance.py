"""Each service does what its OpenAPI document says, whatever is sent: schemathesis, over HTTP, against real processes."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.request import urlopen

import pytest

from deploy.local.ports import free_port
from tests.kit.issuer import NAME, issuer_at_an_address
from tests.support import eventually
from tests.wiring.services import ROOT, SERVICES, environment

LEADS = ("lead_officer", "team_manager", "service_lead", "head_of_service", "safeguarding", "operator")
CALLERS = {
    "school": (("school",), {"urn": "990001"}),
    "partner": (("partner",), {"partner_kind": "health"}),
    "officer": (LEADS, {"sub": "0a6e2d55-6c1c-4b43-8f6a-5a3c2a1f9b11"}),
}


@pytest.mark.prove
@pytest.mark.timeout(420)
@pytest.mark.parametrize(
    ("service", "caller"), [*((one, "officer") for one in SERVICES), ("referrals", "school"), ("referrals", "partner")]
)
async def test_schemathesis_finds_nothing(
    service: str, caller: str, new_database: Callable[..., Awaitable[str]], tmp_path: Path
) -> None:
    roles, claims = CALLERS[caller]
    port = free_port()
    async with issuer_at_an_address() as (issuer, jwks):
        told = dict(os.environ) | environment(service, await new_database()) | {
            "CME_ISSUER": NAME,
            "CME_JWKS": jwks,
            "CME_SENDER_PER_MINUTE": "1000000",
            f"CME_{service.upper()}_PORT": str(port),
        }  # fmt: skip
        migrated = await asyncio.create_subprocess_exec(sys.executable, "-m", f"cme_{service}", "migrate", env=told)
        assert await migrated.wait() == 0
        log = (tmp_path / "service.log").open("wb")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", f"cme_{service}", "http", env=told, cwd=ROOT, stdout=log, stderr=log
        )
        try:
            await eventually(lambda: answers(f"http://127.0.0.1:{port}/health/live"), 30)
            schemathesis = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "schemathesis.cli", "--config-file", str(ROOT / "tests/wiring/schemathesis.toml"),
                "run", f"http://127.0.0.1:{port}/openapi.json",
                "-H", f"Authorization: Bearer {issuer.token(*roles, **claims)}",
                cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            )  # fmt: skip
            output, _ = await schemathesis.communicate()
        finally:
            process.send_signal(signal.SIGTERM)
            await process.wait()
    assert schemathesis.returncode == 0, output.decode(errors="replace")


async def answers(url: str) -> bool:
    try:
        return bool((await asyncio.to_thread(urlopen, url)).status == 200)
    except OSError:
        return False
