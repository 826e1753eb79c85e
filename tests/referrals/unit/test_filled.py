"""What a person fills in on the page, as the members of the API's form, and back."""

from typing import Any
from urllib.parse import urlencode

import pytest

from cme_referrals.entrypoints.forms_partner import PartnerNotification
from cme_referrals.entrypoints.kinds import UnfitFormError, read_form
from cme_referrals.entrypoints.pages import filled
from cme_web.problems import Problem


def said(**values: str | list[str]) -> dict[str, Any]:
    """What a browser would send of these fields; `__` stands for a point."""
    sent = {name.replace("__", "."): value for name, value in values.items()}
    return filled.notification(filled.read(urlencode(sent, doseq=True).encode()))


def wrong(**values: str) -> dict[str, str]:
    with pytest.raises(UnfitFormError) as refused:
        read_form({"kind": "partner_notification", **said(**values)})
    return filled.errors((one.field, one.wrong, one.mend) for one in refused.value.faults)


def test_what_is_filled_in_is_the_apis_form() -> None:
    form = said(
        child__forename=" Juniper ",
        child__date_of_birth__day="9",
        child__date_of_birth__month="3",
        child__date_of_birth__year="2015",
        address="4 Invented Row\r\n\r\nFallowmere,",
        postcode="ZZ99 9ZZ",
        parent="Robin Invented",
        parent_telephone="01632 960123",
        in_school="no",
        on_roll="unknown",
        whereabouts_known="yes",
        factors=["domestic_abuse", "new_from_abroad"],
        referrer__kind="health",
        more="",
    )
    assert form == {
        "child": {
            "forename": "Juniper",
            "date_of_birth": "2015-03-09",
            "addresses": [{"lines": ["4 Invented Row", "Fallowmere"], "postcode": "ZZ99 9ZZ"}],
            "parents": [{"name": "Robin Invented", "telephones": ["01632 960123"]}],
        },
        "referrer": {"kind": "health"},
        "in_school": False,
        "whereabouts_known": True,
        "factors": ["domestic_abuse", "new_from_abroad"],
    }
    PartnerNotification.model_validate(form)


def test_none_of_these_is_an_answer_and_nothing_ticked_is_none() -> None:
    assert said(factors="none")["factors"] == []
    assert "factors" not in said(more="x")


def test_a_secret_address_is_secret_with_the_parents_telephone() -> None:
    child = said(postcode="ZZ99 9ZZ", parent="R", parent_telephone="01632 960123", confidential="yes")["child"]
    assert child["addresses"][0]["confidential"] and child["parents"][0]["confidential"]


def test_an_address_of_many_lines_loses_none() -> None:
    lines = said(address="\n".join("abcdefgh"))["child"]["addresses"][0]["lines"]
    assert lines == ["a", "b", "c", "d", "e", "f, g, h"]


def test_what_is_wrong_is_said_by_the_field_of_the_page_in_its_order() -> None:
    found = wrong(
        last_seen_on__day="31",
        last_seen_on__month="2",
        last_seen_on__year="2026",
        referrer__telephone="ring me",
        child__stated_age="nine",
        address="x" * 201,
        parent_telephone="01632 960123",
    )
    assert list(found) == ["child.stated_age", "address", "parent", "last_seen_on", "referrer.telephone"]
    assert found["last_seen_on"] == (
        "The day the child was last seen is not a date. Give day, month and year in figures, such as 27 3 2015."
    )
    assert not any(code in text for text in found.values() for code in ("YYYY", "^[", "JSON"))


def test_half_a_date_is_not_lost() -> None:
    assert "child.date_of_birth" in wrong(child__date_of_birth__year="2015")


@pytest.mark.parametrize("body", [b"more=\xff", b"&".join(b"a%d=1" % number for number in range(101))])
def test_what_no_browser_sends_is_refused(body: bytes) -> None:
    with pytest.raises(Problem) as refused:
        filled.read(body)
    assert refused.value.status_code == 400
