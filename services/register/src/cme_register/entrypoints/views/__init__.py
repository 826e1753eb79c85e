"""What is answered: the schema of every answer of the register, in the API's description alone. Nothing is read through it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    """Base of every answer."""

    model_config = ConfigDict(extra="forbid")


def answers(view: type[View]) -> dict[int | str, dict[str, Any]]:
    """For `responses=` of a route: what it answers when all is well."""
    return {200: {"model": view}}
