"""A submission joined a child by itself and is about another of the same name: it is taken out, and each has what is theirs (policy 8)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from cme_contracts.codes import Factor
from cme_contracts.safeguarding import ConcernRaised
from tests.register.integration.county import IMOGEN, Register
from tests.register.integration.desk import Desk
from tests.register.invented import NOVEMBER, addition, child, referral

ISOLDE = child("Isolde", upn="W830200126001")
COUSIN = ISOLDE.model_copy(update={"upn": None})
TUESDAY = NOVEMBER + timedelta(days=1)


class Cousins:
    """Isolde, and what was sent about her cousin of the same name, who was born on the same day and lives in the same house."""

    def __init__(self, register: Register, desk: Callable[..., Desk]) -> None:
        self.register, self.desk = register, desk
        self.isolde = self.cousin = ""

    async def hear(self, first: Any, about_cousin: Any) -> None:
        await self.register.hear(first)
        await self.register.hear(about_cousin)
        matched = [one.body for one in await self.register.said() if one.short == "submission.matched"]
        self.isolde = matched[0]["child_id"]
        assert [one["child_id"] for one in matched] == [self.isolde, self.isolde]
        self.sent = about_cousin

    async def take_out(self, *, key: str | None = None) -> None:
        body = {"submission_id": str(self.sent.submission_id)}
        answer = await self.desk().post(f"/v1/children/{self.isolde}/take-out", body, key=key)
        assert answer.status_code == 200, answer.text
        self.cousin = answer.json()["new_child_id"]

    async def page(self, child_id: str) -> Any:
        return await self.desk().read(f"/v1/children/{child_id}")

    async def case_of(self, child_id: str) -> Any:
        [case] = (await self.page(child_id))["cases"]
        return await self.desk().read(f"/v1/cases/{case['case_id']}")


@pytest.fixture
def cousins(register: Register, desk: Callable[..., Desk]) -> Cousins:
    return Cousins(register, desk)


@pytest.mark.policy("8.1")
async def test_each_child_has_a_case_and_what_is_grave_of_the_one_is_not_known_of_the_other(
    register: Register, cousins: Cousins
) -> None:
    await cousins.hear(referral(ISOLDE), referral(COUSIN, at=TUESDAY, factors=(Factor.FGM,)))
    await register.hear(ConcernRaised(
        first_submission_id=cousins.sent.submission_id, concern_id=uuid4(), factors=(Factor.FGM,), rule="fgm", raised_at=TUESDAY,
    ))  # fmt: skip
    assert (await cousins.case_of(cousins.isolde))["risk"] == "red"
    before = len(await register.told())
    await cousins.take_out()

    said = (await register.said())[before:]
    assert [one.short for one in said][:4] == [
        "records.separated",
        "case.opened",
        "lead-officer.assigned",
        "clock.started",
    ]
    apart, opened = said[0].body, said[1].body
    assert (apart["child_id"], apart["restored_child_id"]) == (cousins.isolde, cousins.cousin)
    assert apart["submission_ids"] == [str(cousins.sent.submission_id)] == [apart["submission_id"]]
    assert (apart["case_ids"], apart["decided_by"]) == ([opened["case_id"]], str(IMOGEN))
    assert (opened["child_id"], opened["opened_at"]) == (cousins.cousin, "2026-11-24T09:12:00Z")

    first, second = await cousins.case_of(cousins.isolde), await cousins.case_of(cousins.cousin)
    assert (first["risk"], first["factors"], len(first["submissions"])) == ("amber", [], 1)
    assert (second["risk"], set(second["factors"]), len(second["submissions"])) == (
        "red",
        {"fgm", "safeguarding_concern"},
        1,
    )
    lines = [[line["what"] for line in case["chronology"]] for case in (first, second)]
    assert [one.count("cme.records.separated.v1") for one in lines] == [1, 1]
    assert ["cme.concern.raised.v1" in one for one in lines] == [False, True]
    assert (await cousins.desk().read("/v1/review"))["items"] == []


async def test_they_are_never_taken_for_one_another_again(register: Register, cousins: Cousins) -> None:
    await cousins.hear(referral(ISOLDE), referral(COUSIN, at=TUESDAY))
    await cousins.take_out()
    corrected = referral(COUSIN, at=TUESDAY + timedelta(hours=1), first=cousins.sent.submission_id)
    await register.hear(corrected)
    assert (await register.last("submission.matched"))["child_id"] == cousins.cousin
    await register.hear(referral(COUSIN, at=TUESDAY + timedelta(hours=2)))
    again = await register.last("submission.matched")
    assert again["new_record"] is True, "it fits both, and somebody is to say whose it is"
    pairs = (await cousins.desk().read("/v1/review"))["items"]
    assert {frozenset(one["child_id"] for one in pair["children"]) for pair in pairs} == {
        frozenset((again["child_id"], other)) for other in (cousins.isolde, cousins.cousin)
    }


async def test_a_case_that_nothing_else_is_in_goes_with_the_work_on_it(register: Register, cousins: Cousins) -> None:
    """Isolde has a school. The referral about her cousin opened a case under her name, and officers have worked on it."""
    await cousins.hear(addition(ISOLDE), referral(COUSIN, at=TUESDAY))
    case = await cousins.case_of(cousins.isolde)
    path = f"/v1/cases/{case['case_id']}"
    note = await cousins.desk().post(f"{path}/notes", {"words": "Nobody opened the door."})
    asked = await cousins.desk().post(f"{path}/checks", {"check": "public_health_nursing", "how": "email"})
    sought = {"step": "applied", "on": "2026-11-24", "school_urn": "990001", "school_la": "999"}
    place = await cousins.desk().post(f"/v1/children/{cousins.isolde}/placements", sought)
    assert {note.status_code, asked.status_code, place.status_code} == {200}
    case = await cousins.case_of(cousins.isolde)
    await cousins.take_out()

    now, isoldes = await cousins.case_of(cousins.cousin), await cousins.page(cousins.isolde)
    assert (now["case_id"], now["child_id"], now["due_at"]) == (case["case_id"], cousins.cousin, case["due_at"])
    shown = (await cousins.desk().read(f"{path}/chronology"))["items"]
    assert {"cme.check.requested.v1", "cme.placement.applied.v1"} <= {line["what"] for line in shown}
    assert "Nobody opened the door." in str(shown)
    assert (isoldes["cases"], isoldes["placements"]) == ([], [])
    assert [one["stands"] for one in (await cousins.page(cousins.cousin))["placements"]] == ["applied"]
    assert isoldes["status"]["status"] == "receiving_education"
    assert (await cousins.page(cousins.cousin))["status"]["status"] == "missing"
    await register.let_pass("2026-12-09T00:00:00+00:00")
    breached = [one.body for one in await register.said() if one.short == "deadline.breached"]
    assert "INIT-10" in {one["clock"] for one in breached}
    assert {(one["child_id"], one["case_id"]) for one in breached} == {(cousins.cousin, case["case_id"])}


async def test_what_was_kept_because_the_other_child_has_died_gets_a_case(register: Register, cousins: Cousins) -> None:
    await register.hear(referral(ISOLDE))
    path = f"/v1/cases/{(await register.last('case.opened'))['case_id']}"
    await cousins.desk().close(path, "deceased", "official_record", evidence="register of deaths")
    cousins.isolde = (await register.last("submission.matched"))["child_id"]
    cousins.sent = referral(COUSIN, at=TUESDAY)
    await register.hear(cousins.sent)
    assert (await register.told()).count("case.opened") == 1
    await cousins.take_out()
    opened = await register.last("case.opened")
    assert (opened["child_id"], opened["submission_id"]) == (cousins.cousin, str(cousins.sent.submission_id))
    assert "follows_case_id" not in opened or opened["follows_case_id"] is None


async def test_a_number_of_the_others_is_not_believed(register: Register, cousins: Cousins) -> None:
    """The school had given the cousin's form Isolde's number: that is why they were taken for one (scenario 19)."""
    await cousins.hear(referral(ISOLDE), referral(COUSIN.model_copy(update={"upn": ISOLDE.upn}), at=TUESDAY))
    await cousins.take_out()
    quarantined = await register.only("identifier.quarantined")
    assert (quarantined["child_id"], quarantined["held_by_child_id"]) == (cousins.cousin, cousins.isolde)
    assert (await cousins.page(cousins.cousin))["details"].get("upn") is None
    assert (await cousins.page(cousins.isolde))["details"]["upn"] == ISOLDE.upn


async def test_said_once_and_refused_where_there_is_nobody_else(register: Register, cousins: Cousins) -> None:
    await cousins.hear(referral(ISOLDE), referral(COUSIN, at=TUESDAY))
    key = str(uuid4())
    await cousins.take_out(key=key)
    first = cousins.cousin
    await cousins.take_out(key=key)
    assert (cousins.cousin, await register.db.pool.fetchval("SELECT count(*) FROM child")) == (first, 2)
    path, sent = f"/v1/children/{cousins.isolde}/take-out", str(cousins.sent.submission_id)
    assert await cousins.desk().refused(path, submission_id=sent) == (404, "not-on-register")
    assert await cousins.desk().refused(path, submission_id=str(uuid4())) == (404, "not-on-register")
    alone = f"/v1/children/{cousins.cousin}/take-out"
    assert await cousins.desk().refused(alone, submission_id=sent) == (409, "nothing-else-known")
    assert (await cousins.desk("safeguarding").post(alone, {"submission_id": sent})).status_code == 404


async def test_joined_again_by_a_person_they_are_one(register: Register, cousins: Cousins) -> None:
    await cousins.hear(referral(ISOLDE), referral(COUSIN, at=TUESDAY))
    await cousins.take_out()
    await cousins.desk("team_manager").do(f"/v1/children/{cousins.isolde}/join", absorbed_child_id=cousins.cousin)
    rows = await register.db.pool.fetch("SELECT status FROM case_file WHERE child_id = $1", UUID(cousins.isolde))
    assert sorted(row["status"] for row in rows) == ["joined", "open"]
