"""A health message read as the form it fills in, and what is said of it."""

from datetime import date
from typing import Any

from cme_referrals.entrypoints.fhir.bundle import read_message
from cme_referrals.entrypoints.fhir.issues import Issues
from cme_referrals.entrypoints.fhir.notification import notification_of
from tests.referrals.invented import CANARY

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
