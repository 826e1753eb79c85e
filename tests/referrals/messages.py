"""A health visitor's message about an invented child, as her system would write it. NHS numbers from 999 are for tests."""

from copy import deepcopy
from typing import Any

from tests.referrals.invented import CANARY

FHIR = "/fhir/R4/$process-message"
MEDIA_TYPE = "application/fhir+json"
NHS_NUMBER, WRONG_NHS_NUMBER = "9434765919", "9434765918"
SNOMED, FACTOR, STATEMENT = "http://snomed.info/sct", "urn:cme:code:factor", "urn:cme:code:statement"
HEADER, REQUEST, PATIENT, MOTHER, VISITOR, TEAM = (f"urn:uuid:00000000-0000-4000-8000-00000000000{n}" for n in range(6))


def concept(system: str, code: str, **more: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}], **more}


PARTS: dict[str, tuple[str, dict[str, Any]]] = {
    "header": (
        HEADER,
        {
            "resourceType": "MessageHeader",
            "id": "0e4f2d2c-6d0f-4f4e-9b55-000000000001",
            "eventCoding": {"system": "urn:cme:code:event", "code": "child-missing-education"},
            "sender": {"reference": TEAM},
            "source": {"endpoint": "https://visits.example.org/fhir"},
            "focus": [{"reference": REQUEST}],
        },
    ),
    "request": (
        REQUEST,
        {
            "resourceType": "ServiceRequest",
            "status": "active",
            "intent": "order",
            "code": {"text": "Child in no school"},
            "subject": {"reference": PATIENT},
            "requester": {"reference": VISITOR},
            "reasonCode": [
                concept(STATEMENT, "not_on_roll"),
                concept(STATEMENT, "whereabouts_known"),
                concept(SNOMED, "446654005"),
            ],
            "note": [{"text": f"The younger brother of {CANARY} has never been to a school."}],
        },
    ),
    "patient": (
        PATIENT,
        {
            "resourceType": "Patient",
            "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": NHS_NUMBER}],
            "name": [
                {"use": "official", "family": CANARY, "given": ["Linden", "Ash"]},
                {"use": "nickname", "given": ["Lin"], "family": CANARY},
            ],
            "gender": "male",
            "birthDate": "2018-02-09",
            "address": [
                {"use": "old", "line": ["1 Former Lane"], "postalCode": "ZZ99 1ZZ"},
                {"use": "home", "line": ["4 Invented Row"], "city": "Fallowmere", "postalCode": "ZZ99 9ZZ"},
            ],
        },
    ),
    "mother": (
        MOTHER,
        {
            "resourceType": "RelatedPerson",
            "patient": {"reference": PATIENT},
            "relationship": [concept("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "MTH")],
            "name": [{"use": "official", "family": CANARY, "given": ["Robin"]}],
            "telecom": [{"system": "phone", "value": "01632 960123", "use": "mobile"}],
        },
    ),
    "visitor": (
        VISITOR,
        {
            "resourceType": "Practitioner",
            "name": [{"family": "Invented", "given": ["Pat"], "prefix": ["Ms"]}],
            "telecom": [{"system": "email", "value": "pat.invented@visits.example.org", "use": "work"}],
        },
    ),
    "team": (
        TEAM,
        {
            "resourceType": "Organization",
            "identifier": [{"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "ZZ999"}],
            "name": "Fallowmere Health Visiting",
        },
    ),
}


def message(*without: str, **changes: dict[str, Any]) -> dict[str, Any]:
    """The message; `changes` are members of its parts that differ (None: left out)."""
    entries = []
    for name, (url, resource) in deepcopy(PARTS).items():
        if name not in without:
            changed = {**resource, **changes.get(name, {})}
            entries.append({"fullUrl": url, "resource": {n: v for n, v in changed.items() if v is not None}})
    bundle = {"resourceType": "Bundle", "type": "message", "timestamp": "2026-11-30T09:12:00Z", "entry": entries}
    return {n: v for n, v in {**bundle, **changes.get("bundle", {})}.items() if v is not None}
