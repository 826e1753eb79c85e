"""The four services as their composition roots make them, with nothing connected."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cme_service import Context, ServiceDefinition
from cme_service.context import open_context
from cme_service.settings import load
from cme_web.access import AccessTable
from cme_web.app import BUILT_IN

SERVICES = ("referrals", "register", "safeguarding", "notifications")
ROOT = Path(__file__).parents[2]
SECRET = "c2FtcGxlIGtleSwgcHVibGlzaGVkOiBvbmx5IHNhbXA="


def definition(service: str) -> ServiceDefinition[Any, Any]:
    """What the service's `__main__` says it is."""
    module = import_module(f"cme_{service}.__main__")
    [found] = [value for value in vars(module).values() if isinstance(value, ServiceDefinition)]
    return found


def access(service: str) -> AccessTable:
    """The service's own rows, those that only a local run has, and those every service has."""
    return _table(service, "ACCESS") + local_only(service) + BUILT_IN


def local_only(service: str) -> AccessTable:
    """Rows of routes that do not exist in production."""
    return _table(service, "LOCAL")


def _table(service: str, name: str) -> AccessTable:
    table: AccessTable = getattr(import_module(f"cme_{service}.entrypoints.access"), name, AccessTable())
    return table


def environment(
    service: str, database: str = "postgresql://nobody@127.0.0.1:1/none", kafka: str = "127.0.0.1:1"
) -> Mapping[str, str]:
    """Enough for a service to start. By default nothing answers at the addresses."""
    urls = {f"CME_{name.upper()}_URL": f"http://{name}.example.org" for name in SERVICES}
    return urls | {
        "CME_PROFILE": "local",
        "CME_KAFKA": kafka,
        "CME_KEYRING": f"sample:{SECRET}",
        "CME_LINK_SECRET": SECRET,
        "CME_SOCIAL_CARE_SECRET": f"whsec_{SECRET}",
        "CME_ISSUER": "http://issuer.example.org",
        "CME_JWKS": "http://issuer.example.org/jwks",
        "CME_COUNCIL": str(ROOT / "deploy" / "council.toml"),
        f"CME_{service.upper()}_DATABASE": database,
        f"CME_{service.upper()}_PORT": "1",
    }


@asynccontextmanager
async def context(service: str, **addresses: str) -> AsyncIterator[Context[Any, Any]]:
    """What a process of the service is built from."""
    with patch.dict(os.environ, environment(service, **addresses)):
        settings = load(definition(service).settings)
    async with open_context(settings, definition(service).tx, role="test") as made:
        yield made
