"""An address that is marked confidential leaves intake for safeguarding alone, whichever way it comes (policy 10)."""

import csv
import io
import json
import re
from typing import Any
from uuid import UUID

import pytest

from cme_bus.sealing import Key, VersionedKeyring, open_box
from cme_contracts.catalogue import CATALOG
from cme_contracts.referrals import ConfidentialAddressGiven
from tests.referrals.integration.conftest import KEYRING
from tests.referrals.integration.visitor import Visitor
from tests.referrals.invented import CHILD, OTHER_SCHOOL, deletion, new_pupil, referral

STREET, POSTCODE, TELEPHONE, MAIL = "Xylograph Passage", "ZZ99 7QX", "01632 960777", "ash@canary.example.org"
CANARIES = (STREET, POSTCODE, TELEPHONE, MAIL)
HIDDEN: dict[str, Any] = CHILD | {
    "addresses": [{"lines": [f"7 {STREET}"], "postcode": POSTCODE, "kind": "new", "confidential": True}],
    "parents": [{"name": "Ash Invented", "telephones": [TELEPHONE], "email": MAIL, "confidential": True}],
}
WAYS = [("/v1/referrals", referral), ("/v1/deletion-returns", deletion), ("/v1/new-pupil-returns", new_pupil)]


def hidden(number: int) -> dict[str, Any]:
    return HIDDEN | {"forename": f"Juniper{number}"}


async def by_every_way(visitor: Visitor) -> None:
    """Singly, as a correction, and in both kinds of batches; and a check, which keeps nothing."""
    for number, (path, form) in enumerate(WAYS):
        sent = await visitor.accepted(path, form(child=CHILD | {"forename": f"Juniper{number}"}))
        correction = f"/v1/submissions/{sent['submission_id']}/correction"
        await visitor.accepted(path, form(child=hidden(number + 10)))
        assert (
            "child.addresses" not in (await visitor.accepted(correction, form(child=hidden(number))))["still_missing"]
        )
    partner = visitor.bearer("partner", partner_kind="health")
    await visitor.accepted("/v1/partner-notifications", referral(child=hidden(19)), who=partner)
    rows = [{"kind": "referral"} | referral(child=hidden(20)), {"kind": "deletion_return"} | deletion(child=hidden(21))]
    await batch(visitor, "\n".join(map(json.dumps, rows)), "application/x-ndjson")
    out = io.StringIO()
    row = {
        "kind": "deletion_return", "child.surname": "Quill", "ground": "g", "deleted_on": "2026-11-20",
        "child.addresses.1.lines.1": f"7 {STREET}", "child.addresses.1.postcode": POSTCODE,
        "child.addresses.1.confidential": "yes", "child.parents.1.name": "Ash Invented",
        "child.parents.1.telephones": TELEPHONE, "child.parents.1.confidential": "Yes",
    }  # fmt: skip
    writer = csv.DictWriter(out, list(row))
    writer.writeheader()
    writer.writerow(row)
    await batch(visitor, out.getvalue(), "text/csv")
    checked = await visitor.client.post(
        "/v1/submissions/check", json={"kind": "referral"} | referral(child=hidden(30)), headers=visitor.school()
    )
    assert checked.json()["would_be_taken"] is True and not leaked(checked.text)


async def batch(visitor: Visitor, body: str, type_: str) -> None:
    answer = await visitor.client.post(
        "/v1/batches", content=body.encode(), headers=visitor.school() | {"Content-Type": type_}
    )
    assert answer.json()["refused"] == 0, answer.text


def leaked(written: str) -> list[str]:
    return [one for one in CANARIES if one.casefold() in written.casefold()]


@pytest.mark.policy("10.3")
async def test_in_no_event_but_the_one_to_safeguarding_and_in_no_table_in_clear(
    visitor: Visitor, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    await by_every_way(visitor)
    opened = await said_opened(visitor, KEYRING)
    assert all(not leaked(text) for type_, text in opened if type_ != ConfidentialAddressGiven.type)
    given = [text for type_, text in opened if type_ == ConfidentialAddressGiven.type]
    assert len(given) == 10 and all(STREET in text and TELEPHONE in text for text in given)
    tables = await visitor.pool.fetch(
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"
    )
    for row in tables:
        content = await visitor.pool.fetch(f'SELECT t::text AS text FROM "{row["name"]}" AS t')
        raw = [bytes.fromhex(part) for one in content for part in _hex(one["text"])]
        written = "\n".join([one["text"] for one in content] + [part.decode(errors="replace") for part in raw])
        assert not leaked(written), row["name"]
    printed = capsys.readouterr()
    assert not leaked(caplog.text + printed.out + printed.err)


@pytest.mark.policy("10.3")
async def test_the_form_shows_it_to_its_sender_and_to_safeguarding_and_to_nobody_else(visitor: Visitor) -> None:
    sent = await visitor.accepted("/v1/referrals", referral(child=HIDDEN))
    path = f"/v1/submissions/{sent['submission_id']}"
    for who in (visitor.school(), visitor.bearer("safeguarding")):
        assert (await visitor.get(path, who)).json()["as_received"]["child"] == HIDDEN
    for role in ("lead_officer", "team_manager", "service_lead", "head_of_service"):
        answer = await visitor.get(path, visitor.bearer(role))
        assert not leaked(answer.text)
        child = answer.json()["as_received"]["child"]
        assert child["addresses"] == [{"kind": "new", "confidential": True, "held_by_safeguarding": True}]
        assert child["parents"] == [{"name": "Ash Invented", "confidential": True, "held_by_safeguarding": True}]
        assert child["surname"] == HIDDEN["surname"]
    assert (await visitor.get(path, visitor.school(OTHER_SCHOOL))).status_code == 404
    entered = await visitor.accepted(
        "/v1/referrals", referral(child=HIDDEN), who=visitor.bearer("lead_officer", sub="imo")
    )
    path = f"/v1/submissions/{entered['submission_id']}"
    assert leaked((await visitor.get(path, visitor.bearer("lead_officer", sub="imo"))).text)
    assert not leaked((await visitor.get(path, visitor.bearer("lead_officer", sub="tobias"))).text)


async def said_opened(visitor: Visitor, keyring: VersionedKeyring) -> list[tuple[str, str]]:
    """Type, and all that any reader finds in it, of what waits in the outbox."""
    found = []
    for row in await visitor.pool.fetch("SELECT headers, payload FROM outbox ORDER BY seq"):
        headers = json.loads(row["headers"])
        event = CATALOG[headers["ce_type"]].model_validate_json(row["payload"])
        text = bytes(row["payload"]).decode() + str(row["headers"])
        if event.box is not None and event.box.box is not None:
            keys: dict[str, Key] = dict(await keyring.for_opening([event.box.box["kid"]]))
            open_box(event, UUID(headers["ce_id"]), keys)
            text += str(event.box.plain.model_dump_json())
        found.append((headers["ce_type"], text))
    return found


def _hex(text: str) -> list[str]:
    return [one for one in re.findall(r"\\x([0-9a-f]+)", text) if len(one) % 2 == 0]
