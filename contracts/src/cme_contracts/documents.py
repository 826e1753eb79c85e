"""What is generated from the models and committed: a JSON Schema per event, AsyncAPI 3, and a catalogue for people."""

import json
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

from cme_contracts.base import Event
from cme_contracts.catalogue import CATALOG

HEADERS: dict[str, str] = {
    "ce_specversion": "CloudEvents version: 1.0.",
    "ce_id": "The event's id (UUID). Readers drop what they have handled.",
    "ce_type": "The event type.",
    "ce_source": "/cme/<service>.",
    "ce_subject": "The key: an identifier, never personal data.",
    "ce_partitionkey": "As ce_subject.",
    "ce_time": "When it was said (technical time).",
    "ce_correlationid": "The flow this belongs to.",
    "ce_causationid": "The event that caused this one; absent for the first of a flow.",
    "content-type": "application/json.",
    "correlation_id": "As ce_correlationid, under the name FastStream readers look for.",
    "traceparent": "W3C trace context, where there is a trace.",
}
OPTIONAL_HEADERS = {"ce_causationid", "traceparent"}


def schema(event: type[Event]) -> dict[str, Any]:
    """The JSON Schema of the wire form (`personal` sealed), with what a reader must know beside the shape."""
    body = event.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:cme:{event.type}",
        "x-stream": event.stream,
        "x-owner": event.owner,
        "x-source-clause": event.source_clause,
        "x-readers-of-personal": sorted(event.readers),
        "x-lawful-basis": event.lawful_basis,
        **body,
    }


def documents(folder: Path) -> dict[str, str]:
    """Every generated file: path below `folder` -> text."""
    hears = hearers(folder)
    files = {f"schemas/{name}.json": _json(schema(event)) for name, event in sorted(CATALOG.items())}
    files["asyncapi.yaml"] = _json(asyncapi(hears))  # JSON is YAML 1.2: no YAML writer needed
    files["CATALOGUE.md"] = catalogue(hears)
    return files


def hearers(folder: Path) -> dict[str, list[str]]:
    """Who listens to what, as `hearers.toml` says; a test holds it against every service's consumer."""
    table = tomllib.loads((folder / "hearers.toml").read_text(encoding="utf-8"))
    heard: dict[str, list[str]] = defaultdict(list)
    for service, names in table.items():
        for name in names:
            heard[name].append(service)
    return {name: sorted(services) for name, services in heard.items()}


def asyncapi(hears: dict[str, list[str]]) -> dict[str, Any]:
    """AsyncAPI 3.0, from the contracts rather than from a framework's subscribers."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for name, event in sorted(CATALOG.items()):
        channel = channels.setdefault(
            event.stream,
            {
                "address": event.stream,
                "description": f"Written by {event.owner} alone; keyed by identifier, in order per key.",
                "bindings": {"kafka": {"partitions": 12, "bindingVersion": "0.5.0"}},
                "messages": {},
            },
        )
        channel["messages"][name] = {"$ref": f"#/components/messages/{name}"}
        reference = {"$ref": f"#/channels/{_token(event.stream)}/messages/{_token(name)}"}
        for action, service in [("send", event.owner), *(("receive", each) for each in hears.get(name, []))]:
            operation = operations.setdefault(
                f"{service}-{action}-{event.stream}",
                {"action": action, "channel": {"$ref": f"#/channels/{_token(event.stream)}"}, "messages": []},
            )
            operation["messages"].append(reference)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "CME events",
            "version": "1.0.0",
            "description": "CloudEvents 1.0, Kafka binary content mode. Personal data stands sealed in `personal`.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {
            "messages": {name: _message(event) for name, event in sorted(CATALOG.items())},
        },
    }


def _message(event: type[Event]) -> dict[str, Any]:
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": _first_line(event),
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "properties": {name: {"type": "string", "description": text} for name, text in HEADERS.items()},
            "required": sorted(HEADERS.keys() - OPTIONAL_HEADERS),
        },
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-07",
            "schema": _without_definitions(event.model_json_schema(mode="serialization")),
        },
    }


def catalogue(hears: dict[str, list[str]]) -> str:
    """The same for people: what each event means, who says it, who hears it, who may open what, and why."""
    by_owner: dict[str, list[type[Event]]] = defaultdict(list)
    for event in CATALOG.values():
        by_owner[event.owner].append(event)
    lines = [
        "# Every event",
        "",
        "Generated by `make contracts` from `src/cme_contracts`; do not edit. A field marked **sealed** holds personal",
        "data: it travels encrypted, and only the readers named may open it.",
    ]
    for owner in ("referrals", "register", "safeguarding", "notifications", "partners"):
        lines += ["", f"## {owner}"]
        for event in sorted(by_owner[owner], key=lambda each: each.__name__):
            lines += _entry(event, hears.get(event.type, []))
    return "\n".join(lines) + "\n"


def _entry(event: type[Event], heard_by: list[str]) -> list[str]:
    lines = [
        "",
        f"### {event.__name__}",
        "",
        " ".join((event.__doc__ or "").split()),
        "",
        f"`{event.type}` on `{event.stream}` · {event.source_clause} · heard by {', '.join(heard_by) or 'nobody yet'}",
        "",
        "| Field | Type | Meaning |",
        "|---|---|---|",
    ]
    shape = _inlined(event)
    required = set(shape.get("required", []))
    for name, field in shape["properties"].items():
        if name == "personal":
            lines.append(
                f"| `personal` | **sealed** | {field['x-plain'].get('description', '')} "
                f"Opened by {', '.join(sorted(event.readers))}. {event.lawful_basis} |"
            )
            lines += [
                f"| `personal.{inner}` | {_kind(spec)} | {_meaning(spec)} |"
                for inner, spec in field["x-plain"]["properties"].items()
            ]
        else:
            optional = "" if name in required else " (optional)"
            lines.append(f"| `{name}` | {_kind(field)}{optional} | {_meaning(field)} |")
    return lines


def _kind(field: dict[str, Any]) -> str:
    if "anyOf" in field:
        return " or ".join(_kind(each) for each in field["anyOf"] if each.get("type") != "null")
    if "x-open-codes" in field:
        return "code"
    if field.get("type") == "array":
        return f"list of {_kind(field.get('items', {}))}"
    return str(field.get("format") or field.get("type", "object"))


def _meaning(field: dict[str, Any]) -> str:
    text = field.get("description", "")
    codes: list[str] = next((each["x-open-codes"] for each in _branches(field) if "x-open-codes" in each), [])
    return " ".join([text, ", ".join(f"`{code}`" for code in codes)]).strip().replace("\n", " ")


def _branches(field: dict[str, Any]) -> list[dict[str, Any]]:
    return [field, *field.get("anyOf", []), *([field["items"]] if "items" in field else [])]


def _inlined(event: type[Event]) -> dict[str, Any]:
    return _without_definitions(event.model_json_schema(mode="serialization"))


def _without_definitions(root: dict[str, Any]) -> dict[str, Any]:
    definitions = root.get("$defs", {})

    def inline(node: Any) -> Any:
        if isinstance(node, list):
            return [inline(item) for item in node]
        if not isinstance(node, dict):
            return node
        if ref := node.get("$ref"):
            own = {word: value for word, value in node.items() if word != "$ref"}
            return {**inline(definitions[ref.removeprefix("#/$defs/")]), **own}
        return {word: inline(value) for word, value in node.items() if word != "$defs"}

    inlined: dict[str, Any] = inline(root)
    return inlined


def _first_line(event: type[Event]) -> str:
    return (event.__doc__ or "").strip().partition("\n")[0]


def _token(text: str) -> str:
    """A JSON pointer's token."""
    return text.replace("~", "~0").replace("/", "~1")


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
