"""A health message is read as the form it fills in: the child, the addresses, the parents, and whoever tells us."""

from typing import Any

import pytest

from tests.referrals.invented import CANARY
from tests.referrals.messages import NHS_NUMBER, concept, message
from tests.referrals.unit.reading_messages import ROLE, form_of, read


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


def test_a_child_without_a_name_is_described_by_what_is_said() -> None:
    child = form_of(message(patient={"name": None}, request={"note": [{"text": "A boy of about eight."}]}))["child"]
    assert child["description"] == "Child in no school\nA boy of about eight."


def test_a_contained_requester_is_read() -> None:
    contained = [{"resourceType": "Practitioner", "id": "gp", "name": [{"text": "Dr Invented"}]}]
    form = form_of(message(request={"requester": {"reference": "#gp"}, "contained": contained}))
    assert form["referrer"]["name"] == "Dr Invented"
