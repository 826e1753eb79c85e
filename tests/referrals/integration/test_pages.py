"""The pages, as somebody in a browser meets them: without an account, without a script (policy 5.4, 7)."""

import hashlib
from base64 import b64encode
from datetime import timedelta

import httpx2
import pytest

from tests.referrals.integration.conftest import LINKS, Standing
from tests.referrals.integration.reading import Page
from tests.referrals.integration.test_by_link import ADDRESS, link_to
from tests.referrals.integration.visitor import URL, Visitor
from tests.referrals.invented import CANARY, deletion

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SCRIPT = "<script>alert(1)</script>"


def read(answer: httpx2.Response, status: int = 200) -> Page:
    """A page that keeps the promises of every page."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
    style = answer.text.partition("<style>")[2].partition("</style>")[0]
    allowed = f"style-src 'sha256-{b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ") and allowed in policy and "form-action 'self'" in policy
    page = Page(answer.text)
    page.check()
    return page


async def test_somebody_asks_for_a_link(visitor: Visitor) -> None:
    page = read(await visitor.client.get("/tell-us", headers=BROWSER))
    wrong = await visitor.client.post("/tell-us", data=page.filled({"email": "no address", "purpose": "tell"}))
    again = read(wrong, 422)
    assert ("title", "Error: Tell us about a child missing education - Fallowshire County Council") in again.headings
    assert "#email" in again.links and 'value="no address"' in again.text
    sent = await visitor.client.post("/tell-us", data=again.filled({"email": ADDRESS, "purpose": "tell"}))
    once_more = await visitor.client.post("/tell-us", data={"email": ADDRESS, "purpose": "tell"})
    assert read(sent).text == read(once_more).text and ADDRESS not in sent.text
    assert [name for name, _, _ in await visitor.said()] == ["cme.link.requested.v1"]


@pytest.mark.policy("5.4.1")
@pytest.mark.policy("7.3")
async def test_somebody_tells_of_a_child_and_sees_how_far_it_has_come(visitor: Visitor) -> None:
    """What was filled in is kept when something is wrong; looking spends nothing, two clicks send once."""
    place = f"/tell-us/{await link_to(visitor)}"
    for _ in range(2):
        page = read(await visitor.client.get(place, headers=BROWSER))
    fields = {
        "child.date_of_birth.day": "31",
        "child.date_of_birth.month": "2",
        "child.date_of_birth.year": "2015",
        "more": f"{SCRIPT} seen with her aunt",
        "factors": "domestic_abuse",
        "on_roll": "no",
        "whereabouts_known": "yes",
    }
    again = read(await visitor.client.post(place, data=page.filled(fields)), 422)
    assert ("h2", "There is a problem") in again.headings and "#child-date_of_birth" in again.links
    assert SCRIPT not in again.text and "&lt;script&gt;alert(1)&lt;/script&gt; seen with her aunt" in again.text
    assert {"value": "domestic_abuse", "checked": ""}.items() <= next(
        field for field in again.inputs if field["name"] == "factors" and "checked" in field
    ).items()
    del fields["child.date_of_birth.day"], fields["child.date_of_birth.month"], fields["child.date_of_birth.year"]
    nameless = read(await visitor.client.post(place, data=again.filled(fields)), 422)
    assert "#child-forename" in nameless.links and "or describe the child" in nameless.text
    assert await visitor.count("submission") == 0

    fields |= {
        "child.surname": CANARY,
        "postcode": "ZZ99 9ZZ",
        "child.nhs_number": "9434765918",
        "referrer.kind": "health",
    }
    done = [read(await visitor.client.post(place, data=nameless.filled(fields))) for _ in range(2)]
    assert done[0].text == done[1].text and "NHS number: " in done[0].text and CANARY not in done[0].text
    assert await visitor.count("submission") == 1
    types = [name for name, _, _ in await visitor.said()]
    assert types[1:] == ["cme.referrer.named.v1", "cme.referral.raised.v1", "cme.concern.reported.v1"]
    assert (await visitor.said())[2][2]["reason"] == "no_school_place"

    (follow,) = {link for link in done[0].links if link.startswith(URL)}
    shown = await visitor.client.get(follow.removeprefix(URL), headers=BROWSER)
    assert "We have received it" in read(shown).text and "23 November 2026" in shown.text
    for program in ({}, {"Accept": "application/json"}):
        assert (await visitor.client.get(follow.removeprefix(URL), headers=program)).json()["stage"] == "received"
    all_of_it = await visitor.client.get(f"/following/{await link_to(visitor, purpose='follow')}", headers=BROWSER)
    assert read(all_of_it).text.count("<h2>Reference ") == 1

    read(await visitor.client.get(place, headers=BROWSER), 410)


async def test_the_page_says_what_was_corrected_and_taken_back(visitor: Visitor, clock: Standing) -> None:
    sent = await visitor.accepted("/v1/deletion-returns", deletion())
    path = f"/v1/submissions/{sent['submission_id']}"
    clock.at += timedelta(hours=1)
    later = await visitor.accepted(f"{path}/correction", deletion(ground="f"))
    assert (await visitor.send(f"{path}/withdrawal", {"reason": "sent_in_error"})).status_code == 200
    shown = read(await visitor.client.get(sent["follow"].removeprefix(URL), headers=BROWSER)).text
    assert "Taken back by its sender" in shown and later["reference"] in shown


async def test_a_link_that_leads_nowhere_is_explained_on_a_page(visitor: Visitor) -> None:
    token = await link_to(visitor)
    nowhere = read(await visitor.client.get("/tell-us/AAAA", headers=BROWSER), 404)
    assert ("h1", "We cannot find this page") in nowhere.headings and "/tell-us" in nowhere.links
    over = LINKS.make("tell", LINKS.read(token, "tell").subject, timedelta(seconds=-1), one_time=True)
    assert ("h1", "This link no longer works") in read(await visitor.client.get(f"/tell-us/{over}"), 410).headings
    await visitor.client.post(f"/tell-us/{token}", data={"child.surname": CANARY})
    other = read(await visitor.client.post(f"/tell-us/{token}", data={"child.surname": "Another"}), 410)
    assert ("h1", "This link has been used") in other.headings and CANARY not in other.text
    assert (
        (await visitor.client.get("/v1/progress/AAAA", headers=BROWSER)).headers["content-type"].startswith("text/html")
    )
    problem = await visitor.client.get("/v1/progress/AAAA")
    assert problem.headers["content-type"] == "application/problem+json"
    read(await visitor.client.post(f"/tell-us/{token}", content=b"x" * 2**21), 413)
