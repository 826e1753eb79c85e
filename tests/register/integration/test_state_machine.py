"""Whatever is done to cases, in whatever order, what must hold of every one of them holds after each step."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cme_calendars import local_date
from cme_contracts.codes import Factor
from cme_contracts.codes_intake import ReferralReason
from cme_contracts.safeguarding import ConcernRaised
from cme_register.adapters.invariants import broken
from cme_register.application.ports import Officer
from cme_register.domain.codes import Role
from tests.register.integration.conftest import EMPTY
from tests.register.integration.county import IMOGEN, TOBIAS, Register
from tests.register.integration.desk import Desk
from tests.register.invented import addition, child, deletion, referral

AMIRA = UUID(int=77)
OUTCOMES = (
    ("on_roll_in_county", "official_record"), ("on_roll_elsewhere", "school_confirmed_in_writing"),
    ("moved_abroad_believed", "parent_in_writing"), ("untraced", "official_record"), ("deceased", "official_record"),
)  # fmt: skip
NUMBERS = count(1)


class Team:
    """The team and its cases. Each method is something that happens; `n` says to which case or child."""

    def __init__(self, register: Register, desk: Callable[..., Desk]) -> None:
        self.register, self.officer, self.manager = register, desk(), desk("team_manager")
        self.safeguarding = desk("safeguarding", str(AMIRA))
        self.second = desk("lead_officer", str(TOBIAS))
        self.children = [child(f"Child{next(NUMBERS)}", postcode=f"ZZ99 {letter}AB") for letter in "123"]

    async def refer(self, n: int) -> None:
        reason = ReferralReason.NO_SCHOOL_PLACE if n % 2 else ReferralReason.WHEREABOUTS_UNKNOWN
        factors = (Factor.FGM,) if n % 5 == 0 else ()
        await self.register.hear(referral(self._child(n), at=self.register.clock.now(), reason=reason, factors=factors))

    async def refer_one_on_roll(self, n: int) -> None:
        await self.register.hear(referral(self._child(n), at=self.register.clock.now(), on_roll=True))

    async def delete(self, n: int) -> None:
        await self.register.hear(deletion(self._child(n), at=self.register.clock.now()))

    async def add(self, n: int) -> None:
        await self.register.hear(addition(self._child(n), at=self.register.clock.now()))

    async def raise_concern(self, n: int) -> None:
        if case := await self._case(n):
            await self.register.hear(ConcernRaised(
                child_id=case["child_id"], case_id=case["id"], concern_id=uuid4(), factors=(Factor.EXPLOITATION,),
                rule="exploitation", raised_at=self.register.clock.now(),
            ))  # fmt: skip

    async def locate(self, n: int) -> None:
        await self._ask(self.officer, n, "located", proof="seen_by_officer")

    async def recategorise(self, n: int) -> None:
        category = ("missing", "without_school_place", "on_roll_enquiry")[n % 3]
        await self._ask(self.officer, n, "category", category=category)

    async def assign(self, n: int) -> None:
        await self._ask(self.manager, n, "lead-officer", officer_id=str((IMOGEN, TOBIAS)[n % 2]))

    async def close(self, n: int) -> None:
        outcome, proof = OUTCOMES[n % len(OUTCOMES)]
        await self._ask(self.officer, n, "considerations", of="safeguarding", reason="no concern")
        if n % 4 and (case := await self._case(n)):  # now and then the checks are forgotten
            checks = (await self.officer.read(f"/v1/cases/{case['id']}/closure"))["checks_to_settle"]
            await self._ask(self.manager, n, "waived-checks", checks=checks, reason="found_otherwise")
        await self._ask(self.officer, n, "closure", outcome=outcome, proof=proof, evidence="file 14")

    async def agree(self, n: int) -> None:
        await self._ask((self.second, self.manager, self.safeguarding)[n % 3], n, "closure/agreement")

    async def refuse(self, n: int) -> None:
        await self._ask(self.manager, n, "closure/refusal", reason="wrong_outcome")

    async def review(self, n: int) -> None:
        await self._ask((self.officer, self.manager)[n % 2], n, "review")

    async def reopen(self, n: int) -> None:
        await self._ask(self.officer, n, "reopening", reason="closed_in_error", note="of another child")

    async def join(self, n: int) -> None:
        if (one := await self._case(n)) and (other := await self._case(n + 1)):
            body = {"absorbed_child_id": str(other["child_id"])}
            await self._answered(await self.manager.post(f"/v1/children/{one['child_id']}/join", body))

    async def separate(self, n: int) -> None:
        if (one := await self._case(n)) and (other := await self._case(n + 1)):
            body = {"restored_child_id": str(other["record_id"])}
            await self._answered(await self.manager.post(f"/v1/children/{one['child_id']}/separate", body))

    async def come_and_go(self, n: int) -> None:
        """One of the Lead Officers leaves, or comes back; or both are gone."""
        await self.register.staff(*(
            Officer(id_, "Somebody Invented", "somebody@example.org", Role.LEAD_OFFICER, active)
            for id_, active in ((IMOGEN, n % 4 != 0), (TOBIAS, n % 3 != 0))
        ))  # fmt: skip

    async def pass_time(self, n: int) -> None:
        self.register.clock.at += timedelta(days=(1, 4, 15, 40)[n % 4])

    def _child(self, n: int) -> Any:
        return self.children[n % 3]

    async def _case(self, n: int) -> Any:
        rows = await self.register.db.pool.fetch("SELECT id, child_id, record_id FROM case_file ORDER BY opened_at, id")
        return rows[n % len(rows)] if rows else None

    async def _ask(self, desk: Desk, n: int, what: str, **body: str | list[str]) -> None:
        if case := await self._case(n):
            await self._answered(await desk.post(f"/v1/cases/{case['id']}/{what}", body))

    async def _answered(self, answer: Any) -> None:
        """Done, or refused by a rule: never a fault of ours."""
        assert answer.status_code in {200, 409, 422}, answer.text


STEPS: tuple[Callable[[Team, int], Awaitable[None]], ...] = (
    Team.refer, Team.refer, Team.refer_one_on_roll, Team.delete, Team.add, Team.raise_concern, Team.locate, Team.locate,
    Team.recategorise, Team.assign, Team.close, Team.close, Team.close, Team.agree, Team.agree, Team.refuse, Team.review,
    Team.reopen, Team.join, Team.separate, Team.come_and_go, Team.pass_time,
)  # fmt: skip
MOVES = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 59)), min_size=4, max_size=25)


async def live(register: Register, desk: Callable[..., Desk], moves: list[Any]) -> None:
    await register.db.pool.execute(EMPTY)  # each life begins anew
    await register.staff()
    team = Team(register, desk)
    await team.refer(0)
    for step, n in moves:
        await step(team, n)
        await register.timers.fire_due()
        found = {
            rule: cases
            for rule, cases in (await broken(register.db.pool, local_date(register.clock.now()))).items()
            if cases
        }
        assert found == {}, f"after {step.__name__}"
    assert await register.db.pool.fetchval("SELECT max(attempts) FROM timer") == 0


QUICK = settings(
    max_examples=4, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # fmt: skip
LONG = settings(QUICK, max_examples=60, derandomize=False)


@pytest.mark.policy("8.1")
@QUICK
@given(moves=MOVES)
async def test_a_case_is_never_without_an_owner_and_a_next_date(
    register: Register, desk: Callable[..., Desk], moves: list[Any]
) -> None:
    await live(register, desk, moves)


@pytest.mark.prove
@pytest.mark.timeout(600)
@LONG
@given(moves=MOVES)
async def test_nor_in_many_more_lives(register: Register, desk: Callable[..., Desk], moves: list[Any]) -> None:
    await live(register, desk, moves)
