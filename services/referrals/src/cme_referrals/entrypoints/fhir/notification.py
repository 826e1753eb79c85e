"""A message as a partner's notification: the form it fills in, and what the form has no place for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from pydantic import ValidationError

from cme_referrals.entrypoints.fhir.bundle import Message
from cme_referrals.entrypoints.fhir.codes import STATEMENT, Coding, codings, factor_of, statement_of
from cme_referrals.entrypoints.fhir.issues import Issues
from cme_referrals.entrypoints.fhir.people import DAY, child_of, parents_and_others, referrer_of
from cme_referrals.entrypoints.fhir.reading import Element, Resource
from cme_referrals.entrypoints.forms_partner import PartnerNotification

LONGEST = 4000
"""Characters of the form's text box."""
CODED = {"ServiceRequest": ("category", "code", "reasonCode", "orderDetail"), "Task": ("code", "reasonCode")}
"""Where a request says by codes what it is about; all may be a list or one."""
DIED = "The message says that the child has died."
REPLACED = "The message says that this record of the child is no longer in use."
PRESSING = frozenset({"urgent", "asap", "stat"})
UNNAMED = "No name was given: see the other facts, and the message itself."
ITS_OWN = frozenset({"http://hl7.org/fhir/CodeSystem/task-code"})
"""Systems whose codes say what a Task is, and nothing about the child."""
INPUTS = {
    "last_seen_on": "valueDate",
    "last_seen_where": "valueString",
    "school_urn": "valueString",
    "school_name": "valueString",
    "in_school": "valueBoolean",
    "on_roll": "valueBoolean",
    "whereabouts_known": "valueBoolean",
}
"""Inputs of a Task whose type is a code of urn:cme:code:statement, each a member of the form."""
ELEMENTS = {
    "child": "Patient",
    "child.forename": "Patient.name.given",
    "child.surname": "Patient.name.family",
    "child.description": "Patient.name",
    "child.date_of_birth": "Patient.birthDate",
    "child.addresses": "Patient.address",
    "child.addresses.postcode": "Patient.address.postalCode",
    "child.parents": "RelatedPerson",
    "child.nhs_number": "Patient.identifier",
    "referrer.name": "ServiceRequest.requester",
    "referrer.email": "MessageHeader.source.contact",
    "factors": "ServiceRequest.reasonCode",
    **{name: f"Task.input.where(type.coding.code = '{name}')" for name in INPUTS},
    "school": "Task.input.where(type.coding.code = 'school_urn')",
}
"""Where in a message stands what the form calls so."""


def notification_of(message: Message, issues: Issues, today: date) -> PartnerNotification | None:
    """The form that a message fills in; None where it does not, and `issues` say why."""
    child = child_of(message.bundle, message.patient, today)
    parents, others = parents_and_others(message.bundle, message.patient, today)
    form: dict[str, Any] = {
        "child": {**child, **({"parents": parents} if parents else {})},
        "referrer": referrer_of(message.bundle, message.header, message.requests),
    }
    texts = []
    for request in message.requests:
        for place, coding, element in _codes(request):
            _take(form, place, coding, element, today)
        _take_inputs(form, request)
        texts += _texts(request)
    if more := "\n".join(dict.fromkeys([*texts, *_remarks(message), *others])):
        if len(more) > LONGEST:
            issues.warning(
                "too-long", "", "The texts are longer than the form.", "The message is kept whole; its texts were cut."
            )
        form["more"] = more[:LONGEST].strip()
    if not child.get("forename") and not child.get("surname") and (more or len(child) > 0):
        form["child"]["description"] = form.get("more") or UNNAMED
    if issues.errors:
        return None
    try:
        return PartnerNotification.model_validate(form)
    except ValidationError as error:
        for one in error.errors(include_url=False, include_input=False):
            field = ".".join(str(step) for step in one["loc"] if isinstance(step, str))
            issues.error("value", element_of(field), "A value does not fit.", "See the description of the interface.")
        return None


def element_of(field: str) -> str:
    """Where in a message a field of the form is said; of one we do not know, the nearest that holds it."""
    while field and field not in ELEMENTS:
        field = field.rpartition(".")[0]
    return ELEMENTS.get(field, "Bundle")


def _codes(request: Resource) -> Iterator[tuple[str, Coding, Element]]:
    for name in CODED[request.type]:
        one = request.one(name) if isinstance(request.members.get(name), dict) else None
        for concept in [one] if one else request.many(name):
            for coding, element in codings(concept):
                yield name, coding, element


def _take(form: dict[str, Any], place: str, coding: Coding, element: Element, today: date) -> None:
    """One code: a factor, a statement, or neither, which is told."""
    if factor := factor_of(coding, today):
        form["factors"] = list(dict.fromkeys([*form.get("factors", ()), factor.value]))
    elif statement := statement_of(coding):
        _state(form, *statement, element)
    elif coding.system not in ITS_OWN:
        element.issues.note(
            "code-invalid",
            element.at("code"),
            "This code has no meaning here that we know of. It is kept with the message, and nothing follows from it.",
        )


def _take_inputs(form: dict[str, Any], task: Resource) -> None:
    for one in task.many("input") if task.type == "Task" else ():
        one.refuse_modifiers()
        concept = one.one("type")
        names = [coding.code for coding, _ in codings(concept) if coding.system == STATEMENT] if concept else []
        name = next((name for name in names if name in INPUTS), None)
        if name is None:
            one.issues.note("code-invalid", one.at("type"), "This input is not known. It is kept with the message.")
        elif (value := _input(one, name)) is not None:
            _state(form, name, value, one)


def _input(one: Element, name: str) -> str | bool | None:
    member = INPUTS[name]
    value = one.flag(member) if member == "valueBoolean" else one.text(member)
    wrong = value is None
    if isinstance(value, str):
        value = " ".join(value.split())[:200]
        wrong = (name == "school_urn" and not (len(value) == 6 and value.isascii() and value.isdecimal())) or (
            name == "last_seen_on" and not _is_day(value)
        )
    if wrong:
        one.issues.warning("value", one.at(member), "It is missing or cannot be right.", f"Give it as {member}.")
        return None
    return value


def _is_day(given: str) -> bool:
    try:
        return bool(DAY.fullmatch(given)) and 1900 <= date.fromisoformat(given).year <= 2199
    except ValueError:
        return False


def _state(form: dict[str, Any], field: str, value: str | bool, element: Element) -> None:
    if form.get(field, value) != value:
        element.issues.warning("conflict", element.place, "It says otherwise elsewhere.", "The first was used.")
    form.setdefault(field, value)


def _remarks(message: Message) -> Iterator[str]:
    """What changes the meaning of a message and has no field: whoever reads the form must see it."""
    patient = message.patient
    if patient.flag("deceasedBoolean") or patient.text("deceasedDateTime"):
        patient.issues.warning("business-rule", patient.at("deceased"), DIED, "An officer will read it.")
        yield DIED
    if patient.flag("active") is False or patient.many("link"):
        patient.issues.warning("business-rule", patient.place, REPLACED, "Send the record in use.")
        yield REPLACED
    for request in message.requests:
        if (priority := request.text("priority")) in PRESSING:
            yield f"Marked by the sender as {priority}."


def _texts(request: Resource) -> list[str]:
    """What is said in words."""
    concepts: list[Element] = []
    for name in CODED[request.type]:
        one = request.one(name) if isinstance(request.members.get(name), dict) else None
        concepts += [one] if one else request.many(name)
    said: Sequence[str | None] = (
        *(concept.text("text") for concept in concepts),
        request.text("description") if request.type == "Task" else request.text("patientInstruction"),
        *(note.text("text") for note in request.many("note")),
    )
    return [text for text in said if text]
