"""What importing the council's sheet of open cases needs."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID


class Importing(Protocol):
    """Looking up what a sheet calls by its own words."""

    async def lead_officer(self, named: str) -> UUID | None:
        """The one active Lead Officer of this e-mail, name or id. None where there is none, or more than one."""
