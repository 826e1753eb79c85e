"""pydantic's complaints in our own words: which field, what is wrong, how to mend it, and nothing that was sent."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from cme_web.problems import Fault, Problem, Wrong

TEXTS: Mapping[str, tuple[str, str]] = {
    "missing": ("is missing", "Give this field."),
    "extra_forbidden": ("has a field we do not know", "Leave it out, or check its spelling."),
    "json_invalid": ("is not JSON", "Send a JSON object as application/json."),
    "model_attributes_type": ("is not an object", "Send a JSON object as application/json."),
    "model_type": ("is not an object", "Give an object with the documented fields."),
    "string_type": ("is not text", "Give a string."),
    "string_too_short": ("is too short", "Give at least {min_length} characters."),
    "string_too_long": ("is too long", "Give at most {max_length} characters."),
    "string_pattern_mismatch": ("does not have the right form", "Give text that matches {pattern}."),
    "enum": ("is not one of the known codes", "Give one of {expected}."),
    "literal_error": ("is not one of the known codes", "Give one of {expected}."),
    "bool_parsing": ("is not true or false", "Give true or false."),
    "int_parsing": ("is not a whole number", "Give a whole number."),
    "int_type": ("is not a whole number", "Give a whole number."),
    "greater_than_equal": ("is too small", "Give {ge} or more."),
    "greater_than": ("is too small", "Give more than {gt}."),
    "less_than_equal": ("is too large", "Give {le} or less."),
    "less_than": ("is too large", "Give less than {lt}."),
    "too_short": ("has too few entries", "Give at least {min_length}."),
    "too_long": ("has too many entries", "Give at most {max_length}."),
    "date_type": ("is not a date", "Give it as YYYY-MM-DD."),
    "date_parsing": ("is not a date", "Give it as YYYY-MM-DD."),
    "date_from_datetime_parsing": ("is not a date", "Give it as YYYY-MM-DD."),
    "date_from_datetime_inexact": ("is not a date", "Give it as YYYY-MM-DD, without a time."),
    "date_past": ("is not in the past", "Give a date before today."),
    "date_future": ("is not in the future", "Give a date after today."),
    "datetime_type": ("is not an instant", "Give it as 2026-09-01T09:30:00+01:00."),
    "datetime_parsing": ("is not an instant", "Give it as 2026-09-01T09:30:00+01:00."),
    "datetime_from_date_parsing": ("is not an instant", "Give it as 2026-09-01T09:30:00+01:00."),
    "timezone_aware": ("says no time zone", "Add Z, or an offset such as +01:00."),
    "uuid_parsing": ("is not an identifier", "Give a UUID."),
    "uuid_type": ("is not an identifier", "Give a UUID."),
    "url_parsing": ("is not a URL", "Give a complete https URL."),
}
FROM_OUR_SCHEMA = frozenset({"min_length", "max_length", "pattern", "expected", "ge", "gt", "le", "lt"})
"""The parts of pydantic's context that come from our model. Others may quote what was sent."""


def invalid(errors: Sequence[Any], known: Collection[str]) -> Problem:
    """The 422 for a request that does not validate. `known` are the field names of our own schema."""
    return Problem(
        422,
        "invalid",
        "The request does not validate",
        "Mend the fields named in errors and send it again.",
        errors=[_fault(error, known) for error in errors],
    )


def _fault(error: Mapping[str, Any], known: Collection[str]) -> Fault:
    kind, context = error["type"], error.get("ctx") or {}
    cause = context.get("error")
    if isinstance(cause, Wrong):
        wrong, mend = cause.wrong, cause.mend
    else:
        wrong, mend = TEXTS.get(kind, ("is not valid", "See the API description for what it may be."))
    return Fault(
        field=_path(error["loc"], known),
        wrong=wrong,
        mend=mend.format_map({name: value for name, value in context.items() if name in FROM_OUR_SCHEMA})
        if not isinstance(cause, Wrong)
        else mend,
        in_body=error["loc"][:1] in ((), ("body",)),
    )


def _path(loc: Sequence[str | int], known: Collection[str]) -> str:
    """`personal.upn`, `pupils.3.upn`. A name that is not ours was sent by the caller, and may be anybody's."""
    place, *rest = loc or ("body",)
    steps = [str(step) if isinstance(step, int) or step in known else "*" for step in rest]
    if place == "body" and len(steps) == 1 and isinstance(rest[0], int):
        return "body"  # a position in text that is not JSON
    return ".".join(steps) or str(place)
