"""What the environment decides for intake."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr

from cme_service.settings import ServiceSettings


class Settings(ServiceSettings):
    """`CME_REFERRALS_...`, besides what every service needs."""

    service = "referrals"

    council: Path | None = Field(
        None, description="the council's file: its code, for returns of a school on no list yet, and its closure days"
    )
    form_keys: SecretStr | None = Field(
        None,
        description="keys of those who send forms over Kafka, each named after its sender: school/990001:base64,...",
    )
    ctf: Path | None = Field(None, description="a folder with the council's own maps of common transfer files")

    readers: int | None = Field(
        None, ge=0, le=64, description="processes that read large batches; left out: as many as there are cores"
    )
