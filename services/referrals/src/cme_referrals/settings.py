"""What the environment decides for intake."""

from __future__ import annotations

from pydantic import Field

from cme_service.settings import ServiceSettings


class Settings(ServiceSettings):
    """`CME_REFERRALS_...`, besides what every service needs."""

    service = "referrals"

    la_code: str | None = Field(
        None, pattern="^[0-9]{3}$", description="the council's own code, for returns of a school that is on no list yet"
    )
