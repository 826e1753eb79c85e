"""FHIR as JSON over HTTP: what may be asked for, what is read, how it is answered. XML is not spoken."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from cme_referrals.entrypoints.fhir.issues import Issue, UnfitMessageError, outcome

MEDIA_TYPE = "application/fhir+json"
JSON_TYPES = frozenset({MEDIA_TYPE, "application/json", "text/json", "json"})
"""What a sender may call it, in a header or as `_format`."""
ANY = frozenset({"*/*", "application/*"})
VERSIONS = frozenset({"4.0", "4.0.0", "4.0.1"})
NOTHING = re.compile(r"(?<!\\)(\\\\)*\\u0000")
"""U+0000 as JSON writes it; a database keeps it in no text."""
DEEPEST = 64
"""Levels of a message; FHIR needs about twenty, and whoever reads the form later must be able to."""
SEND = f"Send JSON as {MEDIA_TYPE}."


class FhirResponse(JSONResponse):
    """An answer in FHIR's media type."""

    media_type = MEDIA_TYPE


def unfit(error: UnfitMessageError) -> FhirResponse:
    """The answer to what cannot be taken."""
    return FhirResponse(outcome(error.issues), error.status, error.headers)


def refuse(status: int, code: str, diagnostics: str, expression: str = "") -> UnfitMessageError:
    """One issue is enough."""
    return UnfitMessageError(status, [Issue("error", code, diagnostics, expression)])


def negotiate(request: Request) -> None:
    """Whether what is asked for can be given. Raises `UnfitMessageError` 406, or 400 for a parameter we do not know."""
    formats = request.query_params.getlist("_format")
    wanted = formats or [one for given in request.headers.getlist("accept") for one in given.split(",")]
    names = {_name(one) for one in wanted if one.strip()}
    if names and names.isdisjoint(JSON_TYPES | ANY):
        raise refuse(406, "not-supported", f"Only JSON is answered. Accept {MEDIA_TYPE}.")
    for name, value in request.query_params.multi_items():
        if name not in ("_format", "_pretty") and (name, value) != ("async", "false"):
            raise refuse(
                400,
                "not-supported",
                "The request has a parameter that is not supported. Only _format is; messages are answered at once.",
            )


async def read(request: Request) -> dict[str, Any]:
    """The resource in the body. Raises `UnfitMessageError`."""
    name, *parameters = request.headers.get("content-type", "").split(";")
    said = dict(one.strip().lower().partition("=")[::2] for one in parameters)
    if _name(name) not in JSON_TYPES or said.get("charset", "utf-8").strip('"') != "utf-8":
        raise refuse(415, "not-supported", f"This media type is not read. {SEND[:-1]}, in UTF-8.")
    if said.get("fhirversion", "4.0").strip('"') not in VERSIONS:
        raise refuse(415, "not-supported", "This version of FHIR is not read. Send FHIR R4 (4.0).")
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise refuse(415, "not-supported", "A packed body is not read. Send it as it is.")
    return parsed(await request.body())


def parsed(body: bytes) -> dict[str, Any]:
    """The JSON object in a body. Raises `UnfitMessageError` 400 where it is none, or says a thing twice."""
    try:
        found = json.loads(body, object_pairs_hook=_once, parse_float=_number, parse_constant=_number)
        written = json.dumps(found, ensure_ascii=False)
        written.encode()  # half a character is no text
    except _TwiceError:
        raise refuse(400, "structure", "A member stands twice in one object. Send each once.") from None
    except (ValueError, RecursionError):
        raise refuse(400, "structure", f"The body is not JSON that can be read. {SEND}") from None
    if not isinstance(found, dict):
        raise refuse(400, "structure", "The body is not an object. Send a Bundle of type message.")
    level = [found]
    for _ in range(DEEPEST):
        level = [one for node in level for one in (node.values() if isinstance(node, dict) else node) if _holds(one)]
    if level:
        raise refuse(400, "structure", "It is nested too deeply. No message about a child is.")
    if NOTHING.search(written):
        raise refuse(400, "structure", "A text holds the character U+0000. Leave it out.")
    return found


def _holds(node: object) -> bool:
    return isinstance(node, dict | list)


class _TwiceError(ValueError):
    pass


def _once(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _TwiceError
    return members


def _number(given: str) -> float:
    if not isfinite(number := float(given)):
        raise ValueError("no JSON number")
    return number


def _name(given: str) -> str:
    return given.partition(";")[0].strip().lower().replace(" ", "+")  # a + in a query is a space once it was read
