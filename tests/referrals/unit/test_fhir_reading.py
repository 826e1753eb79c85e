"""A health message is read as the form it fills in; what is wrong in it is said with its place, and never repeated."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from cme_contracts.codes import Factor
from cme_referrals.domain.completeness import ASKED, Kind
from cme_referrals.entrypoints.fhir.bundle import read_message
from cme_referrals.entrypoints.fhir.codes import Coding, factor_of
from cme_referrals.entrypoints.fhir.issues import Issues, UnfitMessageError
from cme_referrals.entrypoints.fhir.notification import ELEMENTS, notification_of
from cme_referrals.entrypoints.fhir.wire import parsed
from tests.referrals.invented import CANARY
from tests.referrals.messages import FACTOR, NHS_NUMBER, PATIENT, REQUEST, SNOMED, STATEMENT, concept, message

MONDAY = date(2026, 11, 30)
ROLE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"


def read(bundle: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The form a message fills in, and what is said of the message."""
    issues = Issues()
    found = read_message(bundle, issues)
    form = notification_of(found, issues, MONDAY) if found else None
    said = [issue.json() for issue in issues.found]
    assert CANARY not in str(said)
    assert (form is None) == issues.errors
    return form.model_dump(mode="json", exclude_unset=True) if form else {}, said


def form_of(bundle: dict[str, Any]) -> dict[str, Any]:
    form, said = read(bundle)
    assert not [one for one in said if one["severity"] == "error"], said
    return form


def test_the_whole_message_is_the_whole_form() -> None:
    form, said = read(message())
    assert said == []
    assert form["child"] == {
        "forename": "Linden",
        "surname": CANARY,
        "other_names": [f"Linden Ash {CANARY}", f"Lin {CANARY}"],
        "date_of_birth": "2018-02-09",
        "sex": "male",
        "nhs_number": NHS_NUMBER,
        "addresses": [
            {"lines": ["4 Invented Row", "Fallowmere"], "postcode": "ZZ99 9ZZ", "kind": "current"},
            {"lines": ["1 Former Lane"], "postcode": "ZZ99 1ZZ", "kind": "previous"},
        ],
        "parents": [{"name": f"Robin {CANARY}", "relationship": "mother", "telephones": ["01632 960123"]}],
    }
    assert form["referrer"] == {
        "name": "Pat Invented",
        "email": "pat.invented@visits.example.org",
        "organisation": "Fallowmere Health Visiting",
    }
    assert (form["on_roll"], form["whereabouts_known"], form["factors"]) == (False, True, ["refugee_or_asylum"])
    assert form["more"].splitlines()[0] == "Child in no school"


def test_the_name_to_look_for_is_the_official_one_that_still_holds_and_the_others_are_kept() -> None:
    names = [
        {"use": "maiden", "given": ["Linden"], "family": "Before"},
        {"use": "usual", "given": ["Lin"], "family": "Usual"},
        {"use": "official", "given": ["Linden"], "family": "Over", "period": {"end": "2020-01"}},
        {"use": "official", "given": ["Linden"], "family": "Holds"},
    ]
    child = form_of(message(patient={"name": names}))["child"]
    assert (child["forename"], child["surname"]) == ("Linden", "Holds")
    assert child["other_names"] == ["Linden Before", "Lin Usual", "Linden Over"]
    child = form_of(message(patient={"name": names[:2]}))["child"]
    assert (child["forename"], child["surname"]) == ("Lin", "Usual")


def test_a_name_in_one_piece_is_kept_in_one_piece_and_said() -> None:
    form, said = read(message(patient={"name": [{"text": f"{CANARY} Linden"}]}))
    assert form["child"]["surname"] == f"{CANARY} Linden" and "forename" not in form["child"]
    assert [(one["code"], one["expression"]) for one in said] == [
        ("incomplete", ["Bundle.entry[2].resource.name[0].text"])
    ]


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ({"use": "home"}, "current"),
        ({"use": "temp"}, "current"),
        ({}, "current"),
        ({"use": "old"}, "previous"),
        ({"period": {"start": "2020", "end": "2026-11-29"}}, "previous"),
        ({"period": {"end": "2026-11-30"}}, "current"),
        ({"period": {"end": "2026"}}, "current"),
        ({"period": {"start": "2026-12-01"}}, "new"),
    ],
)
def test_an_address_is_current_previous_or_new_by_its_use_and_its_period(address: dict[str, Any], kind: str) -> None:
    given = {"text": "4 Invented Row, Fallowmere", **address}
    (found,) = form_of(message(patient={"address": [given]}))["child"]["addresses"]
    assert found == {"lines": ["4 Invented Row", "Fallowmere"], "kind": kind}


def test_the_uprn_is_read_from_uk_cores_address_key() -> None:
    key = {
        "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-AddressKey",
        "extension": [
            {"url": "type", "valueCodeableConcept": concept("https://fhir.hl7.org.uk/CodeSystem/UKCore-AddressKeyType", "UPRN")},
            {"url": "value", "valueString": "100012345678"},
        ],
    }  # fmt: skip
    (found,) = form_of(message(patient={"address": [{"extension": [key], "postalCode": "ZZ99 9ZZ"}]}))["child"][
        "addresses"
    ]
    assert found["uprn"] == "100012345678"


def test_whoever_is_no_parent_stays_in_the_text_so_that_somebody_can_ring_them() -> None:
    aunt = {"relationship": [concept(ROLE, "AUNT", text="aunt")], "name": [{"text": "Ash Invented"}]}
    form, said = read(message(mother={**aunt, "telecom": [{"system": "phone", "value": "01632 960777"}]}))
    assert "parents" not in form["child"]
    assert "Also named: Ash Invented, aunt, 01632 960777" in form["more"].splitlines()
    assert [one["severity"] for one in said] == ["information"]


@pytest.mark.parametrize("over", [{"active": False}, {"period": {"end": "2025"}}])
def test_a_parent_who_no_longer_is_one_stays_in_the_text(over: dict[str, Any]) -> None:
    form = form_of(message(mother=over))
    assert "parents" not in form["child"] and "01632 960123" in form["more"]


def test_what_turns_the_meaning_of_a_message_is_read_by_a_person() -> None:
    form, said = read(
        message(patient={"deceasedDateTime": "2026-11-01", "active": False}, request={"priority": "stat"})
    )
    assert "has died" in form["more"] and "no longer in use" in form["more"] and "stat" in form["more"]
    assert [(one["severity"], one["code"]) for one in said] == [("warning", "business-rule")] * 2


def test_a_contact_of_the_patient_may_be_a_parent() -> None:
    contact = {"relationship": [concept(ROLE, "FTH")], "name": {"family": CANARY, "given": ["Rowan"]}}
    parents = form_of(message(patient={"contact": [contact]}))["child"]["parents"]
    assert [(one["name"], one["relationship"]) for one in parents] == [
        (f"Robin {CANARY}", "mother"),
        (f"Rowan {CANARY}", "father"),
    ]


def test_what_cannot_be_right_in_a_contact_point_is_said_and_not_used() -> None:
    telecom = [{"system": "email", "value": f"{CANARY} at home"}, {"system": "phone", "value": "tel:01632 960001"}]
    form, said = read(message(visitor={"telecom": telecom}))
    assert form["referrer"]["telephone"] == "01632 960001" and "email" not in form["referrer"]
    assert [one["expression"] for one in said] == [["Bundle.entry[4].resource.telecom[0].value"]]


RESTRICTED = {
    "meta": {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]}
}


@pytest.mark.parametrize(
    ("changes", "addresses", "mother"),
    [
        ({"bundle": RESTRICTED}, [True, True], True),
        ({"patient": RESTRICTED}, [True, True], True),
        ({"mother": RESTRICTED}, [False, False], True),
        ({}, [False, False], False),
    ],
)
def test_what_is_labelled_restricted_is_confidential(
    changes: dict[str, Any], addresses: list[bool], mother: bool
) -> None:
    child = form_of(message(**changes))["child"]
    assert [one.get("confidential", False) for one in child["addresses"]] == addresses
    assert child["parents"][0].get("confidential", False) is mother


def test_one_address_can_be_marked_by_itself() -> None:
    mark = {"extension": [{"url": "urn:cme:extension:confidential", "valueBoolean": True}]}
    homes = [{"postalCode": "ZZ99 9ZZ"}, {"postalCode": "ZZ99 1ZZ", **mark}]
    found = form_of(message(patient={"address": homes}))["child"]["addresses"]
    assert [one.get("confidential") for one in found] == [None, True]


def test_a_restricted_childs_telephones_are_not_written_into_the_text() -> None:
    phone = [{"system": "phone", "value": "01632 960777"}]
    aunt = {"name": [{"text": "Ash Invented"}], "relationship": None, "telecom": phone}
    form = form_of(message(patient={**RESTRICTED, "telecom": phone}, mother=aunt))
    assert "01632" not in form["more"] and "Ash Invented" in form["more"]
    assert "01632 960777" in form_of(message(patient={"telecom": phone}))["more"]


def test_a_code_we_know_is_a_factor_and_one_we_do_not_is_told_and_no_reason_to_refuse() -> None:
    reasons = [concept(FACTOR, "fgm"), concept(SNOMED, "342191000000101"), concept(SNOMED, "73761001")]
    form, said = read(message(request={"reasonCode": reasons}))
    assert form["factors"] == ["fgm", "child_protection_plan"]
    assert [(one["severity"], one["code"], one["expression"]) for one in said] == [
        ("information", "code-invalid", ["Bundle.entry[1].resource.reasonCode[2].coding[0].code"])
    ]


def test_a_code_means_what_it_meant_on_that_day() -> None:
    protected = Coding(SNOMED, "342191000000101")
    assert factor_of(protected, date(2024, 8, 19)) is Factor.CHILD_PROTECTION_PLAN
    assert factor_of(protected, date(2024, 8, 18)) is None
    assert factor_of(Coding(FACTOR, "deadline_breached"), MONDAY) is None


def test_a_task_says_in_its_inputs_what_a_form_asks() -> None:
    inputs = [
        {"type": concept(STATEMENT, "last_seen_on"), "valueDate": "2026-11-20"},
        {"type": concept(STATEMENT, "last_seen_where"), "valueString": "The clinic"},
        {"type": concept(STATEMENT, "school_urn"), "valueString": "990001"},
        {"type": concept(STATEMENT, "in_school"), "valueBoolean": False},
        {"type": concept(STATEMENT, "on_roll"), "valueBoolean": True},
        {"type": concept(STATEMENT, "shoe_size"), "valueString": "31"},
    ]
    task = {
        "resourceType": "Task", "status": "requested", "intent": "order", "subject": None, "reasonCode": None, "note": None,
        "code": concept("http://hl7.org/fhir/CodeSystem/task-code", "fulfill"), "for": {"reference": PATIENT},
        "description": "Has anybody seen this child?", "input": inputs,
    }  # fmt: skip
    form, said = read(message(request=task))
    assert {name: form[name] for name in ("last_seen_on", "last_seen_where", "school_urn", "in_school", "on_roll")} == {
        "last_seen_on": "2026-11-20",
        "last_seen_where": "The clinic",
        "school_urn": "990001",
        "in_school": False,
        "on_roll": True,
    }
    assert form["more"] == "Has anybody seen this child?"
    assert [one["expression"] for one in said] == [["Bundle.entry[1].resource.input[5].type"]]


def test_two_statements_that_contradict_are_said_and_the_first_holds() -> None:
    reasons = [concept(STATEMENT, "not_on_roll"), concept(STATEMENT, "on_roll")]
    form, said = read(message(request={"reasonCode": reasons}))
    assert form["on_roll"] is False and [one["code"] for one in said] == ["conflict"]


def test_a_child_without_a_name_is_described_by_what_is_said() -> None:
    child = form_of(message(patient={"name": None}, request={"note": [{"text": "A boy of about eight."}]}))["child"]
    assert child["description"] == "Child in no school\nA boy of about eight."


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


def test_a_contained_requester_is_read() -> None:
    contained = [{"resourceType": "Practitioner", "id": "gp", "name": [{"text": "Dr Invented"}]}]
    form = form_of(message(request={"requester": {"reference": "#gp"}, "contained": contained}))
    assert form["referrer"]["name"] == "Dr Invented"


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


def test_every_field_the_form_asks_for_has_a_place_in_a_message() -> None:
    assert {*ASKED[Kind.PARTNER_NOTIFICATION], "child.nhs_number"} <= set(ELEMENTS)


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
