"""What a health message states about the child: codes, answers to what a form asks, and what a person must read."""

from datetime import date

from cme_contracts.codes import Factor
from cme_referrals.domain.completeness import ASKED, Kind
from cme_referrals.entrypoints.fhir.codes import Coding, factor_of
from cme_referrals.entrypoints.fhir.notification import ELEMENTS
from tests.referrals.messages import FACTOR, PATIENT, SNOMED, STATEMENT, concept, message
from tests.referrals.unit.reading_messages import MONDAY, read


def test_what_turns_the_meaning_of_a_message_is_read_by_a_person() -> None:
    form, said = read(
        message(patient={"deceasedDateTime": "2026-11-01", "active": False}, request={"priority": "stat"})
    )
    assert "has died" in form["more"] and "no longer in use" in form["more"] and "stat" in form["more"]
    assert [(one["severity"], one["code"]) for one in said] == [("warning", "business-rule")] * 2


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


def test_every_field_the_form_asks_for_has_a_place_in_a_message() -> None:
    assert {*ASKED[Kind.PARTNER_NOTIFICATION], "child.nhs_number"} <= set(ELEMENTS)
