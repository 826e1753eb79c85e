"""Health tells the council in FHIR: a message is a partner's notification, and its Task follows the case (policy 5.4)."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from cme_bus.database import Database
from cme_contracts.codes_intake import WithdrawalReason
from cme_referrals.adapters.postgres import ReferralsTx
from tests.referrals.integration.conftest import Standing
from tests.referrals.integration.visitor import Visitor
from tests.referrals.invented import CANARY
from tests.referrals.messages import FHIR, MEDIA_TYPE, NHS_NUMBER, WRONG_NHS_NUMBER, concept, message

FRIDAY = datetime(2026, 11, 27, 16, 40, tzinfo=UTC)


def health(visitor: Visitor, sub: str = "fallowmere-visits", kind: str = "health") -> dict[str, str]:
    return visitor.bearer("partner", sub=sub, partner_kind=kind)


async def send(visitor: Visitor, body: Any, who: dict[str, str] | None = None, **headers: str) -> httpx2.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    said = {"Content-Type": MEDIA_TYPE, **(health(visitor) if who is None else who), **headers}
    answer = await visitor.client.post(FHIR, content=content, headers=said)
    assert answer.headers["content-type"] == MEDIA_TYPE and CANARY not in answer.text
    return answer


async def taken(visitor: Visitor, body: dict[str, Any], who: dict[str, str] | None = None) -> dict[str, dict[str, Any]]:
    """The resources of the message that answers, by their type."""
    answer = await send(visitor, body, who)
    assert answer.status_code == 200, answer.text
    bundle = answer.json()
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "message")
    return {entry["resource"]["resourceType"]: entry["resource"] for entry in bundle["entry"]}


async def task_of(visitor: Visitor, id_: str, who: dict[str, str] | None = None) -> dict[str, Any]:
    answer = await visitor.get(f"/fhir/R4/Task/{id_}", health(visitor) if who is None else who)
    assert answer.status_code == 200 and answer.headers["content-type"] == MEDIA_TYPE
    assert CANARY not in answer.text and NHS_NUMBER not in answer.text
    found: dict[str, Any] = answer.json()
    return found


def issues(answer: httpx2.Response) -> list[dict[str, Any]]:
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome" and body["issue"]
    found: list[dict[str, Any]] = body["issue"]
    return found


@pytest.mark.policy("5.4.1")
async def test_a_health_visitors_message_is_a_referral_of_a_child_without_a_school(visitor: Visitor) -> None:
    told = await taken(visitor, message())
    header = told["MessageHeader"]
    assert header["response"]["identifier"] == "0e4f2d2c-6d0f-4f4e-9b55-000000000001"
    assert header["response"]["code"] == "ok"
    assert header["focus"][0]["reference"].endswith(f"/fhir/R4/Task/{told['Task']['id']}")
    assert told["Task"]["status"] == "received"
    assert [one["valueString"] for one in told["Task"]["output"]] == [
        f"Task.input.where(type.coding.code = '{name}')" for name in ("in_school", "school_urn", "last_seen_on")
    ]
    said = await visitor.said()
    assert [type_ for type_, *_ in said] == ["cme.referrer.named.v1", "cme.referral.raised.v1"]
    raised = said[1][2]
    assert (raised["referrer"], raised["reason"]) == ("health", "no_school_place")
    assert raised["factors"] == ["refugee_or_asylum"] and raised["submission_id"] == told["Task"]["id"]
    kept = await visitor.get(f"/v1/submissions/{told['Task']['id']}", visitor.bearer("lead_officer", sub="imogen"))
    form = kept.json()["as_received"]
    assert form["child"]["nhs_number"] == NHS_NUMBER and "never been to a school" in form["more"]
    assert form["fhir_message"] == message(), "the message is kept whole, whatever was read of it"


@pytest.mark.policy("9.1")
async def test_a_factor_that_may_not_wait_goes_ahead_and_free_text_goes_nowhere(visitor: Visitor) -> None:
    await taken(visitor, message(request={"reasonCode": [concept("http://snomed.info/sct", "342191000000101")]}))
    said = await visitor.said()
    assert [type_ for type_, *_ in said][-1] == "cme.concern.reported.v1"
    assert said[-1][2]["factors"] == ["child_protection_plan"]


async def test_an_nhs_number_that_cannot_be_right_is_kept_aside_and_said(visitor: Visitor) -> None:
    wrong = [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": WRONG_NHS_NUMBER}]
    told = await taken(visitor, message(patient={"identifier": wrong}))
    (warning,) = [one for one in told["OperationOutcome"]["issue"] if one["severity"] == "warning"]
    assert warning["expression"] == ["Patient.identifier"] and WRONG_NHS_NUMBER not in str(told)
    assert ("data-quality", "Patient.identifier") in [
        (one["type"]["coding"][0]["code"], one["valueString"]) for one in told["Task"]["output"]
    ]
    assert told["MessageHeader"]["response"]["details"]["reference"].endswith(told["OperationOutcome"]["id"])


@pytest.mark.policy("10.3")
async def test_a_restricted_patients_address_leaves_for_safeguarding_alone(visitor: Visitor) -> None:
    label = {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}
    told = await taken(visitor, message(patient={"meta": {"security": [label]}}))
    assert "cme.confidential-address.given.v1" in [type_ for type_, *_ in await visitor.said()]
    path = f"/v1/submissions/{told['Task']['id']}"
    seen = await visitor.get(path, visitor.bearer("lead_officer", sub="imogen"))
    assert "Invented Row" not in seen.text and "960123" not in seen.text
    assert seen.json()["as_received"]["fhir_message"] == "held by safeguarding"
    seen = await visitor.get(path, visitor.bearer("safeguarding", sub="sage"))
    assert seen.json()["as_received"]["fhir_message"]["entry"], "safeguarding reads it whole"


async def test_a_sender_who_names_nobody_is_answered_by_the_task(visitor: Visitor) -> None:
    told = await taken(visitor, message("visitor", "team", "mother"))
    assert "MessageHeader.source.contact" in [one["valueString"] for one in told["Task"]["output"]]
    refused = await visitor.send(
        "/v1/partner-notifications", {"child": {"surname": CANARY}, "referrer": {}}, who=health(visitor)
    )
    assert refused.status_code == 422, "with the form, a contact is needed all the same"


async def test_the_status_of_the_task_follows_the_case(visitor: Visitor, db: Database[ReferralsTx]) -> None:
    """The child comes onto the register on Monday, a Lead Officer has until 7 December, and is done on the second."""
    id_ = (await taken(visitor, message()))["Task"]["id"]
    submission, case, monday = UUID(id_), uuid4(), datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    seen = [await task_of(visitor, id_)]
    async with db.transaction() as tx:
        await tx.following.on_register([(submission, case, monday)])
    seen.append(await task_of(visitor, id_))
    async with db.transaction() as tx:
        await tx.following.assigned([(case, monday + timedelta(hours=1))])
        await tx.following.due([(case, date(2026, 12, 7))])
    seen.append(await task_of(visitor, id_))
    async with db.transaction() as tx:
        await tx.following.closed([(case, datetime(2026, 12, 2, 15, tzinfo=UTC), "on_roll_in_county", 0)])
    seen.append(await task_of(visitor, id_))
    async with db.transaction() as tx:
        await tx.following.informed([(submission, datetime(2026, 12, 3, 9, tzinfo=UTC))])
    seen.append(await task_of(visitor, id_))
    assert [one["status"] for one in seen] == ["received", "accepted", "in-progress", "completed", "completed"]
    assert [one["businessStatus"]["coding"][0]["code"] for one in seen] == [
        "received", "on_the_register", "under_investigation", "closed", "referrer_informed",
    ]  # fmt: skip
    assert [one.get("restriction") for one in seen[1:3]] == [None, {"period": {"end": "2026-12-07"}}]
    outcome = seen[3]["output"][0]
    assert outcome["valueCodeableConcept"]["coding"][0]["code"] == "on_roll_in_county"
    assert seen[3]["lastModified"] == "2026-12-02T15:00:00.000Z"

    async with db.transaction() as tx:  # the child never came, and in spring nobody has found them
        await tx.following.reopened([(case, datetime(2026, 12, 4, 9, tzinfo=UTC), 1)])
        await tx.following.due([(case, date(2026, 12, 18))])
    again = await task_of(visitor, id_)
    assert (again["status"], again["restriction"]["period"]["end"]) == ("in-progress", "2026-12-18")
    assert again["lastModified"] == "2026-12-04T09:00:00.000Z"
    assert "urn:cme:code:outcome" not in json.dumps(again)
    async with db.transaction() as tx:
        await tx.following.on_review([(case, datetime(2027, 3, 10, 9, tzinfo=UTC))])
    assert (await task_of(visitor, id_))["status"] == "on-hold"


async def test_a_task_that_was_taken_back_is_cancelled(visitor: Visitor, clock: Standing) -> None:
    id_ = (await taken(visitor, message()))["Task"]["id"]
    clock.at = FRIDAY
    reason = {"reason": WithdrawalReason.SENT_IN_ERROR.value}
    assert (await visitor.send(f"/v1/submissions/{id_}/withdrawal", reason, who=health(visitor))).status_code == 200
    task = await task_of(visitor, id_)
    assert (task["status"], task["lastModified"]) == ("cancelled", "2026-11-27T16:40:00.000Z")


async def test_a_task_is_there_for_its_sender_alone(visitor: Visitor) -> None:
    id_ = (await taken(visitor, message()))["Task"]["id"]
    paths = [(id_, health(visitor, "another-practice")), (id_, visitor.school()), (str(uuid4()), health(visitor))]
    officer = visitor.bearer("lead_officer", sub="imogen")
    answers = [await visitor.get(f"/fhir/R4/Task/{one}", who) for one, who in [*paths, (id_, officer), ("7", officer)]]
    assert {one.status_code for one in answers} == {404}
    assert len({one.text for one in answers}) == 1
    form = {"child": {"surname": CANARY}, "referrer": {"email": "pat@visits.example.org"}}
    sent = await visitor.accepted("/v1/partner-notifications", form, who=health(visitor))
    assert (await task_of(visitor, sent["submission_id"]))["identifier"][0]["value"] == sent["reference"]


async def test_the_same_message_however_often_and_however_concurrently_is_one(visitor: Visitor) -> None:
    identifier = {"identifier": {"system": "urn:ietf:rfc:3986", "value": "urn:uuid:7e1b"}}
    first, *rest = await asyncio.gather(*(send(visitor, message(bundle=identifier)) for _ in range(6)))
    again = await send(visitor, message(bundle={**identifier, "id": "resent", "timestamp": "2026-12-01T08:00:00Z"}))
    assert first.status_code == 200 and all(one.json() == first.json() for one in (*rest, again))
    assert again.headers["idempotency-replayed"] == "true"
    assert await visitor.count("submission") == 1 and len(await visitor.said()) == 2
    other_practice = await send(visitor, message(bundle=identifier), health(visitor, "another-practice"))
    assert other_practice.status_code == 200 and other_practice.json() != first.json(), "ids of two senders never meet"


@pytest.mark.parametrize(
    "second",
    [
        message(bundle={"identifier": {"value": "7e1b"}}, patient={"birthDate": "2018-02-10"}),
        message(bundle={"identifier": {"value": "7e1b"}}, header={"id": "another-header"}),
    ],
    ids=["the header's id", "the Bundle's identifier"],
)
async def test_one_id_with_two_contents_is_a_conflict(visitor: Visitor, second: dict[str, Any]) -> None:
    await taken(visitor, message(bundle={"identifier": {"value": "7e1b"}}))
    answer = await send(visitor, second)
    assert answer.status_code == 409 and [one["code"] for one in issues(answer)] == ["conflict"]
    assert await visitor.count("submission") == 1
    new = message(bundle={"identifier": {"value": "8f2c"}}, header={"id": "another-header"})
    assert (await send(visitor, new)).status_code == 200, "a refused message has claimed nothing"


async def test_every_refusal_is_an_operation_outcome(visitor: Visitor) -> None:
    who, good = health(visitor), message()
    nobody: dict[str, str] = {}
    ahead = message(patient={"birthDate": "2027-02-09"})
    refused = [
        (401, "login", await send(visitor, good, nobody)),
        (403, "forbidden", await send(visitor, good, visitor.school())),
        (403, "forbidden", await send(visitor, good, visitor.bearer("partner", sub="who"))),
        (406, "not-supported", await send(visitor, good, Accept="application/fhir+xml")),
        (415, "not-supported", await send(visitor, b"<Bundle/>", **{"Content-Type": "application/fhir+xml"})),
        (415, "not-supported", await send(visitor, good, **{"Content-Type": f"{MEDIA_TYPE}; fhirVersion=3.0"})),
        (415, "not-supported", await send(visitor, good, **{"Content-Encoding": "gzip"})),
        (400, "structure", await send(visitor, b"{")),
        (422, "not-supported", await send(visitor, {"resourceType": "Patient"})),
        (422, "value", await send(visitor, ahead)),
        (413, "too-long", await send(visitor, b" " * (1024 * 1024 + 1))),
        (405, "not-supported", await visitor.get(FHIR, who)),
        (404, "not-found", await visitor.get("/fhir/R4/Patient/1", who)),
        (404, "not-found", await visitor.get("/fhir/", who)),
        (400, "not-supported", await visitor.client.post(f"{FHIR}?async=true", json=good, headers=who)),
        (406, "not-supported", await visitor.get("/fhir/R4/metadata?_format=xml")),
    ]
    for status, code, answer in refused:
        assert (answer.status_code, [one["code"] for one in issues(answer)]) == (status, [code]), answer.text
        assert answer.headers["content-type"] == MEDIA_TYPE
    assert refused[9][2].json()["issue"][0]["expression"] == ["Patient.birthDate"]
    assert refused[0][2].headers["www-authenticate"] == "Bearer" and "POST" in refused[11][2].headers["allow"]
    assert await visitor.count("submission") == 0 == await visitor.count("idempotency")


async def test_what_the_interface_does_is_open_and_true(visitor: Visitor) -> None:
    for accept in (
        "application/fhir+json",
        "application/json;q=0.9",
        "*/*",
        "text/html, application/fhir+json; fhirVersion=4.0",
    ):
        answer = await visitor.client.get("/fhir/R4/metadata", headers={"Accept": accept})
        assert answer.status_code == 200
    said = answer.json()
    (rest,) = said["rest"]
    assert [(one["type"], one["interaction"]) for one in rest["resource"]] == [("Task", [{"code": "read"}])]
    assert [one["name"] for one in rest["operation"]] == ["process-message"]
    served = (await visitor.get("/openapi.json")).json()["paths"]
    assert {path for path in served if path.startswith("/fhir")} == {
        FHIR,
        "/fhir/R4/Task/{task_id}",
        "/fhir/R4/metadata",
    }
    assert said["messaging"][0]["endpoint"][0]["address"].endswith(FHIR)


async def test_the_example_we_publish_does_what_we_say_of_it(visitor: Visitor) -> None:
    page = (Path(__file__).parents[3] / "docs" / "integrate" / "fhir.md").read_text(encoding="utf-8")
    published = json.loads(page.partition("```json\n")[2].partition("```")[0])
    described = (await visitor.get("/openapi.json")).json()["paths"][FHIR]["post"]["requestBody"]["content"]
    assert described[MEDIA_TYPE]["example"] == published
    told = await taken(visitor, published)
    assert told["Task"]["status"] == "received"
    assert [one["severity"] for one in told["OperationOutcome"]["issue"]] == ["information"] * 5
    raised = (await visitor.said())[1][2]
    assert (raised["reason"], raised["factors"]) == ("no_school_place", ["homeless_or_refuge"])
