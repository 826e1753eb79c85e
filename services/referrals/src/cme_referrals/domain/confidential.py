"""A form as it may be shown to somebody who is not its sender and does not work for safeguarding (policy 10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

STAYS = frozenset({"confidential", "kind", "name", "relationship"})
"""What is shown of an address or a parent that is marked confidential: nothing of where anybody can be found."""


def without_confidential(form: Mapping[str, Any]) -> dict[str, Any]:
    """The form without what is marked confidential, wherever in it that stands; there it says who holds it."""
    return {name: _shown(value) for name, value in form.items()}


def _shown(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_shown(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    if value.get("confidential"):
        return {name: one for name, one in value.items() if name in STAYS} | {"held_by_safeguarding": True}
    return without_confidential(value)
