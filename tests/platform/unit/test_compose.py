"""Each service starts with what `deploy/compose.yaml` hands it out of a filled-in `deploy/.env.example`."""

import base64
import importlib
import re
from pathlib import Path

import pytest
import yaml

from cme_service.settings import ServiceSettings, SettingsError, load
from deploy.local.folders import CHECKOUT

SERVICES = ("referrals", "register", "safeguarding", "notifications")
BYTES = base64.b64encode(bytes(32)).decode()
FILLED = {
    "CME_KEYRING": f"2026-1:{BYTES}",
    "CME_LINK_SECRET": "invented" * 4,
    "CME_SOCIAL_CARE_SECRET": f"whsec_{BYTES}",
    "CME_NOTIFY_KEY": f"trial-{'0' * 8}-0000-4000-8000-{'0' * 12}-{'1' * 8}-0000-4000-8000-{'1' * 12}",
    "CME_NOTIFY_TEMPLATES": "00000000-0000-4000-8000-000000000002",
    "CME_NOTIFY_CALLBACK_SECRET": "invented-token",
}
TRIAL = FILLED | dict.fromkeys(("CME_NOTIFY_KEY", "CME_NOTIFY_TEMPLATES", "CME_NOTIFY_CALLBACK_SECRET"), "")


def answered(name: str, text: str, filled: dict[str, str]) -> str:
    """A line of the example as an operator leaves it: what it says, or what they fill in."""
    return filled.get(name, text or (f"https://{name.lower().replace('_', '-')}.example.org" if "_" in name else "x"))


def environment(service: str, filled: dict[str, str]) -> dict[str, str]:
    lines = re.findall(r"(?m)^([A-Z_]+)=(.*)$", (CHECKOUT / "deploy/.env.example").read_text())
    example = {name: answered(name, text, filled) for name, text in lines}
    given = yaml.safe_load((CHECKOUT / "deploy/compose.yaml").read_text())["services"][service]["environment"]
    return {
        name: re.sub(r"\$\{(\w+)(?::[?-][^}]*)?\}", lambda match: example[match[1]], str(text))
        for name, text in given.items()
    }


def started(service: str, filled: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> ServiceSettings:
    for name, text in environment(service, filled).items():
        monkeypatch.setenv(name, text)
    monkeypatch.setenv("CME_COUNCIL", str(Path(CHECKOUT / "deploy/council.toml")))  # the image has it
    return load(importlib.import_module(f"cme_{service}.settings").Settings)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_for_production(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert started(service, FILLED, monkeypatch).profile == "production"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_for_a_trial_that_writes_to_nobody(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert started(service, TRIAL | {"CME_PROFILE": "local"}, monkeypatch).profile == "local"


def test_production_without_a_way_to_write_to_anybody_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="CME_NOTIFY_KEY"):
        started("notifications", TRIAL, monkeypatch)
