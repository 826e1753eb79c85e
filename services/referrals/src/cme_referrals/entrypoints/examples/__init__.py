"""One example of everything that is sent and answered, for the API's description. All of it is invented.

What is sent stands under the name of its operation, what is answered under the name of its schema.
"""

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
