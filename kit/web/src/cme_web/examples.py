"""Examples for the API's description, a file each: what is sent under the name of its operation, what is answered under that of its schema."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from cme_web.schema import Examples


def examples_in(folder: Path) -> Examples:
    """What `<folder>/<name>.json` holds, by name; None where there is no such example. All of it is invented."""

    @cache
    def example(name: str) -> dict[str, Any] | None:
        file = folder / f"{name}.json"
        if not file.is_file():
            return None
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return found

    return example
