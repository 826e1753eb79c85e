"""Two records are one child, and then are not: everything comes back (policy 8)."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

import cme_identity
from cme_bus.migrate import migrate
from cme_contracts.base import CATALOG
from cme_contracts.codes import Factor
from cme_contracts.register import CaseOpened
from cme_contracts.register_matching import RecordsJoined, RecordsSeparated, SubmissionMatched
from tests.register.integration.county import GWILYM, Register
from tests.register.integration.desk import Desk
from tests.register.integration.joined import ISOLDE, IZZY, Two, close, two
from tests.register.invented import NOVEMBER, addition, child, referral


@pytest.mark.policy("5.1.6")
async def test_joined_and_separated_with_a_case_each(register: Register, desk: Callable[..., Desk]) -> None:
    both = await two(register, desk)
    [(first, _)], [(second, _)] = await both.cases(both.isolde), await both.cases(both.izzy)
    before = [await desk().read(f"/v1/children/{child_id}") for child_id in (both.isolde, both.izzy)]

    await both.join()
    said = await register.only("records.joined")
    assert (said["child_id"], said["absorbed_child_id"], said["decided_by"]) == (both.isolde, both.izzy, str(GWILYM))
    assert dict(await both.cases(both.isolde)) == {first: "open", second: "joined"}
    shown = await desk().read(f"/v1/children/{both.izzy}")
    assert shown["child_id"] == both.isolde
    assert (shown["details"]["forename"], shown["details"]["upn"]) == ("Isolde", "W830200126001")
    assert [address["postcode"] for address in shown["details"]["addresses"]] == ["ZZ99 1AB", "ZZ99 2CD"]
    assert [one["absorbed_child_id"] for one in shown["joined"]] == [both.izzy]

    await both.separate()
    back = await register.only("records.separated")
    assert (back["restored_child_id"], back["case_ids"], len(back["submission_ids"])) == (both.izzy, [second], 1)
    assert await both.cases(both.isolde) == [(first, "open")]
    assert await both.cases(both.izzy) == [(second, "open")]
    assert [await desk().read(f"/v1/children/{child_id}") for child_id in (both.isolde, both.izzy)] == before
    assert (await register.told())[-2:] == ["records.joined", "records.separated"]


async def test_a_waiting_case_stands_still_and_goes_on_where_it_stood(
    register: Register, desk: Callable[..., Desk]
) -> None:
    both = await two(register, desk)
    await both.join()
    await register.let_pass("2026-12-09T12:00:00+00:00")
    assert (await register.told()).count("deadline.breached") == 1
    await both.separate()
    await register.timers.fire_due()
    breached = [one.body for one in await register.said() if one.short == "deadline.breached"]
    assert [body["child_id"] for body in breached] == [both.isolde, both.izzy]
    assert [body["detected_late_by"] for body in breached] == [36 * 3600, 36 * 3600]


async def test_no_deadline_is_lost_by_joining(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(referral(IZZY))
    await register.hear(referral(ISOLDE, at=NOVEMBER + timedelta(days=1)))
    izzy, isolde = [one.body["child_id"] for one in await register.said() if one.short == "case.opened"]
    manager = desk("team_manager")
    assert await manager.refused(f"/v1/children/{isolde}/join", absorbed_child_id=izzy) == (409, "deadline-would-move")
    assert "records.joined" not in await register.told()
    await manager.do(f"/v1/children/{izzy}/join", absorbed_child_id=isolde)


@pytest.mark.policy("7.3")
async def test_whoever_referred_the_absorbed_record_is_told_too(register: Register, desk: Callable[..., Desk]) -> None:
    both = await two(register, desk)
    [(first, _)] = await both.cases(both.isolde)
    await both.join()
    await close(desk(), first)
    closed = await register.only("case.closed")
    assert len(closed["submission_ids"]) == 2
    await both.separate()
    assert [status for _, status in await both.cases(both.izzy)] == ["open"]


async def test_what_came_meanwhile_goes_back_to_whose_it_is(register: Register, desk: Callable[..., Desk]) -> None:
    both = await two(register, desk, second=False)
    await both.join()
    meant_izzy = referral(IZZY, at=NOVEMBER + timedelta(days=1), factors=(Factor.EHCP,))
    await register.hear(meant_izzy)
    assert (await register.told())[-2:] == ["submission.matched", "duplicate.linked"]
    assert (await register.last("submission.matched"))["child_id"] == both.isolde
    await both.separate()
    assert (await register.told())[-4:] == [
        "records.separated",
        "case.opened",
        "lead-officer.assigned",
        "clock.started",
    ]
    opened = await register.last("case.opened")
    assert (opened["child_id"], opened["submission_id"]) == (both.izzy, str(meant_izzy.submission_id))
    assert opened["opened_at"] == "2026-11-24T09:12:00Z"
    assert str(meant_izzy.submission_id) in (await register.only("records.separated"))["submission_ids"]


async def test_a_referral_answered_with_another_childs_outcome_is_owed_a_case(
    register: Register, desk: Callable[..., Desk]
) -> None:
    both = await two(register, desk, second=False)
    [(first, _)] = await both.cases(both.isolde)
    await both.join()
    await register.hear(referral(IZZY))
    await close(desk(), first)
    await both.separate()
    assert [status for _, status in await both.cases(both.izzy)] == ["open"]
    assert await both.cases(both.isolde) == [(first, "closed")]


async def test_a_case_that_came_with_the_absorbed_record_goes_back_and_leaves_nobody_without(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(addition(ISOLDE), referral(IZZY))
    isolde, izzy = [one.body["child_id"] for one in await register.said() if one.short == "submission.matched"]
    both = Two(register, desk("team_manager"), isolde, izzy)
    await both.join()
    [(izzys, _)] = await both.cases(isolde)
    await register.hear(referral(ISOLDE))
    assert (await register.told())[-1] == "duplicate.linked"
    await both.separate()
    assert await both.cases(izzy) == [(izzys, "open")]
    [(isoldes, status)] = await both.cases(isolde)
    assert (status, isoldes != izzys) == ("open", True)


async def test_joined_in_turn_and_taken_apart_in_any_order(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(
        *(referral(child(name, postcode=f"ZZ99 {n}AB")) for n, name in enumerate(("Ada", "Bea", "Cleo"), 1))
    )
    ada, bea, cleo = [one.body["child_id"] for one in await register.said() if one.short == "case.opened"]
    manager = desk("team_manager")
    await manager.do(f"/v1/children/{bea}/join", absorbed_child_id=cleo)
    await manager.do(f"/v1/children/{ada}/join", absorbed_child_id=bea)
    everyone = Two(register, manager, ada, cleo)
    assert sorted(status for _, status in await everyone.cases(ada)) == ["joined", "joined", "open"]
    assert await manager.refused(f"/v1/children/{bea}/join", absorbed_child_id=cleo) == (409, "records-not-apart")
    assert await manager.refused(f"/v1/children/{bea}/separate", restored_child_id=cleo) == (409, "records-not-joined")
    assert await manager.refused(f"/v1/children/{ada}/join", absorbed_child_id=str(uuid4())) == (404, "not-on-register")
    await manager.do(f"/v1/children/{ada}/separate", restored_child_id=bea)
    assert [status for _, status in await everyone.cases(ada)] == ["open"]
    assert sorted(status for _, status in await everyone.cases(bea)) == ["joined", "open"]
    await manager.do(f"/v1/children/{bea}/separate", restored_child_id=cleo)
    assert [[status for _, status in await everyone.cases(whose)] for whose in (ada, bea, cleo)] == [["open"]] * 3
    assert "duplicate.linked" not in await register.told()


async def test_joined_through_another_and_taken_out_directly(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(
        *(referral(child(name, postcode=f"ZZ99 {n}AB")) for n, name in enumerate(("Ada", "Bea", "Cleo"), 1))
    )
    ada, bea, cleo = [one.body["child_id"] for one in await register.said() if one.short == "case.opened"]
    manager = desk("team_manager")
    await manager.do(f"/v1/children/{bea}/join", absorbed_child_id=cleo)
    await manager.do(f"/v1/children/{ada}/join", absorbed_child_id=bea)
    await manager.do(f"/v1/children/{ada}/separate", restored_child_id=cleo)
    everyone = Two(register, manager, ada, cleo)
    assert [status for _, status in await everyone.cases(cleo)] == ["open"]
    assert sorted(status for _, status in await everyone.cases(ada)) == ["joined", "open"]


@pytest.mark.parametrize("second", [True, False], ids=["a case each", "one case"])
async def test_other_services_follow_by_what_is_said_alone(
    register: Register, desk: Callable[..., Desk], dsn: str, second: bool
) -> None:
    """`kit/identity`, fed with nothing but the events, knows of every chain and case whose it is, after each step."""
    await migrate(dsn, component="identity", folder=cme_identity.MIGRATIONS)
    both = await two(register, desk, second=second)
    steps = [
        both.join,
        lambda: register.hear(referral(IZZY)),
        both.separate,
        both.join,
        lambda: register.hear(referral(ISOLDE)),
    ]
    other = await asyncpg.connect(dsn)
    heard = 0
    for minute, step in enumerate([*steps, both.separate], 1):
        register.clock.at = NOVEMBER + timedelta(minutes=minute)
        await step()
        said = await register.said()
        for one in said[heard:]:
            async with other.transaction():
                await follow(other, CATALOG[one.type].model_validate(one.body))
        heard = len(said)
        ours = await register.db.pool.fetch(
            "SELECT first_id AS subject, shown_as FROM submission JOIN child ON child.id = record_id"
            " UNION SELECT id, child_id FROM case_file"
        )
        assert ours
        for row in ours:
            assert await cme_identity.child_of(other, row["subject"]) == row["shown_as"]
    await other.close()


async def follow(conn: asyncpg.Connection, event: object) -> None:
    match event:
        case SubmissionMatched():
            await cme_identity.place(conn, event.first_submission_id, event.child_id, at=event.matched_at)
        case CaseOpened():
            await cme_identity.place(conn, event.case_id, event.child_id, at=event.opened_at)
        case RecordsJoined():
            await cme_identity.join(conn, event.absorbed_child_id, event.child_id, at=event.joined_at)
        case RecordsSeparated():
            subjects = (*event.submission_ids, *event.case_ids)
            await cme_identity.separate(conn, event.child_id, event.restored_child_id, subjects, at=event.separated_at)


async def test_a_case_that_comes_back_with_nothing_to_wait_for_is_looked_at_within_ten_working_days(
    register: Register, desk: Callable[..., Desk]
) -> None:
    """Its child was found before the join, and its last check answered while it waited: no clock of its own runs."""
    both = await two(register, desk)
    [(second, _)] = await both.cases(both.izzy)
    asked = await desk().post(f"/v1/cases/{second}/checks", {"check": "public_health_nursing", "how": "email"})
    await desk().do(f"/v1/cases/{second}/located", proof="seen_by_officer")
    await both.join()
    answered = {"result": "lead", "evidence": {"kind": "letter"}}
    path = f"/v1/cases/{second}/checks/{asked.json()['check_id']}/answer"
    assert (await desk().post(path, answered)).status_code == 200
    assert (await desk().read(f"/v1/cases/{second}"))["due_at"] is None
    await both.separate()
    assert await both.cases(both.izzy) == [(second, "open")]
    assert (await desk().read(f"/v1/cases/{second}"))["due_at"] == "2026-12-08T00:00:00Z"


@pytest.mark.parametrize("days", [1, 20], ids=["before it was due", "after it was due"])
async def test_a_case_opened_meanwhile_takes_no_deadline_away(
    register: Register, desk: Callable[..., Desk], days: int
) -> None:
    both = await two(register, desk)
    [(first, _)], [(second, _)] = await both.cases(both.isolde), await both.cases(both.izzy)
    await both.join()
    await close(desk(), first)
    await register.hear(referral(IZZY, at=NOVEMBER + timedelta(days=days)))
    third = (await register.last("case.opened"))["case_id"]
    await both.separate()
    assert dict(await both.cases(both.izzy)) == {second: "open", third: "joined"}
    assert (await desk().read(f"/v1/cases/{third}"))["waits_for"] == second
    assert len((await desk().read(f"/v1/cases/{second}"))["submissions"]) == 2
    await register.let_pass("2027-02-01T00:00:00+00:00")
    breached = [one.body for one in await register.said() if one.short == "deadline.breached"]
    assert [(body["case_id"], body["due_on"]) for body in breached if body["clock"] == "INIT-10"] == [
        (second, "2026-12-07")
    ]


async def test_a_case_opened_meanwhile_and_due_first_goes_on(register: Register, desk: Callable[..., Desk]) -> None:
    await register.hear(referral(ISOLDE), referral(IZZY, at=NOVEMBER + timedelta(days=9)))
    isolde, izzy = [one.body["child_id"] for one in await register.said() if one.short == "case.opened"]
    both = Two(register, desk("team_manager"), isolde, izzy)
    [(first, _)], [(second, _)] = await both.cases(isolde), await both.cases(izzy)
    await both.join()
    await close(desk(), first)
    await register.hear(referral(IZZY, at=NOVEMBER + timedelta(days=1)))  # sent before, and kept back by an outage
    third = (await register.last("case.opened"))["case_id"]
    await both.separate()
    assert dict(await both.cases(izzy)) == {second: "joined", third: "open"}
    assert (await desk().read(f"/v1/cases/{second}"))["waits_for"] == third
