"""What the environment decides for this service, beside what every service is told."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr, field_validator

from cme_service.settings import Mend, ServiceSettings
from cme_web.signatures import StandardWebhooks


class Settings(ServiceSettings):
    """`CME_SOCIAL_CARE_SECRET` is what social care's system signs its callbacks with."""

    service = "safeguarding"
    shared = frozenset({"social_care_secret"})

    social_care_secret: SecretStr = Field(
        description="what social care's system signs with (whsec_...); several with commas, any of them is accepted"
    )

    council: Path | None = Field(
        None, description="the council's file, for the days on which it is shut; none: it never is"
    )

    @field_validator("social_care_secret")
    @classmethod
    def _callbacks_can_be_checked(cls, value: SecretStr) -> SecretStr:
        try:
            StandardWebhooks(*value.get_secret_value().split(","))
        except (ValueError, RuntimeError):
            raise Mend("give whsec_ and base64, several with commas") from None
        return value

    @property
    def social_care(self) -> StandardWebhooks:
        """How social care's system proves itself."""
        return StandardWebhooks(*self.social_care_secret.get_secret_value().split(","))
