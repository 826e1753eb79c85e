"""What may change in a released event, and what may not. A second opinion comes from an independent checker."""

import copy
import json
from collections.abc import Callable
from typing import Any

import jsoncompat
import pytest

from cme_contracts.compatibility import breaks

OLD: dict[str, Any] = {
    "type": "object",
    "properties": {
        "case_id": {"type": "string", "format": "uuid"},
        "due_on": {"type": "string", "format": "date"},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "rung": {"type": "integer", "minimum": 2},
        "kind": {"$ref": "#/$defs/Kind"},
        "because": {"anyOf": [{"$ref": "#/$defs/Why"}, {"type": "null"}], "default": None},
        "consent": {"enum": ["given", "refused"]},
        "factors": {"type": "array", "items": {"type": "string"}},
        "personal": {
            "type": "object",
            "properties": {"kid": {"type": "string"}, "sealed": {"type": "string"}},
            "required": ["kid", "sealed"],
            "x-plain": {"type": "object", "properties": {"forename": {"type": "string"}}, "required": ["forename"]},
        },
    },
    "required": ["case_id", "due_on", "rung", "kind", "consent", "personal"],
    "$defs": {
        "Kind": {"type": "string", "x-open-codes": ["cme", "on_roll_enquiry"]},
        "Why": {"type": "string", "description": "Why.", "x-open-codes": ["by_load"]},
    },
}


def changed(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    new = copy.deepcopy(OLD)
    change(new)
    return new


def properties(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schema["properties"]
    return found


BREAKING: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a field removed": lambda s: properties(s).pop("note"),
    "a required field removed": lambda s: (properties(s).pop("due_on"), s["required"].remove("due_on")),
    "a field renamed": lambda s: properties(s).update(remark=properties(s).pop("note")),
    "a new required field": lambda s: (properties(s).update(owner={"type": "string"}), s["required"].append("owner")),
    "an optional field made required": lambda s: s["required"].append("note"),
    "a required field made optional": lambda s: s["required"].remove("due_on"),
    "another type": lambda s: properties(s)["rung"].update(type="string"),
    "another format": lambda s: properties(s)["due_on"].update(format="date-time"),
    "null allowed": lambda s: properties(s).update(due_on={"anyOf": [properties(s)["due_on"], {"type": "null"}]}),
    "null forbidden": lambda s: properties(s).update(note={"type": "string"}),
    "a closed list widened": lambda s: properties(s)["consent"]["enum"].append("not_sought"),
    "a closed list narrowed": lambda s: properties(s)["consent"]["enum"].remove("given"),
    "a code gone from an open list": lambda s: s["$defs"]["Kind"]["x-open-codes"].remove("cme"),
    "a code gone from an open list that may be absent": lambda s: s["$defs"]["Why"]["x-open-codes"].remove("by_load"),
    "another alternative": lambda s: properties(s)["because"]["anyOf"].append({"type": "integer"}),
    "an open list closed": lambda s: s["$defs"].update(Kind={"type": "string", "enum": ["cme", "on_roll_enquiry"]}),
    "a limit tightened": lambda s: properties(s)["rung"].update(minimum=3),
    "a limit added": lambda s: properties(s)["case_id"].update(maxLength=10),
    "a limit dropped": lambda s: properties(s)["rung"].pop("minimum"),
    "items of another type": lambda s: properties(s)["factors"]["items"].update(type="integer"),
    "additional fields forbidden": lambda s: s.update(additionalProperties=False),
    "a sealed field retyped": lambda s: properties(s)["personal"]["x-plain"]["properties"]["forename"].update(
        type="array"
    ),
    "a sealed field removed": lambda s: properties(s)["personal"]["x-plain"]["properties"].pop("forename"),
    "a sealed member unsealed": lambda s: properties(s).update(personal=properties(s)["personal"]["x-plain"]),
}

SAFE: dict[str, Callable[[dict[str, Any]], Any]] = {
    "nothing": lambda s: None,
    "a new optional field": lambda s: properties(s).update(late_by={"type": "integer", "default": 0}),
    "other words": lambda s: properties(s)["due_on"].update(description="The last day.", title="Due on"),
    "a new code in an open list": lambda s: s["$defs"]["Kind"]["x-open-codes"].append("watch"),
    "a new code in an open list that may be absent": lambda s: s["$defs"]["Why"]["x-open-codes"].append("by_hand"),
    "other words of what may be absent": lambda s: s["$defs"]["Why"].update(description="For which reason."),
    "a definition renamed": lambda s: (
        s["$defs"].update(CaseKind=s["$defs"].pop("Kind")),
        properties(s)["kind"].update({"$ref": "#/$defs/CaseKind"}),
    ),
}


@pytest.mark.parametrize("change", BREAKING.values(), ids=BREAKING)
def test_an_incompatible_change_is_named(change: Callable[[dict[str, Any]], Any]) -> None:
    assert breaks(OLD, changed(change))


@pytest.mark.parametrize("change", SAFE.values(), ids=SAFE)
def test_a_compatible_change_passes(change: Callable[[dict[str, Any]], Any]) -> None:
    assert breaks(OLD, changed(change)) == []


@pytest.mark.parametrize("change", SAFE.values(), ids=SAFE)
def test_an_independent_checker_agrees_that_it_is_safe_for_new_readers(change: Callable[[dict[str, Any]], Any]) -> None:
    """New readers read old events. (That old readers ignore what they do not know is the models' doing.)"""
    assert jsoncompat.check_compat(json.dumps(OLD), json.dumps(changed(change)), "deserializer") is True


def test_the_sentence_says_where() -> None:
    [sentence] = breaks(OLD, changed(BREAKING["a new required field"]))
    assert sentence == "event.owner is now required: events already stored may lack it"
