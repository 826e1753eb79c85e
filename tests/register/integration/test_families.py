"""Domain scenario 17: twins of one form are two records, two cases, one family; what becomes of one closes nothing of the other."""

from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest

from cme_contracts.referrals import ReferralRaised
from tests.register.integration.county import Register
from tests.register.integration.desk import Desk
from tests.register.invented import child, referral

FAMILY = uuid4()
BORN = date(2016, 5, 4)


def one_of(forename: str, upn: str | None, family: object = FAMILY) -> ReferralRaised:
    return referral(child(forename, born=BORN, upn=upn)).model_copy(update={"family_id": family})


@pytest.mark.policy("7.3")
async def test_one_twin_on_roll_elsewhere_closes_nothing_of_the_other(
    register: Register, desk: Callable[..., Desk]
) -> None:
    rowan, wren = one_of("Rowan", "K830200126002"), one_of("Wren", "W830200126001")
    await register.hear(rowan, wren)
    cases = [one.body for one in await register.said() if one.short == "case.opened"]
    assert len({one["child_id"] for one in cases}) == 2
    page = await desk().read(f"/v1/children/{cases[0]['child_id']}")
    assert page["siblings"] == [{"child_id": cases[1]["child_id"], "open_case_id": cases[1]["case_id"]}]
    await desk().do(f"/v1/cases/{cases[0]['case_id']}/located", proof="school_confirmed_in_writing")
    path = f"/v1/cases/{cases[0]['case_id']}"
    for sibling in (await desk().read(f"{path}/closure"))["siblings_to_consider"]:
        await desk().do(f"{path}/considerations", of="sibling", child_id=sibling, reason="not found yet")
    await desk().close(path, "on_roll_in_county", "school_confirmed_in_writing")
    assert (await desk().read(f"/v1/cases/{cases[1]['case_id']}"))["status"] == "open"
    assert (await desk().read(f"/v1/children/{cases[1]['child_id']}"))["siblings"] == [
        {"child_id": cases[0]["child_id"], "open_case_id": None}
    ]


@pytest.mark.parametrize("together", [True, False])
async def test_a_number_that_was_copied_from_a_twin_makes_them_no_one_child(register: Register, together: bool) -> None:
    twins = one_of("Rowan", "K830200126002"), one_of("Wren", "K830200126002")
    if together:
        await register.hear(*twins)
    else:
        for one in twins:
            await register.hear(one)
    assert await register.db.pool.fetchval("SELECT count(*) FROM child") == 2
    assert await register.db.pool.fetchval("SELECT count(*) FROM case_file WHERE status = 'open'") == 2
    again = one_of("Wren", None, family=None)
    await register.hear(again)
    assert await register.db.pool.fetchval("SELECT count(*) FROM child") == 2
