"""Two people at one case lose nothing: what does not conflict is merged, what does is refused and named."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx2

from tests.register.integration.county import GWILYM, IMOGEN, TOBIAS, Register
from tests.register.integration.desk import Desk
from tests.register.invented import child, deletion, referral


async def post(desk: Desk, path: str, body: dict[str, Any], seen: str) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {desk.token}", "Idempotency-Key": str(uuid4()), "If-Match": seen}
    return await desk.client.post(path, json=body, headers=headers)


async def test_of_two_who_decide_the_same_the_second_is_told_what_it_is_now_and_by_whom(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(referral())
    path = f"/v1/cases/{(await register.only('case.opened'))['case_id']}"
    page = await desk().get(path)
    seen = page.headers["ETag"]
    assert seen == f'"{page.json()["version"]}"'

    first = await post(desk(), f"{path}/category", {"category": "without_school_place"}, seen)
    assert (first.status_code, first.json()["version"]) == (200, page.json()["version"] + 1)
    second = await post(desk("team_manager"), f"{path}/category", {"category": "on_roll_enquiry"}, seen)
    assert (second.status_code, second.json()["code"]) == (412, "changed-meanwhile")
    [fault] = second.json()["errors"]
    assert (fault["field"], fault["now"], fault["by"]) == ("category", "without_school_place", str(IMOGEN))

    merged = await post(desk("team_manager"), f"{path}/lead-officer", {"officer_id": str(TOBIAS)}, seen)
    assert merged.status_code == 200, merged.text
    again = await post(
        desk("team_manager"), f"{path}/category", {"category": "on_roll_enquiry"}, second.headers["ETag"]
    )
    assert again.status_code == 200, again.text
    fresh = await desk().read(path)
    assert (fresh["kind"], fresh["lead_officer_id"], fresh["version"]) == ("on_roll_enquiry", str(TOBIAS), 4)
    changes = await register.db.pool.fetch("SELECT fields, changed_by FROM case_change ORDER BY version")
    assert [tuple(row) for row in changes] == [
        (["category"], IMOGEN),
        (["lead_officer_id"], GWILYM),
        (["category"], GWILYM),
    ]


async def test_what_a_rule_has_changed_is_a_conflict_too(register: Register, desk: Callable[..., Desk]) -> None:
    who = child()
    await register.hear(referral(who, on_roll=True))
    path = f"/v1/cases/{(await register.only('case.opened'))['case_id']}"
    await register.hear(deletion(who))
    refused = await post(desk(), f"{path}/category", {"category": "without_school_place"}, '"1"')
    assert [(one["field"], one["now"], one["by"]) for one in refused.json()["errors"]] == [
        ("category", "missing", "rule")
    ]


async def test_an_etag_that_is_none(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(referral())
    path = f"/v1/cases/{(await register.only('case.opened'))['case_id']}/located"
    body = {"proof": "seen_by_officer"}
    unreadable = await post(desk(), path, body, "yesterday")
    assert (unreadable.status_code, unreadable.json()["code"]) == (400, "unreadable-etag")
    assert (await post(desk(), path, body, '"99"')).status_code == 412
    assert (await post(desk(), path, body, "*")).status_code == 200
    assert (await register.told()).count("child.located") == 1
