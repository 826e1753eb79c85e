"""People in a message, in the words of the notification's form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from cme_referrals.entrypoints.fhir.bundle import Bundle
from cme_referrals.entrypoints.fhir.codes import codings, parent_of
from cme_referrals.entrypoints.fhir.labels import marked, restricted
from cme_referrals.entrypoints.fhir.reading import Element, Resource

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
ADDRESS_KEY = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-AddressKey"
LONGEST, LONGEST_POSTCODE, MOST_LINES, MOST_OF_A_KIND = 200, 10, 6, 10
"""What the form takes; what is beyond stays in the message, which is kept whole."""
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
TELEPHONE = re.compile(r"[0-9+() \-]{5,30}")
FORMER = frozenset({"old", "maiden", "nickname", "anonymous", "temp"})
"""Uses of a name that is not the one to look for first."""
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def child_of(bundle: Bundle, patient: Resource, today: date) -> dict[str, Any]:
    """The child. What the form cannot hold is told as an issue and stays in the message."""
    hidden = restricted(bundle.itself, patient)
    names = patient.many("name")
    first = _name_to_use(names, today)
    child: dict[str, Any] = {
        "forename": _cut(" ".join(first.texts("given")[:1])) if first else "",
        "surname": _cut(first.text("family") or _unsplit(first)) if first else "",
        "other_names": _distinct(_whole_name(one) for one in names if one is not first or len(one.texts("given")) > 1),
        "addresses": _addresses(patient, today, hidden=hidden),
        "nhs_number": _nhs_number(patient),
        "sex": gender if (gender := patient.text("gender")) in ("male", "female") else None,
        "date_of_birth": _birth_date(patient),
    }
    return {name: value for name, value in child.items() if value}


def parents_and_others(bundle: Bundle, patient: Resource, today: date) -> tuple[list[dict[str, Any]], list[str]]:
    """The child's parents; and other people as lines of text, so that whoever reads the form can ring them."""
    related: list[Element] = []
    for person in bundle.of("RelatedPerson"):
        whose = person.one("patient")
        if whose and bundle.resolve(whose, person) is patient:
            related.append(person)
        else:
            person.issues.warning(
                "not-found", person.at("patient"), "It is nobody of this child's.", "Refer to the child's Patient."
            )
    parents, others = [], []
    whole = restricted(bundle.itself, patient)
    for one in (*related, *patient.many("contact")):
        one.refuse_modifiers()
        holds = one.flag("active") is not False and not one.ended(today)
        found, kind = _person(one), _parent_kind(one) if holds else None
        hidden = whole or restricted(one)
        if kind and found.get("name"):
            parents.append({**found, "relationship": kind, **({"confidential": True} if hidden else {})})
        elif found:
            others.append(
                _line(
                    found if not hidden else {"name": found.get("name", "")},
                    _relationship(one) or "relationship not given",
                )
            )
            one.issues.note(
                "informational", one.place, "Kept as text: it is no relationship of a parent or carer that holds."
            )
    own = [] if whole else _reached(patient, "phone", TELEPHONE)
    if own:
        others.append(f"Telephone given for the child: {', '.join(own)}")
    return parents[:MOST_OF_A_KIND], others


def referrer_of(bundle: Bundle, header: Resource, requests: Iterable[Resource]) -> dict[str, Any]:
    """Who tells the council: the requester first, then the header's author and sender."""
    chain = list(_chain(bundle, header, requests))
    person = next((one for one in chain if one.type == "Practitioner"), None)
    role = next((one for one in chain if one.type == "PractitionerRole"), None)
    organisation = next((one for one in chain if one.type == "Organization"), None)
    contacts = [contact] if (source := header.one("source")) and (contact := source.one("contact")) else []
    emails = [one for who in chain for one in _reached(who, "email", EMAIL)] + _points(contacts, "email", EMAIL)
    phones = [one for who in chain for one in _reached(who, "phone", TELEPHONE)] + _points(contacts, "phone", TELEPHONE)
    displayed = header.one("sender")
    referrer = {
        "name": _whole_name(_name_to_use(person.many("name"), date.max)) if person else None,
        "role": _cut(_words(role, "code")) if role else None,
        "organisation": _cut((organisation.text("name") if organisation else _display(displayed)) or ""),
        "email": next(iter(emails), None),
        "telephone": next(iter(phones), None),
    }
    return {name: value for name, value in referrer.items() if value}


def _chain(bundle: Bundle, header: Resource, requests: Iterable[Resource]) -> Iterator[Resource]:
    """The people and bodies that speak, the nearest to the child first."""
    for name, source in [
        *(("requester", request) for request in requests),
        *((name, header) for name in ("author", "responsible", "sender")),
    ]:
        reference = source.one(name)
        found = bundle.resolve(reference, source) if reference else None
        if found is None:
            if reference and reference.text("reference"):
                source.issues.note("not-found", reference.at("reference"), "Not in this Bundle, so not read.")
            continue
        yield found
        for inner in ("practitioner", "organization"):
            if found.type == "PractitionerRole" and (to := found.one(inner)) and (who := bundle.resolve(to, found)):
                yield who


def _person(element: Element) -> dict[str, Any]:
    single = element.one("name") if isinstance(element.members.get("name"), dict) else None
    names = [single] if single else list(element.many("name"))
    person = {
        "name": _whole_name(_name_to_use(names, date.max)),
        "telephones": _reached(element, "phone", TELEPHONE)[:MOST_OF_A_KIND],
        "email": next(iter(_reached(element, "email", EMAIL)), None),
    }
    return {name: value for name, value in person.items() if value}


def _parent_kind(element: Element) -> str | None:
    return next(
        (
            kind
            for concept in element.many("relationship")
            for coding, _ in codings(concept)
            if (kind := parent_of(coding))
        ),
        None,
    )


def _relationship(element: Element) -> str:
    return ", ".join(_cut(_concept_words(concept)) for concept in element.many("relationship"))


def _name_to_use(names: Iterable[Element], today: date) -> Element | None:
    """The name to look for first: official, then usual, then any that still holds."""
    order = {"official": 0, "usual": 1}

    def rank(name: Element) -> int:
        use = name.text("use") or ""
        return 4 if use in FORMER or (today != date.max and name.ended(today)) else order.get(use, 2)

    return min(names, key=rank, default=None)


def _whole_name(name: Element | None) -> str:
    if name is None:
        return ""
    return _cut(" ".join([*name.texts("given"), name.text("family") or ""]).strip() or name.text("text") or "")


def _unsplit(name: Element) -> str:
    """A name in one piece: nobody can say which part is the surname."""
    text = name.text("text") if not name.texts("given") else None
    if text:
        name.issues.warning("incomplete", name.at("text"), "The name is in one piece.", "Give family and given.")
    return text or ""


def _nhs_number(patient: Resource) -> str | None:
    numbers = [one for one in patient.many("identifier") if one.text("system") == NHS_NUMBER and one.text("value")]
    current = [one for one in numbers if one.text("use") != "old"] or numbers
    return (current[0].text("value") or "")[:40] if current else None


def _birth_date(patient: Resource) -> str | None:
    given = patient.text("birthDate")
    if given is None:
        return None
    try:
        if DAY.fullmatch(given) and 1900 <= date.fromisoformat(given).year <= 2199:
            return given
    except ValueError:
        pass
    patient.issues.warning(
        "value", patient.at("birthDate"), "It is no whole day that can be right.", "Give YYYY-MM-DD; it was not used."
    )
    return None


def _addresses(patient: Resource, today: date, *, hidden: bool) -> list[dict[str, Any]]:
    """Where the child lives first, then where they will, then where they did."""
    order = {"current": 0, "new": 1, "previous": 2}
    found = [
        {**address, **({"confidential": True} if hidden or marked(one) else {})}
        for one in patient.many("address")
        if (address := _address(one, today))
    ]
    return sorted(found, key=lambda address: order[address["kind"]])[:MOST_OF_A_KIND]


def _address(address: Element, today: date) -> dict[str, Any] | None:
    parts = [*address.texts("line"), *(address.text(name) or "" for name in ("city", "district"))]
    lines = [_cut(part) for part in parts if part] or [
        _cut(part.strip()) for part in re.split(r"[\n,]", address.text("text") or "") if part.strip()
    ]
    postcode = address.text("postalCode") or ""
    if len(postcode) > LONGEST_POSTCODE:
        lines, postcode = [*lines, _cut(postcode)], ""
    lines = [*lines[: MOST_LINES - 1], _cut(", ".join(lines[MOST_LINES - 1 :]))] if len(lines) > MOST_LINES else lines
    over = address.text("use") == "old" or address.ended(today)
    if not lines and not postcode:
        return None
    found = {
        "kind": "previous" if over else "new" if address.to_come(today) else "current",
        "lines": lines,
        "postcode": postcode or None,
        "uprn": _uprn(address),
    }
    return {name: value for name, value in found.items() if value}


def _uprn(address: Element) -> str | None:
    for key in (one for one in address.many("extension") if one.text("url") == ADDRESS_KEY):
        parts = {one.text("url"): one for one in key.many("extension")}
        kind = parts["type"].one("valueCodeableConcept") if "type" in parts else None
        value = parts["value"].text("valueString") if "value" in parts else None
        is_uprn = kind and any(coding.code == "UPRN" for coding, _ in codings(kind))
        if is_uprn and value and re.fullmatch("[0-9]{1,12}", value):
            return value
    return None


def _reached(element: Element, system: str, form: re.Pattern[str]) -> list[str]:
    return _points(element.many("telecom"), system, form)


def _points(points: Iterable[Element], system: str, form: re.Pattern[str]) -> list[str]:
    """Contact points that can be used, those for work first. One that cannot be right is told and not used."""
    usable = []
    for point in points:
        value = (point.text("value") or "").removeprefix("mailto:").removeprefix("tel:")
        if point.text("system") not in (system, *(("sms",) if system == "phone" else ())) or not value:
            continue
        if point.text("use") == "old":
            continue
        if form.fullmatch(value) and len(value) <= 254:
            usable.append((point.text("use") != "work", value))
        else:
            point.issues.warning("value", point.at("value"), "It cannot be right.", "Kept with the message; not used.")
    return list(dict.fromkeys(value for _, value in sorted(usable, key=lambda one: one[0])))


def _words(element: Element, name: str) -> str:
    return ", ".join(words for concept in element.many(name) if (words := _concept_words(concept)))


def _concept_words(concept: Element) -> str:
    displays = (coding.text("display") or "" for coding in concept.many("coding"))
    return concept.text("text") or next((one for one in displays if one), "")


def _display(reference: Element | None) -> str | None:
    return reference.text("display") if reference else None


def _line(person: dict[str, Any], relationship: str) -> str:
    parts = [person.get("name", ""), relationship, *person.get("telephones", ()), person.get("email") or ""]
    return "Also named: " + ", ".join(part for part in parts if part)


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))[:MOST_OF_A_KIND]


def _cut(text: str) -> str:
    return " ".join(text.split())[:LONGEST].strip()
