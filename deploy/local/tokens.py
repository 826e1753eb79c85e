"""Bearer tokens of the local run's own issuer. It signs for anybody who asks, so it is for invented data only."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import RSAKey

from deploy.local.failure import Failure

ROLES = (
    "school",
    "partner",
    "lead_officer",
    "team_manager",
    "service_lead",
    "head_of_service",
    "safeguarding",
    "operator",
)
AUDIENCE = "cme"
COUNTY = Path(__file__).with_name("county")
FIRST_SCHOOL = "990001"


class Issuer:
    """Signs with a key that is made once and kept: a token outlives a restart."""

    def __init__(self, url: str, key_file: Path) -> None:
        self.url = url
        self._key = _key(key_file)

    def jwks(self) -> dict[str, object]:
        return {"keys": [{**self._key.as_dict(private=False), "use": "sig", "alg": "RS256"}]}

    def token(
        self,
        role: str,
        *,
        subject: str | None = None,
        school_urn: str | None = None,
        partner_kind: str | None = None,
        minutes: int = 480,
    ) -> str:
        if role not in ROLES:
            message = f"There is no role {role!r}; the roles are {', '.join(ROLES)}."
            raise Failure(message)
        now = int(time.time())
        claims: dict[str, object] = {
            "iss": self.url,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + 60 * minutes,
            "jti": str(uuid4()),
            "roles": [role],
        }
        if role == "school":
            claims["urn"] = school_urn or FIRST_SCHOOL
        if role == "partner":
            claims["partner_kind"] = partner_kind or "health"
        claims["sub"] = subject or _usual_subject(role, claims)
        return jwt.encode({"alg": "RS256", "kid": self._key.kid, "typ": "at+jwt"}, claims, self._key)


def _usual_subject(role: str, claims: Mapping[str, object]) -> str:
    """The first officer of that role; a school speaks as itself."""
    officers = json.loads((COUNTY / "officers.json").read_text())["officers"]
    named = [officer["id"] for officer in officers if officer["role"] == role]
    return str(named[0]) if named else f"{role}-{claims.get('urn', 1)}"


def _key(path: Path) -> RSAKey:
    if path.exists():
        return RSAKey.import_key(json.loads(path.read_text()))
    key = RSAKey.generate_key(2048, auto_kid=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(key.as_dict(private=True)))
    return key
