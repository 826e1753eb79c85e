"""A form as it may be shown to somebody who is not its sender and does not work for safeguarding (policy 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cme_referrals.domain.child_token import plain

STAYS = frozenset({"confidential", "kind", "name", "relationship"})
"""What is shown of an address or a parent that is marked confidential: nothing of where anybody can be found."""
OPEN_TO_ALL = {"encompass_notice": frozenset({"child"})}
"""Kinds of forms of which others are shown only these members: an incident is for safeguarding."""
HELD = "held by safeguarding"
AS_SENT = "fhir_message"
UNREAD = (AS_SENT, "attachments")
"""What a form was read from, word for word, and files that came with it: nobody has marked in them what is confidential."""
SHORTEST = 4
"""Letters and figures of what is looked for in other texts: a house number by itself stands everywhere."""


def without_confidential(kind: str, form: Mapping[str, Any]) -> dict[str, Any]:
    """The form without what is marked confidential, wherever in it that stands; there it says who holds it.

    A text that repeats it is not shown either. How to reach whoever sent the form stays: they are to be told.
    """
    given = tuple(map(plain, _secrets(form)))
    secrets = tuple(one for one in given if len(one) >= SHORTEST)
    open_to_all = OPEN_TO_ALL.get(kind, form.keys())
    shown = {
        name: value if name == "referrer" else _shown(value, secrets)
        for name, value in form.items()
        if name in open_to_all
    }
    unread = {name: HELD for name in UNREAD if given and name in shown}
    return {**shown, **unread}


def _marked(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value.get("confidential"))


def _secrets(value: Any, within: bool = False) -> Iterator[str]:
    if isinstance(value, str) and within:
        yield value
    elif isinstance(value, Mapping):
        inside = within or _marked(value)
        for name, one in value.items():
            yield from _secrets(one, inside and name not in STAYS)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _secrets(one, within)


def _shown(value: Any, secrets: Sequence[str]) -> Any:
    if isinstance(value, list | tuple):
        return [_shown(one, secrets) for one in value]
    if _marked(value):
        return {name: one for name, one in value.items() if name in STAYS} | {"held_by_safeguarding": True}
    if isinstance(value, Mapping):
        return {name: _shown(one, secrets) for name, one in value.items()}
    if isinstance(value, str) and any(secret in plain(value) for secret in secrets):
        return HELD
    return value
