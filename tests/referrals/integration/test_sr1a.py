"""SR1a with all it asks for (domain section 10): kept word for word, and little of it said to others."""

import base64
from typing import Any

import pytest

from cme_referrals.domain.completeness import ASKED_OF_A_SCHOOL, Kind
from tests.referrals.integration.visitor import Visitor
from tests.referrals.invented import CANARY, CHILD, referral, whole_referral

SHELTER = "17 Hidden Harbour"
PDF = base64.b64encode(b"%PDF-1.7 an invented letter").decode()


def told_in_full() -> dict[str, Any]:
    form = whole_referral()
    form["child"] |= {
        "preferred_forename": "Juno", "religion": "none", "free_school_meals": True, "service_child": False,
        "early_help": True, "interpreter_needed": False, "worker": {"name": f"Alex {CANARY}", "agency": "early help"},
        "special_needs": {"stage": "ehcp", "plan_la": "999"},
        "addresses": [CHILD["addresses"][0] | {"lived_from": "2021-04-01", "lived_to": "2026-10-30"}],
        "parents": [{
            "name": f"Robin {CANARY}", "parental_responsibility": True, "lives_with_child": False, "language": "Polish",
            "address": {"lines": [SHELTER], "postcode": "ZZ98 8ZZ", "confidential": True},
        }],
    }  # fmt: skip
    return form | {
        "relatives": [{"name": f"Rowan {CANARY}", "relationship": "brother", "school_name": "Fallowmere Infants"}],
        "attachments": [{"title": "letter", "media_type": "application/pdf", "content": PDF}],
        "enquiries": [{
            "made_on": "2026-11-09", "made_at": "16:30", "method": "home_visit", "outcome": "nobody_there",
            "by": "attendance officer", "person": f"Robin {CANARY}", "note": "No answer.",
        }],
    }  # fmt: skip


@pytest.mark.policy("7.1")
async def test_all_of_it_is_kept_and_shown_to_its_sender(visitor: Visitor) -> None:
    form = told_in_full()
    accepted = await visitor.accepted("/v1/referrals", form)
    assert accepted["still_missing"] == ["child.parents.telephones"]
    shown = (await visitor.get(f"/v1/submissions/{accepted['submission_id']}", visitor.school())).json()
    assert shown["as_received"] == form
    held, named, raised = await visitor.said()
    assert [one[0] for one in (held, named, raised)] == [
        "cme.confidential-address.given.v1", "cme.referrer.named.v1", "cme.referral.raised.v1"
    ]  # fmt: skip
    assert raised[2]["factors"] == ["ehcp"]  # what another member says as well


async def test_a_parents_own_hidden_address_is_safeguardings_alone(visitor: Visitor) -> None:
    accepted = await visitor.accepted("/v1/referrals", told_in_full())
    place = f"/v1/submissions/{accepted['submission_id']}"
    for role, sees in (("lead_officer", False), ("safeguarding", True)):
        shown = (await visitor.get(place, visitor.bearer(role))).text
        assert (SHELTER in shown) is sees, role


async def test_a_school_is_asked_for_more_than_a_neighbour(visitor: Visitor) -> None:
    school = await visitor.accepted("/v1/referrals", referral())
    officer = await visitor.accepted("/v1/referrals", referral(), who=visitor.bearer("lead_officer"))
    more = set(ASKED_OF_A_SCHOOL[Kind.REFERRAL])
    assert more <= set(school["still_missing"]) and more.isdisjoint(officer["still_missing"])


@pytest.mark.parametrize(
    ("file", "wrong"),
    [
        ({"media_type": "image/png", "content": PDF}, "is not a file of this kind"),
        ({"media_type": "application/pdf", "content": "%PDF-1.7"}, "is not base64"),
        ({"media_type": "text/html", "content": PDF}, "is not one of the known codes"),
    ],
)
async def test_a_file_is_what_it_says_it_is(visitor: Visitor, file: dict[str, str], wrong: str) -> None:
    answer = await visitor.send("/v1/referrals", referral(attachments=[{"title": "letter"} | file]))
    (fault,) = answer.json()["errors"]
    assert answer.status_code == 422 and fault["pointer"].startswith("#/attachments/0")
    assert fault["wrong"] == wrong
