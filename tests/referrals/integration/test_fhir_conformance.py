"""What we answer is FHIR R4 and UK Core, says HAPI; and what UK Core publishes as its examples we take (decision 0106)."""

import json
import shutil
from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from cme_bus.database import Database
from cme_referrals.adapters.postgres import ReferralsTx
from tests.referrals.integration.test_fhir import health, send
from tests.referrals.integration.visitor import Visitor
from tests.referrals.messages import FHIR, MEDIA_TYPE, WRONG_NHS_NUMBER, concept, message
from tests.referrals.validator.hapi import as_json, uk_core, validate

pytestmark = pytest.mark.prove

BAD = ("error", "fatal")
AT = datetime(2026, 12, 1, 9, tzinfo=UTC)


async def test_every_answer_is_valid_r4_and_uk_core(
    visitor: Visitor, db: Database[ReferralsTx], tmp_path: Path
) -> None:
    wrong = [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": WRONG_NHS_NUMBER}]
    reasons = [concept("http://snomed.info/sct", "73761001")]
    answer = (await send(visitor, message(patient={"identifier": wrong}, request={"reasonCode": reasons}))).json()
    id_ = answer["entry"][1]["resource"]["id"]
    documents: dict[str, Any] = {"answer": answer, "received": answer["entry"][1]["resource"]}
    case = uuid4()
    for name, fact in {
        "accepted": lambda tx: tx.following.on_register([(UUID(id_), case, AT)]),
        "in-progress": lambda tx: tx.following.assigned([(case, AT)]),
        "on-hold": lambda tx: tx.following.on_review([(case, AT)]),
        "due": lambda tx: tx.following.due([(case, date(2026, 12, 14))]),
        "completed": lambda tx: tx.following.closed([(case, AT, "on_roll_in_county", 0)]),
    }.items():
        async with db.transaction() as tx:
            await fact(tx)
        documents[name] = (await visitor.get(f"/fhir/R4/Task/{id_}", health(visitor))).json()
    await visitor.send(f"/v1/submissions/{id_}/withdrawal", {"reason": "sent_in_error"}, who=health(visitor))
    documents["cancelled"] = (await visitor.get(f"/fhir/R4/Task/{id_}", health(visitor))).json()
    documents["metadata"] = (await visitor.get("/fhir/R4/metadata")).json()
    documents["refused by us"] = (await send(visitor, message("patient"))).json()
    documents["refused at the door"] = (await visitor.get("/fhir/R4/Patient/1")).json()
    documents["an id with other content"] = (await send(visitor, message())).json()
    page = (Path(__file__).parents[3] / "docs" / "integrate" / "fhir.md").read_text(encoding="utf-8")
    documents["the published example"] = json.loads(page.partition("```json\n")[2].partition("```")[0])
    documents["control"] = deepcopy(documents["completed"]) | {"status": "found", "colour": "red"}

    found = validate(documents, tmp_path)
    bad = [one for one in found if one.severity in BAD]
    assert {one.document for one in bad} == {"control"}, bad
    assert {one.document for one in found} >= {"answer", "metadata"}, "it has looked at them"
    assert documents["cancelled"]["status"] == "cancelled" and documents["completed"]["output"]


async def test_uk_cores_published_examples_are_taken(visitor: Visitor, tmp_path: Path) -> None:
    """Each published Patient, ServiceRequest and Task, with whoever else they name, in a message of its own."""
    home = uk_core()
    if home is None or not (home / "examples").is_dir():
        pytest.skip("UK Core's examples are not ours to keep: put them into $CME_FHIR_UKCORE/examples")
    kinds = ("Patient", "RelatedPerson", "ServiceRequest", "Task", "Practitioner", "PractitionerRole", "Organization")
    for kind in kinds:
        for published in (home / "examples").glob(f"UKCore-{kind}-*.xml"):
            shutil.copy(published, tmp_path)
    examples = {f"{one['resourceType']}/{one['id']}": one for one in as_json(tmp_path).values()}
    asked = [name for name in examples if name.partition("/")[0] in ("Patient", "ServiceRequest", "Task")]
    assert len(asked) >= 10
    for name in asked:
        bundle = _in_a_message(name, examples)
        answer = await visitor.client.post(
            FHIR, content=json.dumps(bundle), headers=health(visitor) | {"Content-Type": MEDIA_TYPE}
        )
        if (
            name == "Patient/UKCore-Patient-Sn-Photo-Example"
        ):  # a photograph and nothing else: nobody could be looked for
            assert answer.status_code == 422 and "Patient.name" in answer.text
        else:
            assert answer.status_code == 200, (name, answer.text)
            assert answer.json()["entry"][1]["resource"]["status"] == "received"


def _in_a_message(name: str, examples: dict[str, Any]) -> dict[str, Any]:
    """A message about an example, with everybody else who is published."""
    request = {"resourceType": "ServiceRequest", "id": "asked", "status": "active", "intent": "order"}
    parts = dict(examples)
    if name.startswith("Patient/"):
        parts = {
            one: part for one, part in examples.items() if not one.startswith(("RelatedPerson", "Task", "Service"))
        }
        parts["ServiceRequest/asked"] = request | {"subject": {"reference": name}}
    focus = "ServiceRequest/asked" if name.startswith("Patient/") else name
    header = {
        "resourceType": "MessageHeader",
        "id": str(uuid4()),
        "eventCoding": {"system": "urn:cme:code:event", "code": "child-missing-education"},
        "source": {"endpoint": "https://visits.example.org/fhir"},
        "focus": [{"reference": focus}],
    }
    base = "https://visits.example.org/fhir/"
    entries = [("MessageHeader/1", header), *parts.items()]
    return {
        "resourceType": "Bundle",
        "type": "message",
        "entry": [{"fullUrl": base + one, "resource": part} for one, part in entries],
    }
