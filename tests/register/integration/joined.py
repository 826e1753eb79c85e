"""Two children who are joined and taken apart again, for the tests of both."""

from collections.abc import Callable
from uuid import UUID

from tests.register.integration.county import Register
from tests.register.integration.desk import Desk
from tests.register.invented import addition, child, referral

ISOLDE = child("Isolde", postcode="ZZ99 1AB")
IZZY = child("Izzy", postcode="ZZ99 2CD", upn="W830200126001")


class Two:
    """Two records, Isolde's and Izzy's, and the manager who joins and separates them."""

    def __init__(self, register: Register, manager: Desk, isolde: str, izzy: str) -> None:
        self.register, self.manager, self.isolde, self.izzy = register, manager, isolde, izzy

    async def join(self) -> None:
        await self.manager.do(f"/v1/children/{self.isolde}/join", absorbed_child_id=self.izzy)

    async def separate(self) -> None:
        await self.manager.do(f"/v1/children/{self.isolde}/separate", restored_child_id=self.izzy)

    async def cases(self, whose: str) -> list[tuple[str, str]]:
        rows = await self.register.db.pool.fetch(
            "SELECT id, status FROM case_file WHERE child_id = $1 ORDER BY opened_at, id", UUID(whose)
        )
        return [(str(row["id"]), row["status"]) for row in rows]


async def two(register: Register, desk: Callable[..., Desk], *, second: bool = True) -> Two:
    """With an open case each; or, without `second`, with one for Isolde only."""
    await register.hear(referral(ISOLDE), referral(IZZY) if second else addition(IZZY))
    isolde, izzy = [one.body["child_id"] for one in await register.said() if one.short == "submission.matched"]
    return Two(register, desk("team_manager"), isolde, izzy)


async def close(officer: Desk, case_id: str) -> None:
    await officer.do(f"/v1/cases/{case_id}/located", proof="seen_by_officer")
    await officer.close(f"/v1/cases/{case_id}", "returned_to_same_school", "school_confirmed_in_writing")
