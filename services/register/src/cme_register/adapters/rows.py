"""How particulars of a child stand in jsonb, and back."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from cme_register.domain.details import Details

_DETAILS = TypeAdapter(Details)


def details_as_json(details: Details) -> Any:
    """For a jsonb parameter; the pool's codec writes it."""
    return _DETAILS.dump_python(details, mode="json", exclude_none=True)


def details_from_json(value: Any) -> Details:
    """From a jsonb column, as the pool's codec reads it."""
    return _DETAILS.validate_python(value)
