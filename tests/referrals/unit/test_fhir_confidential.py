"""What a health message labels as restricted is confidential, and not written into the text either."""

from typing import Any

import pytest

from tests.referrals.messages import message
from tests.referrals.unit.reading_messages import form_of

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
