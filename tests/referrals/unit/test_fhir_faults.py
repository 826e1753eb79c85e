"""What is wrong in a health message is said with its place, all of it at once, and never repeated."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from cme_referrals.entrypoints.fhir.issues import UnfitMessageError
from cme_referrals.entrypoints.fhir.wire import parsed
from tests.referrals.invented import CANARY
from tests.referrals.messages import PATIENT, REQUEST, concept, message
from tests.referrals.unit.reading_messages import ROLE, form_of, read


@pytest.mark.parametrize(
    ("bundle", "code", "expression"),
    [
        ({"resourceType": "Patient"}, "not-supported", None),
        (message(bundle={"type": "transaction"}), "not-supported", "Bundle.type"),
        (message(bundle={"entry": []}), "invariant", "Bundle.entry[0].resource"),
        (message(bundle={"entry": {}}), "structure", "Bundle.entry"),
        (message(bundle={"entry": [{"fullUrl": REQUEST}]}), "required", "Bundle.entry[0].resource"),
        (message("header"), "invariant", "Bundle.entry[0].resource"),
        (message(header={"focus": None}), "required", "Bundle.entry[0].resource.focus"),
        (message(header={"focus": [{"reference": "Task/7"}]}), "not-found", "Bundle.entry[0].resource.focus[0].reference"),
        (message(header={"focus": [{"reference": PATIENT}]}), "not-supported", "Bundle.entry[0].resource.focus"),
        (message(header={"response": {"code": "ok"}}), "not-supported", "Bundle.entry[0].resource.response"),
        (message(header={"id": "no id at all"}), "value", "Bundle.entry[0].resource.id"),
        (message(request={"subject": None}), "required", "Bundle.entry[1].resource.subject"),
        (message("patient"), "not-found", "Bundle.entry[1].resource.subject.reference"),
        (message(request={"status": "revoked"}), "business-rule", "Bundle.entry[1].resource.status"),
        (message(request={"doNotPerform": True}), "business-rule", "Bundle.entry[1].resource.doNotPerform"),
        (message(patient={"name": {"family": CANARY}}), "structure", "Bundle.entry[2].resource.name"),
        (message(patient={"birthDate": 20180209}), "structure", "Bundle.entry[2].resource.birthDate"),
        (message(patient={"modifierExtension": [{"url": "x"}]}), "extension", "Bundle.entry[2].resource.modifierExtension"),
        (message(patient={"implicitRules": "https://x.example.org"}), "not-supported", "Bundle.entry[2].resource.implicitRules"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_said_with_its_place(bundle: dict[str, Any], code: str, expression: str | None) -> None:
    _, said = read(bundle)
    errors = [one for one in said if one["severity"] == "error"]
    assert (code, [expression] if expression else None) in [(one["code"], one.get("expression")) for one in errors]
    assert all(len(one["diagnostics"].split(". ")) > 1 for one in errors), "each says what is wrong and how to mend it"


@pytest.mark.parametrize(
    ("patient", "place"),
    [
        ({"birthDate": "2018"}, "birthDate"),
        ({"birthDate": "2018-02-30"}, "birthDate"),
        ({"telecom": [{"system": "phone", "value": "ask her"}]}, "telecom[0].value"),
    ],
)
def test_a_value_that_cannot_be_used_is_said_and_does_not_stop_the_message(patient: dict[str, Any], place: str) -> None:
    form, said = read(message(patient=patient))
    assert form and [one["expression"] for one in said] == [[f"Bundle.entry[2].resource.{place}"]]


@pytest.mark.parametrize(
    ("reference", "full_url", "id_"),
    [
        ("Patient/9", "https://visits.example.org/fhir/Patient/9", None),
        ("https://visits.example.org/fhir/Patient/9/_history/2", "https://visits.example.org/fhir/Patient/9", None),
        ("Patient/9", "urn:uuid:00000000-0000-4000-8000-00000000000a", "9"),
        ("URN:UUID:00000000-0000-4000-8000-00000000000A", "urn:uuid:00000000-0000-4000-8000-00000000000a", None),
        ("Patient/9", "", "9"),
    ],
)
def test_a_reference_is_resolved_within_its_bundle(reference: str, full_url: str, id_: str | None) -> None:
    bundle = message("mother", request={"subject": {"reference": reference}}, patient={"id": id_})
    bundle["entry"][1]["fullUrl"] = "https://visits.example.org/fhir/ServiceRequest/1"
    bundle["entry"][0]["resource"]["focus"] = [{"reference": "https://visits.example.org/fhir/ServiceRequest/1"}]
    bundle["entry"][2]["fullUrl"] = full_url
    assert form_of(bundle)["child"]["forename"] == "Linden"


def test_two_children_are_two_messages() -> None:
    bundle = message(header={"focus": [{"reference": REQUEST}, {"reference": "urn:uuid:sister-asked"}]})
    sister = {"resourceType": "Patient", "name": [{"family": CANARY}]}
    asked = {"resourceType": "ServiceRequest", "status": "active", "subject": {"reference": "urn:uuid:sister"}}
    bundle["entry"] += [
        {"fullUrl": "urn:uuid:sister", "resource": sister},
        {"fullUrl": "urn:uuid:sister-asked", "resource": asked},
    ]
    _, said = read(bundle)
    assert [one["diagnostics"] for one in said] == [
        "The message is about more than one child. Send one message for each child."
    ]


def test_everything_wrong_is_said_at_once_and_a_flood_is_cut() -> None:
    _, said = read(message(patient={"birthDate": 1, "gender": 2}, request={"status": "revoked"}))
    assert len(said) == 1, "people are not read while it is not clear what is asked"
    _, said = read(message(patient={"birthDate": 1, "gender": 2, "name": [7] * 5000}))
    assert 100 < len(said) <= 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"<Bundle/>",
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": "\\ud800"}',
        b'{"a": "\\u0000"}',
        b'{"a": "\xff"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a":' * 65 + b"1" + b"}" * 65,
    ],
)
def test_what_is_no_json_that_can_be_kept_is_400(body: bytes) -> None:
    with pytest.raises(UnfitMessageError) as raised:
        parsed(body)
    assert raised.value.status == 400 and [one.code for one in raised.value.issues] == ["structure"]


def test_a_backslash_is_no_zero() -> None:
    assert parsed(rb'{"a": "\\u0000"}') == {"a": r"\u0000"}


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a message."""
    yield path
    for step, inner in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from places(inner, (*path, step))


@pytest.mark.parametrize("wrong", [None, 7, True, "", f" {CANARY} ", [], {}, [None], [[]], [{}], {CANARY: CANARY}])
def test_a_message_broken_anywhere_is_read_or_refused_and_nothing_of_it_is_repeated(wrong: Any) -> None:
    whole = message(patient={"contact": [{"name": {"text": "Ash"}, "relationship": [concept(ROLE, "FTH")]}]})
    found = [path for path in places(whole) if path]
    assert len(found) > 130
    for path in found:
        bundle = deepcopy(whole)
        node = bundle
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = wrong
        form, said = read(bundle)
        assert form or all(one["code"] and one["diagnostics"] for one in said), path
