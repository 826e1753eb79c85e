"""What the environment decides for intake."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from cme_service.settings import ServiceSettings


class Settings(ServiceSettings):
    """`CME_REFERRALS_...`, besides what every service needs."""

    service = "referrals"

    council: Path | None = Field(
        None, description="the council's file: its code, for returns of a school on no list yet, and its closure days"
    )
    ctf: Path | None = Field(None, description="a folder with the council's own maps of common transfer files")
