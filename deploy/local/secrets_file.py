"""The secrets of one local run: made once, kept in the state folder, readable by their owner only."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from deploy.local.failure import Failure


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


@dataclass(frozen=True)
class Secrets:
    """Field names are the file's; the forms are those the services read."""

    keyring: str = field(default_factory=lambda: f"local-1:{_key()}")
    link_secret: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    social_care_secret: str = field(default_factory=lambda: f"whsec_{_key()}")  # Standard Webhooks' own form
    database_passwords: dict[str, str] = field(default_factory=dict)

    def database_password(self, service: str) -> str:
        return self.database_passwords.setdefault(service, secrets.token_urlsafe(24))


def load(path: Path) -> Secrets:
    """Without the keyring what was sealed stays sealed for ever, so a file that cannot be read is never replaced."""
    if not path.exists():
        return Secrets()
    try:
        return Secrets(**json.loads(path.read_text()))
    except (ValueError, TypeError):
        message = f"{path} cannot be read, and the run's data cannot be opened without it: put it back, or start afresh with `make clean`."
        raise Failure(message) from None


def save(path: Path, secrets_: Secrets) -> None:
    part = path.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_text(json.dumps(asdict(secrets_), indent=2))
    part.rename(path)
