"""Checks of fields as pydantic's own schemas: they are made without a call of Python for each field of each form."""

from __future__ import annotations

from typing import Any

from pydantic_core import CoreSchema, core_schema

from cme_web.problems import Wrong


def refused_as(schema: CoreSchema, wrong: str, mend: str) -> CoreSchema:
    """The same, and whatever it refuses is told so."""
    return core_schema.custom_error_schema(schema, "value_error", custom_error_context={"error": Wrong(wrong, mend)})


NO_ZERO = refused_as(
    core_schema.str_schema(pattern=r"^[^\x00]*$"), "holds a character that is no text", "Leave out U+0000."
)
NO_SCHEMAS = frozenset({"metadata", "function", "serialization", "default", "expected", "members", "cls", "config"})


def texts_without_zero(schema: Any) -> Any:
    """Every text in a schema is looked through once it is what else it should be."""
    if isinstance(schema, list):
        return [texts_without_zero(one) for one in schema]
    if not isinstance(schema, dict) or schema.get("type") == "custom-error":
        return schema
    if schema.get("type") == "chain" and schema["steps"][-1] == NO_ZERO:
        return schema
    if schema.get("type") == "str":
        return core_schema.chain_schema([schema, NO_ZERO])
    return {name: one if name in NO_SCHEMAS else texts_without_zero(one) for name, one in schema.items()}
