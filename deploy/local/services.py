"""The four services as the local run sees them: names, processes, and what their environment says."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.processes import Command
from deploy.local.secrets_file import Secrets
from deploy.local.tokens import AUDIENCE

COUNTY_FOLDER = Path(__file__).with_name("county")
COUNCIL = COUNTY_FOLDER / "council.toml"
COUNTY = (
    ("referrals", "import-gias", str(COUNTY_FOLDER / "establishments.csv")),
    ("referrals", "import-calendars", str(COUNTY_FOLDER / "term-dates.json")),
    ("register", "import-officers", str(COUNTY_FOLDER / "officers.json")),
)
"""What loads the fictional county. Each may be run again: what is loaded already stays as it is."""

SERVICES = ("referrals", "register", "safeguarding", "notifications")
_PRIVATE = re.compile(rf"CME_(POSTGRES|({'|'.join(SERVICES).upper()})_DATABASE)(_PASSWORD|_FILE)*")


def urls(ports: Mapping[str, int]) -> dict[str, str]:
    return {service: f"http://127.0.0.1:{ports[service]}" for service in SERVICES}


def shared_environment(ports: Mapping[str, int], secrets: Secrets, *, kafka: str, local_time: Path) -> dict[str, str]:
    """What every service is told, and what a story needs to watch them."""
    authority = f"http://127.0.0.1:{ports['authority']}"
    return {
        "CME_PROFILE": "local",
        "CME_KAFKA": kafka,
        "CME_KEYRING": secrets.keyring,
        "CME_LINK_SECRET": secrets.link_secret,
        "CME_SOCIAL_CARE_SECRET": secrets.social_care_secret,
        "CME_ISSUER": authority,
        "CME_AUDIENCE": AUDIENCE,
        "CME_JWKS": f"{authority}/jwks",
        "CME_LOCAL_TIME": str(local_time),
        "CME_COUNCIL": str(COUNCIL),
        **{f"CME_{service.upper()}_URL": url for service, url in urls(ports).items()},
    }


def environment(service: str, shared: Mapping[str, str], ports: Mapping[str, int], database: str) -> dict[str, str]:
    """A service is told its own database only; the rest of the caller's environment passes through (a Notify key, certificates)."""
    inherited = {name: value for name, value in os.environ.items() if not _PRIVATE.fullmatch(name)}
    prefix = f"CME_{service.upper()}"
    return {
        **inherited,
        **shared,
        f"{prefix}_DATABASE": database,
        f"{prefix}_PORT": str(ports[service]),
        f"{prefix}_WORKER_PORT": str(ports[f"{service}-worker"]),
        "PYTHONUNBUFFERED": "1",
    }


def command(name: str, service: str, arguments: list[str], env: Mapping[str, str]) -> Command:
    return Command(name, [sys.executable, "-m", f"cme_{service}", *arguments], environment=env)
