"""What the environment decides for the register."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from cme_service.settings import ServiceSettings


class Settings(ServiceSettings):
    """`CME_REGISTER_...`, besides what every service needs."""

    service: ClassVar[str] = "register"

    weights: Path | None = Field(None, description="a table of `fit-matching`; none: the one that is shipped")
    council: Path | None = Field(
        None, description="the council's file: its closure days are no working days; none: it has none"
    )
    bank_holidays: Path | None = Field(
        None,
        description="bank holidays of England and Wales, as kit/calendars has them; none: those that came with this version",
    )
