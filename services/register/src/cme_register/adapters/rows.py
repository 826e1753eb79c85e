"""How particulars of a child stand in jsonb, and back."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from cme_register.domain.details import Details

_DETAILS = TypeAdapter(Details)
BLIND = frozenset({"token", "found_by"})


def details_as_json(details: Details) -> Any:
    """For a jsonb parameter; the pool's codec writes it."""
    return _DETAILS.dump_python(details, mode="json", exclude_none=True)


def shown(details: Any) -> Any:
    """A jsonb column as people see it: without the tokens, which say nothing to them."""
    addresses = [{k: v for k, v in one.items() if k not in BLIND} for one in details.get("addresses", ())]
    return details | {"addresses": addresses}


def details_from_json(value: Any) -> Details:
    """From a jsonb column, as the pool's codec reads it."""
    return _DETAILS.validate_python(value)
