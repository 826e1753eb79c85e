"""An address that safeguarding holds: the register finds a child by its token, shows that it is held, and knows no more."""

from collections.abc import Callable

import pytest

from cme_contracts import people
from cme_contracts.referrals import ReferralRaised
from tests.register.integration.county import Register
from tests.register.integration.desk import Desk
from tests.register.invented import child, referral

FOUND_BY, TOKEN = ("6b" * 16,), "5a" * 16
HELD = people.Address(lines=(), kind="new", held_by_safeguarding=True, token=TOKEN, found_by=FOUND_BY)
OPEN = people.Address(lines=("7 Hidden Row",), postcode="ZZ99 7QX", kind="new", found_by=FOUND_BY)
MOTHER = people.Parent(name="Ash Quillfeather", telephones=("01632 960777",))


def at(*addresses: people.Address, forename: str = "Isolde", parents: tuple[people.Parent, ...] = ()) -> ReferralRaised:
    return referral(child(forename).model_copy(update={"addresses": addresses, "parents": parents}))


@pytest.mark.policy("10.3")
@pytest.mark.parametrize(("first", "second"), [(HELD, OPEN), (OPEN, HELD), (HELD, HELD)])
async def test_two_mentions_of_one_place_are_one_child_and_what_one_holds_is_held(
    register: Register, desk: Callable[..., Desk], first: people.Address, second: people.Address
) -> None:
    await register.hear(at(first, parents=(MOTHER,)))
    hidden = people.Parent(name=MOTHER.name, held_by_safeguarding=True)
    await register.hear(at(second, parents=(hidden,)))
    assert (await register.last("submission.matched"))["matched_by"][:3] == ["name", "date_of_birth", "postcode"]
    child_id = (await register.last("submission.matched"))["child_id"]
    details = (await desk().read(f"/v1/children/{child_id}"))["details"]
    assert details["addresses"] == [{"lines": [], "kind": "new", "held_by_safeguarding": True}]
    assert [(one["name"], one["telephones"]) for one in details["parents"]] == [(MOTHER.name, [])]


async def test_two_children_at_one_held_place_are_two(register: Register) -> None:
    other = HELD.model_copy(update={"found_by": ("7c" * 16,)})
    await register.hear(at(HELD), at(other, forename="Ottoline"))
    assert await register.db.pool.fetchval("SELECT count(*) FROM child") == 2
    assert await register.db.pool.fetchval("SELECT count(*) FROM case_file WHERE status = 'open'") == 2
