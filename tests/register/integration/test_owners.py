"""Every open case is somebody's, whoever joins, leaves or is away (policy 7)."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from uuid import UUID

import pytest

from cme_contracts.codes import Factor
from cme_register.adapters.invariants import broken
from cme_register.adapters.owners import MOST_ROWS
from cme_register.application.ports import Officer
from cme_register.domain.codes import Role
from tests.register.integration.county import GWILYM, IMOGEN, TOBIAS, Register
from tests.register.integration.desk import Desk
from tests.register.invented import NOVEMBER, child, referral


def officer(id_: UUID, *, active: bool = True, role: Role = Role.LEAD_OFFICER) -> Officer:
    return Officer(id_, "Somebody Invented", "somebody@example.org", role, active)


async def owners(register: Register) -> Counter[str]:
    rows = await register.db.pool.fetch(
        "SELECT coalesce(lead_officer_id::text, owner_role) AS whose FROM case_file WHERE status = 'open'"
    )
    return Counter(row["whose"] for row in rows)


@pytest.mark.policy("7.2")
async def test_without_a_lead_officer_a_case_is_the_teams_until_there_is_one(register: Register) -> None:
    await register.staff(officer(IMOGEN, active=False), officer(TOBIAS, role=Role.TEAM_MANAGER))
    await register.hear(referral(child("Ada")), referral(child("Bea")))
    assert await owners(register) == {"team_manager": 2}
    left = await register.last("case.left-to-team")
    assert (left["role"], left.get("previous_officer_id")) == ("team_manager", None)
    await register.staff(officer(IMOGEN))
    await register.timers.fire_due()
    assert await owners(register) == {str(IMOGEN): 2}
    assert (await register.last("lead-officer.assigned"))["reason"] == "nobody_had_it"


async def test_the_cases_of_one_who_leaves_go_on_and_it_is_said(register: Register) -> None:
    await register.hear(*(referral(child(name)) for name in ("Ada", "Bea", "Cleo", "Dot")))
    assert await owners(register) == {str(IMOGEN): 2, str(TOBIAS): 2}
    await register.staff(officer(IMOGEN, active=False))
    await register.timers.fire_due()
    assert await owners(register) == {str(TOBIAS): 4}
    assert (await register.last("lead-officer.assigned")) | {"case_id": "", "child_id": ""} == {
        "officer_id": str(TOBIAS), "reason": "officer_left", "previous_officer_id": str(IMOGEN), "assigned_by": None,
        "assigned_at": "2026-11-23T09:12:00Z", "case_id": "", "child_id": "",
    }  # fmt: skip
    await register.staff(officer(TOBIAS, active=False))
    await register.timers.fire_due()
    assert await owners(register) == {"team_manager": 4}
    assert (await register.last("case.left-to-team"))["previous_officer_id"] == str(TOBIAS)


async def test_loads_are_counted_right_whatever_happens_at_once(register: Register, desk: Callable[..., Desk]) -> None:
    await asyncio.gather(
        *(
            register.hear(
                *(
                    referral(child(f"Child{n}", postcode=f"ZZ99 {p}AB"), factors=(Factor.FGM,) if n % 3 else ())
                    for n in range(15)
                ),
                partition=p,
            )
            for p in range(3)
        )
    )
    manager = desk("team_manager")
    items = (await manager.read("/v1/cases"))["items"]
    for item in items[:9]:
        other = TOBIAS if item["lead_officer_id"] == str(IMOGEN) else IMOGEN
        await manager.do(f"/v1/cases/{item['case_id']}/lead-officer", officer_id=str(other))
    for item in items[9:14]:
        await desk().do(f"/v1/cases/{item['case_id']}/located", proof="seen_by_officer")
    counted = await register.db.pool.fetch(
        "SELECT officer_id, risk, sum(cases)::int AS cases FROM officer_load GROUP BY 1, 2 HAVING sum(cases) <> 0 ORDER BY 1, 2"
    )
    real = await register.db.pool.fetch(
        "SELECT lead_officer_id, risk, count(*)::int FROM case_file WHERE status = 'open' GROUP BY 1, 2 ORDER BY 1, 2"
    )
    assert [tuple(row) for row in counted] == [tuple(row) for row in real]


async def test_additions_are_summed_up_and_stay_right(register: Register) -> None:
    for n in range(2):
        await register.hear(*(
            referral(child(f"Child{n}", f"No{m}", born=date(2014, 1 + m % 12, 1 + m // 12 + 14 * n), postcode=f"ZZ{n} {m % 9}AB"))
            for m in range(MOST_ROWS // 2)
        ))  # fmt: skip
    await register.hear(referral(child("Ada")), referral(child("Bea")))
    assert (
        await register.db.pool.fetchval("SELECT count(*) FROM officer_load") == MOST_ROWS + 2
    )  # not yet more than that
    await register.hear(referral(child("Cleo")), referral(child("Dot")))
    assert await register.db.pool.fetchval("SELECT count(*) FROM officer_load") == 2 + 2
    half = MOST_ROWS // 2 + 2
    assert await owners(register) == {str(IMOGEN): half, str(TOBIAS): half}
    assert await register.db.pool.fetchval("SELECT sum(cases) FROM officer_load WHERE officer_id = $1", IMOGEN) == half


@pytest.mark.policy("8.1")
async def test_who_covers_is_warned_and_who_is_away_gets_no_new_case(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(referral(child("Ada")), referral(child("Bea")))
    manager, path = desk("team_manager"), f"/v1/officers/{IMOGEN}/absences"
    away = {"from": "2026-12-01", "to": "2026-12-04", "cover_id": str(TOBIAS)}
    assert await manager.refused(path, **away | {"to": "2026-11-30"}) == (422, "invalid")
    assert await manager.refused(path, **away | {"cover_id": str(IMOGEN)}) == (422, "cover-is-no-lead-officer")
    assert await manager.refused(f"/v1/officers/{GWILYM}/absences", **away) == (422, "not-a-lead-officer")
    assert await desk("lead_officer").refused(path, **away) == (404, "not-found")
    await manager.do(path, **away)
    assert await register.only("officer.absence-recorded") | {"absence_id": ""} == {
        "officer_id": str(IMOGEN), "first_day": "2026-12-01", "last_day": "2026-12-04", "cover_id": str(TOBIAS),
        "cancelled": False, "recorded_by": str(GWILYM), "recorded_at": "2026-11-23T09:12:00Z", "absence_id": "",
    }  # fmt: skip
    await register.let_pass("2026-12-03T00:00:00+00:00")
    assert [one.body["officer_id"] for one in await register.said() if one.short == "clock.warned"] == [str(TOBIAS)] * 2
    await register.hear(
        referral(child("Cleo"), at=NOVEMBER + timedelta(days=10)),
        referral(child("Dot"), at=NOVEMBER + timedelta(days=10)),
    )
    assert await owners(register) == {str(IMOGEN): 1, str(TOBIAS): 3}
    await register.let_pass("2026-12-08T00:00:00+00:00")
    breached = {one.body["officer_id"] for one in await register.said() if one.short == "deadline.breached"}
    assert breached == {str(IMOGEN), str(TOBIAS)}
    listed = {item["officer_id"]: item for item in (await manager.read("/v1/officers"))["items"]}
    assert (listed[str(IMOGEN)]["open_cases"], listed[str(IMOGEN)]["absences"]) == (1, [])


@pytest.mark.policy("7.2")
@pytest.mark.parametrize("cancelled", [False, True])
async def test_what_came_while_everybody_was_away_goes_to_whoever_is_back_first(
    register: Register, desk: Callable[..., Desk], cancelled: bool
) -> None:
    """Imogen is away until Friday 4 December, Tobias until Tuesday the 8th; in the other story Tobias stays after all."""
    manager = desk("team_manager")
    for id_, last in ((IMOGEN, "2026-12-04"), (TOBIAS, "2026-12-08")):
        await manager.do(f"/v1/officers/{id_}/absences", **{"from": "2026-11-30", "to": last})
    await register.hear(referral(child("Ada"), at=NOVEMBER + timedelta(days=8)))
    assert await owners(register) == {"team_manager": 1}

    async def broken_on(day: date) -> Sequence[UUID]:
        return (await broken(register.db.pool, day))["is_the_teams_only_without_a_lead_officer"]

    if cancelled:
        assert len(await broken_on(date(2026, 11, 29))) == 1, "both are there on the Sunday"
        body = {"from": "2026-11-30", "to": "2026-12-08", "cancelled": True}
        assert (await manager.post(f"/v1/officers/{TOBIAS}/absences", body)).status_code == 200
        await register.timers.fire_due()
        assert await owners(register) == {str(TOBIAS): 1}
    else:
        await register.let_pass("2026-12-04T23:59:59+00:00")
        assert (await owners(register), await broken_on(date(2026, 12, 4))) == ({"team_manager": 1}, [])
        assert len(await broken_on(date(2026, 12, 5))) == 1, "from now on it would be a defect"
        await register.let_pass("2026-12-05T00:00:00+00:00")
        assert (await owners(register), await broken_on(date(2026, 12, 5))) == ({str(IMOGEN): 1}, [])
    assert (await register.last("lead-officer.assigned"))["reason"] == "nobody_had_it"


async def test_an_absence_recorded_again_is_changed(register: Register, desk: Callable[..., Desk]) -> None:
    manager, path = desk("team_manager"), f"/v1/officers/{IMOGEN}/absences"
    first = {"from": "2026-12-01", "to": "2026-12-04", "cover_id": str(TOBIAS)}
    for body in (first, first, first | {"to": "2026-12-08"}, first | {"cancelled": True}):
        assert (await manager.post(path, body)).status_code == 200
    told = [one.body for one in await register.said() if one.short == "officer.absence-recorded"]
    assert len({one["absence_id"] for one in told}) == 1
    assert [(one["last_day"], one["cancelled"]) for one in told] == [
        ("2026-12-04", False), ("2026-12-08", False), ("2026-12-04", True),
    ]  # fmt: skip
    listed = {item["officer_id"]: item for item in (await manager.read("/v1/officers"))["items"]}
    assert listed[str(IMOGEN)]["absences"] == []
