"""An invented child, as three kinds of senders would write of them. 999 is no authority's code, ZZ99 no postcode."""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from cme_contracts.codes_intake import Ground
from cme_contracts.people import Address, Child, Referrer
from cme_referrals.application.forms import (
    About,
    DeletionForm,
    Evidence,
    NewPupilForm,
    PartnerForm,
    Receipt,
    ReferralForm,
)  # fmt: skip

SCHOOL, OTHER_SCHOOL, UNLISTED_SCHOOL = "990001", "990002", "991234"
MONDAY = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
CANARY = "Quillfeather"
UPN, WRONG_UPN = "W830200126001", "A830200126001"

ADDRESS = {"lines": ["4 Invented Row", "Fallowmere"], "postcode": "ZZ99 9ZZ"}
CHILD: dict[str, Any] = {
    "forename": "Juniper",
    "surname": CANARY,
    "date_of_birth": "2015-03-09",
    "addresses": [ADDRESS],
}
REFERRER = {"name": "Sam Invented", "role": "attendance officer", "email": "sam.invented@harrowmere.example.org"}


def referral(**more: Any) -> dict[str, Any]:
    """The least an SR1a may say."""
    return {"child": CHILD, "referrer": {"email": REFERRER["email"]}} | more


def whole_referral(**more: Any) -> dict[str, Any]:
    """An SR1a that leaves nothing out."""
    child = CHILD | {
        "sex": "F",
        "upn": UPN,
        "parents": [{"name": f"Robin {CANARY}", "relationship": "mother", "telephones": ["01632 960123"]}],
        "year_group": "6",
        "ethnicity": "WBRI",
        "language": "English",
        "special_needs": {"stage": "support"},
    }
    whole = {
        "child": child,
        "referrer": REFERRER
        | {"kind": "school", "telephone": "01632 960001", "safeguarding_lead": {"name": "Pat Invented"}},
        "schooling": {"attendance_percent": 41, "last_codes": "NNNNOOOO"},
        "concerns": {"why": "The house stands empty.", "risk_appraisal": "No known risk."},
        "declaration": {"accurate": True},
        "school_urn": SCHOOL,
        "on_roll": False,
        "last_attended_on": "2026-11-02",
        "reason": "whereabouts_unknown",
        "factors": [],
        "enquiries": [{"made_on": "2026-11-09", "method": "home_visit", "outcome": "nobody_there"}],
        "home_la": "999",
    }
    return whole | more


def deletion(**more: Any) -> dict[str, Any]:
    """A deletion return, destination unknown; on ground g with the distance that the ground asks for."""
    form = {"child": CHILD, "ground": "g", "deleted_on": "2026-11-20", "destination": None} | more
    if form["ground"] == "g":
        form["evidence"] = {"distance_miles": 60} | form.get("evidence", {})
    return form


def new_pupil(**more: Any) -> dict[str, Any]:
    """A new pupil return."""
    return {"child": CHILD, "entered_on": "2026-11-26"} | more


GP = {"name": "Dr Invented", "organisation": "Invented Surgery", "email": "gp@surgery.example.org"}
NHS_NUMBER, WRONG_NHS_NUMBER = "9434765919", "9434765918"


def notification(**more: Any) -> dict[str, Any]:
    """What a GP knows of a child who was never at a school, and can be found at home."""
    known = {"in_school": False, "on_roll": False, "whereabouts_known": True}
    return {"child": CHILD | {"nhs_number": "943 476 5919"}, "referrer": GP, **known} | more


def about(**more: Any) -> About:
    """The child as the use cases take them."""
    child = Child(
        forename="Juniper",
        surname=CANARY,
        date_of_birth=date(2015, 3, 9),
        addresses=(Address(lines=("4 Invented Row",), postcode="ZZ99 9ZZ"),),
    )
    return About(**{"child": child, **more})


def referral_form(**more: Any) -> ReferralForm:
    """The least an SR1a may say, as the use case takes it."""
    least: dict[str, Any] = {
        "about": about(),
        "referrer": Referrer(name="", email="sam.invented@harrowmere.example.org"),
    }
    return ReferralForm(**(least | more))


def deletion_form(**more: Any) -> DeletionForm:
    """A deletion return, destination unknown."""
    least: dict[str, Any] = {
        "about": about(),
        "ground": Ground.G,
        "deleted_on": date(2026, 11, 20),
        "evidence": Evidence(distance_miles=60),
    }
    return DeletionForm(**(least | more))


def partner_form(**more: Any) -> PartnerForm:
    """The least a partner may say, as the use case takes it."""
    least: dict[str, Any] = {
        "about": about(),
        "described": False,
        "referrer": Referrer(name="", email="gp@surgery.example.org"),
    }
    return PartnerForm(**(least | more))


def new_pupil_form(**more: Any) -> NewPupilForm:
    """A new pupil return."""
    least: dict[str, Any] = {"about": about(), "entered_on": date(2026, 11, 26)}
    return NewPupilForm(**(least | more))


def receipt(**more: Any) -> Receipt:
    """A sending by a school on a Monday morning."""
    sent: dict[str, Any] = {
        "submission_id": uuid4(),
        "reference": "7KQ4-M2XW-9BW",
        "received_at": MONDAY,
        "sender": "clerk-17",
        "school_urn": SCHOOL,
        "as_received": json.dumps({"child": CHILD}).encode(),
    }
    return Receipt(**(sent | more))
