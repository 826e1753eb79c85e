"""What a person filled in on the page, as the members of a partner's notification; and what is wrong with it, back on the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

from cme_web.problems import Problem

MOST_FIELDS = 100
MOST_LINES = 6
TEXTS = (
    "child.forename", "child.surname", "child.description", "child.stated_age", "child.nhs_number",
    "school_name", "last_seen_where", "more",
    "referrer.kind", "referrer.name", "referrer.organisation", "referrer.role", "referrer.telephone",
)  # fmt: skip
ANSWERS = {"yes": True, "no": False}
ASKED = ("in_school", "on_roll", "whereabouts_known")
DAYS = ("child.date_of_birth", "last_seen_on")

LABELS = {
    "child.forename": "First name",
    "child.surname": "Last name",
    "child.description": "The description",
    "child.date_of_birth": "Date of birth",
    "child.stated_age": "Age",
    "child.nhs_number": "NHS number",
    "address": "Address",
    "postcode": "Postcode",
    "parent": "Parent's or carer's name",
    "parent_telephone": "Parent's or carer's telephone number",
    "school_name": "School",
    "last_seen_on": "The day the child was last seen",
    "last_seen_where": "The place where the child was last seen",
    "factors": "What applies",
    "more": "Anything else",
    "referrer.kind": "Where you write from",
    "referrer.name": "Your name",
    "referrer.organisation": "Your organisation",
    "referrer.role": "Your job",
    "referrer.telephone": "Your telephone number",
    "email": "Your email address",
    "purpose": "What you want to do",
}
A_DAY = "Give day, month and year in figures, such as 27 3 2015."
A_NUMBER = "Give figures with spaces, such as 01632 960 001."
MEND = {
    "child.date_of_birth": A_DAY,
    "last_seen_on": A_DAY,
    "child.stated_age": "Give a whole number of years, such as 9.",
    "parent_telephone": A_NUMBER,
    "referrer.telephone": A_NUMBER,
    "parent": "Give their name as well, or leave the telephone number out.",
    "email": "Give one like name@example.org.",
}
"""Where the API's own words are not for people."""
TOO_LITTLE = "Give the child's first or last name, or describe the child."


def read(body: bytes) -> dict[str, str]:
    """The fields of a form as a browser sends it; several values of one field with spaces between. Raises `Problem` 400."""
    try:
        given = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Problem(400, "unreadable", "The form cannot be read", "Use the form on the page.") from None
    return {name: " ".join(one.replace("\r\n", "\n").strip() for one in values) for name, values in given.items()}


def notification(values: Mapping[str, str]) -> dict[str, Any]:
    """The members of a partner's notification. What was left empty is left out: it says nothing."""
    form: dict[str, Any] = {"child": {}, "referrer": {}}
    for name in TEXTS:
        if values.get(name):
            _put(form, name, values[name])
    for name in ASKED:
        if values.get(name) in ANSWERS:
            form[name] = ANSWERS[values[name]]
    for name in DAYS:
        if day := _day(values, name):
            _put(form, name, day)
    if factors := values.get("factors", "").split():
        form["factors"] = [one for one in factors if one != "none"]
    if address := _address(values):
        form["child"]["addresses"] = [address]
    if parent := _parent(values):
        form["child"]["parents"] = [parent]
    return form


def errors(faults: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """What is wrong, in words for people, by the field of the page: in the page's order, one for each field.

    `faults`: field of the API, what is wrong, how to mend it.
    """
    found: dict[str, str] = {}
    for field, wrong, mend in faults:
        name = _on_page(field)
        said = f"{LABELS.get(name, 'The form')} {wrong}. {MEND.get(name, mend)}"
        if name == "child.forename" and wrong == "is missing":
            said = TOO_LITTLE
        found.setdefault(name, said)
    order = list(LABELS)
    return dict(sorted(found.items(), key=lambda one: order.index(one[0]) if one[0] in order else len(order)))


def _on_page(field: str) -> str:
    if field.startswith("child.addresses"):
        return "postcode" if field.endswith("postcode") else "address"
    if field.startswith("child.parents"):
        return "parent_telephone" if "telephones" in field else "parent"
    if field.startswith("factors"):
        return "factors"
    return "child.forename" if field == "child.description" else field


def _put(form: dict[str, Any], name: str, value: str) -> None:
    *above, last = name.split(".")
    for step in above:
        form = form[step]
    form[last] = value


def _day(values: Mapping[str, str], name: str) -> str | None:
    """The day as the API writes it; what is no day stays none, and is refused as that."""
    day, month, year = (values.get(f"{name}.{part}", "") for part in ("day", "month", "year"))
    return f"{year}-{month.zfill(2)}-{day.zfill(2)}" if day or month or year else None


def _address(values: Mapping[str, str]) -> dict[str, Any]:
    lines = [line.strip(" ,") for line in values.get("address", "").split("\n") if line.strip(" ,")]
    head, rest = lines[: MOST_LINES - 1], lines[MOST_LINES - 1 :]
    address: dict[str, Any] = {}
    if lines:
        address["lines"] = [*head, ", ".join(rest)] if rest else head
    if values.get("postcode"):
        address["postcode"] = values["postcode"]
    if address and values.get("confidential"):
        address["confidential"] = True
    return address


def _parent(values: Mapping[str, str]) -> dict[str, Any]:
    name, telephone = values.get("parent", ""), values.get("parent_telephone", "")
    if not name and not telephone:
        return {}
    secret = {"confidential": True} if values.get("confidential") else {}
    return {"name": name} | ({"telephones": [telephone]} if telephone else {}) | secret
