"""A message: its header, what it is about, and who is who in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cme_referrals.entrypoints.fhir.issues import Issues
from cme_referrals.entrypoints.fhir.reading import Element, Resource

ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
UUID_URL = "urn:uuid:"
REQUESTS = ("ServiceRequest", "Task")
OVER = {
    "ServiceRequest": frozenset({"revoked", "entered-in-error"}),
    "Task": frozenset({"cancelled", "rejected", "failed", "entered-in-error"}),
}
"""Statuses of a request that asks for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message that asks something about one child."""

    id: str
    """What its answer refers to, and by which a repeat is known."""
    bundle_id: str | None
    """Bundle.identifier, where there is one: it, too, names one message only."""
    bundle: Bundle
    header: Resource
    requests: tuple[Resource, ...]
    patient: Resource


class Bundle:
    """The resources of a Bundle, found by how they refer to each other."""

    def __init__(self, members: Mapping[str, Any], issues: Issues) -> None:
        self.itself = Element(members, "Bundle", issues)
        self.issues = issues
        self.resources = [found for entry in self.itself.many("entry") if (found := _resource(entry))]
        self._urls = _found_by((_url(one.full_url), one) for one in self.resources if one.full_url)
        self._names = _found_by((f"{one.type}/{one.id}", one) for one in self.resources if one.id)
        if None in self._urls.values():
            issues.error("invariant", "Bundle.entry.fullUrl", "Two entries have one fullUrl.", "Give each its own.")

    def of(self, *types: str) -> list[Resource]:
        """All resources of these types."""
        return [one for one in self.resources if one.type in types]

    def resolve(self, reference: Element, source: Resource) -> Resource | None:
        """What an element refers to; None where it is not in this Bundle."""
        given = reference.text("reference")
        if not given:
            return None
        if given.startswith("#"):
            inside = source.many("contained")
            match = next((one for one in inside if one.text("id") == given[1:]), None)
            return Resource(match.members, match.place, self.issues, source.full_url) if match else None
        wanted = _url(given)
        base = "/".join(source.full_url.split("/")[:-2]) if source.full_url.startswith("http") else ""
        return self._urls.get(wanted) or self._urls.get(f"{base}/{wanted}") or self._names.get(wanted)


def read_message(members: Mapping[str, Any], issues: Issues) -> Message | None:
    """The message in a Bundle; None where it cannot be taken, and `issues` say why."""
    if members.get("resourceType") != "Bundle":
        issues.error("not-supported", "", "The body is not a Bundle.", "Send a Bundle of type message.")
        return None
    if members.get("type") != "message":
        issues.error("not-supported", "Bundle.type", "The Bundle is not a message.", "Send one whose type is message.")
        return None
    bundle = Bundle(members, issues)
    header = _header(bundle)
    if header is None:
        return None
    requests = _requests(bundle, header)
    patients = [patient for request in requests if (patient := _patient(bundle, request))]
    message_id = _message_id(bundle, header)
    if any(patient is not patients[0] for patient in patients):
        issues.error(
            "not-supported",
            header.at("focus"),
            "The message is about more than one child.",
            "Send one message for each child.",
        )
    if issues.errors or not patients or not message_id:
        return None
    return Message(
        id=message_id,
        bundle_id=_identifier(bundle.itself),
        bundle=bundle,
        header=header,
        requests=requests,
        patient=patients[0],
    )


def _found_by(named: Iterable[tuple[str, Resource]]) -> dict[str, Resource | None]:
    """By name; None where two resources share it, so that it finds neither."""
    found: dict[str, Resource | None] = {}
    for name, one in named:
        found[name] = None if name in found else one
    return found


def _resource(entry: Element) -> Resource | None:
    found = entry.one("resource")
    if found is None:
        entry.issues.error(
            "required", entry.at("resource"), "The entry has no resource.", "Give each entry of a message its resource."
        )
        return None
    return Resource(found.members, found.place, entry.issues, entry.text("fullUrl") or "")


def _header(bundle: Bundle) -> Resource | None:
    headers, issues = bundle.of("MessageHeader"), bundle.issues
    if len(headers) != 1 or bundle.resources[0] is not headers[0]:
        issues.error(
            "invariant",
            "Bundle.entry[0].resource",
            "A message begins with its MessageHeader, and has one.",
            "Make it the first entry.",
        )
        return None
    (header,) = headers
    if header.one("response"):
        issues.error(
            "not-supported", header.at("response"), "This is an answer to a message.", "Send a message of your own."
        )
    if not header.members.get("eventCoding") and not header.text("eventUri"):
        issues.warning("required", header.at("event"), "The event is missing.", "Give eventCoding, as metadata says.")
    return header


def _requests(bundle: Bundle, header: Resource) -> tuple[Resource, ...]:
    """The requests that the header points to, and what they rest upon. None of them: `issues` say why."""
    issues, found = bundle.issues, dict[int, Resource]()
    for focus in header.many("focus"):
        resource = bundle.resolve(focus, header)
        if resource is None:
            issues.error(
                "not-found",
                focus.at("reference"),
                "It refers to nothing in this Bundle, or to more than one resource.",
                "Give the fullUrl of one entry.",
            )
        elif resource.type in REQUESTS:
            found[id(resource)] = resource
            under = resource.one("focus")
            asked = bundle.resolve(under, resource) if under else None
            if asked and asked.type in REQUESTS:
                found[id(asked)] = asked
    if not header.members.get("focus"):
        issues.error(
            "required", header.at("focus"), "The focus is missing.", "Refer to the ServiceRequest or Task it is about."
        )
    elif not found and not issues.errors:
        issues.error(
            "not-supported",
            header.at("focus"),
            "It refers to no ServiceRequest and no Task.",
            "Refer to the ServiceRequest or Task it is about.",
        )
    for request in found.values():
        _still_asks(request)
    return tuple(found.values())


def _still_asks(request: Resource) -> None:
    if request.text("status") in OVER[request.type] or request.flag("doNotPerform"):
        place = request.at("doNotPerform" if request.flag("doNotPerform") else "status")
        request.issues.error(
            "business-rule",
            place,
            "It asks for nothing to be done.",
            "To take back what was sent, use POST /v1/submissions/{id}/withdrawal with the id of its Task.",
        )
    if not request.text("status"):
        request.issues.warning("required", request.at("status"), "The status is missing.", "Give active or requested.")


def _patient(bundle: Bundle, request: Resource) -> Resource | None:
    name = "subject" if request.type == "ServiceRequest" else "for"
    reference = request.one(name)
    if reference is None:
        if request.type == "ServiceRequest" or not request.one("focus"):
            request.issues.error("required", request.at(name), "The child is missing.", "Refer to the Patient.")
        return None
    found = bundle.resolve(reference, request)
    if found is None:
        request.issues.error(
            "not-found",
            reference.at("reference"),
            "It refers to nothing in this Bundle, or to more than one resource.",
            "Put the Patient into the Bundle and give its fullUrl.",
        )
    elif found.type != "Patient":
        request.issues.error("value", reference.place, "It does not refer to a Patient.", "Refer to the child.")
        return None
    return found


def _message_id(bundle: Bundle, header: Resource) -> str | None:
    """What the sender calls this message: the header's id, or else what stands in for it."""
    url = header.full_url.lower()
    given = header.id or (url.removeprefix(UUID_URL) if url.startswith(UUID_URL) else "")
    if not given and (identifier := bundle.itself.one("identifier")):
        given = (identifier.text("value") or "").removeprefix(UUID_URL)
    if ID.fullmatch(given):
        return given
    wrong = "The id has the wrong form." if given else "The message has no id."
    bundle.issues.error(
        "value" if given else "required",
        header.at("id"),
        wrong,
        "Give a new UUID with each new message, and the same one when repeating it.",
    )
    return None


def _identifier(bundle: Element) -> str | None:
    found = bundle.one("identifier")
    value = found.text("value") if found else None
    return f"{found.text('system') or ''}|{value}" if found and value else None


def _url(given: str) -> str:
    """Without a version; a UUID may be written in capitals."""
    plain = given.partition("/_history/")[0].rstrip("/")
    return plain.lower() if plain.lower().startswith(UUID_URL) else plain
