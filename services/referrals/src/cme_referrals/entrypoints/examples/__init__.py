"""One example of everything that is sent and answered, for the API's description. All of it is invented."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@cache
def example(name: str) -> dict[str, Any] | None:
    """What `<name>.json` holds. None where there is no such example."""
    file = FOLDER / f"{name}.json"
    if not file.is_file():
        return None
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


def sent(name: str) -> dict[str, Any]:
    """What the description says besides of an endpoint that is sent such a body."""
    shown = example(name)
    return {"requestBody": {"content": {"application/json": {"example": shown}}}} if shown else {}
