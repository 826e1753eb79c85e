"""What is known of two children who were joined is shown with whose it is, before and after (policy 8, 9)."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from cme_contracts.codes import Factor
from cme_contracts.safeguarding import ConcernRaised
from tests.register.integration.county import Register
from tests.register.integration.desk import Desk
from tests.register.integration.joined import ISOLDE, IZZY, Two, two
from tests.register.invented import addition, child, referral


async def test_a_concern_is_shown_with_the_case_even_if_it_was_heard_first(
    register: Register, desk: Callable[..., Desk]
) -> None:
    sent = referral(child(born=date(2015, 2, 3)))
    early = ConcernRaised(
        first_submission_id=sent.submission_id, concern_id=uuid4(), factors=(Factor.FGM,), rule="fgm",
        raised_at=datetime(2026, 11, 23, 9, 13, tzinfo=UTC),
    )  # fmt: skip
    await register.hear(early)
    await register.hear(sent)
    case_id = (await register.only("case.opened"))["case_id"]
    page = await desk().read(f"/v1/cases/{case_id}")
    assert "cme.concern.raised.v1" in [line["what"] for line in page["chronology"]]
    assert page["risk"] == "amber"
    later = early.model_copy(update={"concern_id": uuid4(), "child_id": UUID(page["child_id"])})
    await register.hear(later)
    page = await desk().read(f"/v1/cases/{case_id}")
    assert [line["what"] for line in page["chronology"]].count("cme.concern.raised.v1") == 2
    assert (page["risk"], page["factors"]) == ("red", ["fgm", "safeguarding_concern"])


async def test_what_is_grave_of_a_waiting_case_ranks_the_one_that_goes_on(
    register: Register, desk: Callable[..., Desk]
) -> None:
    await register.hear(referral(ISOLDE), referral(IZZY, factors=(Factor.CHILD_PROTECTION_PLAN,)))
    isolde, izzy = [one.body["child_id"] for one in await register.said() if one.short == "case.opened"]
    both = Two(register, desk("team_manager"), isolde, izzy)
    await both.join()
    [shown] = (await desk().read("/v1/cases"))["items"]
    assert (shown["risk"], shown["factors"]) == ("red", ["child_protection_plan"])
    await both.separate()
    ranks = {one["child_id"]: (one["risk"], one["factors"]) for one in (await desk().read("/v1/cases"))["items"]}
    assert ranks == {isolde: ("amber", []), izzy: ("red", ["child_protection_plan"])}


async def test_a_waiting_case_is_read_on_the_page_of_the_one_that_goes_on(
    register: Register, desk: Callable[..., Desk]
) -> None:
    both = await two(register, desk)
    [(first, _)], [(second, _)] = await both.cases(both.isolde), await both.cases(both.izzy)
    before = [await desk().read(f"/v1/cases/{case_id}") for case_id in (first, second)]
    await both.join()
    await register.hear(ConcernRaised(
        child_id=UUID(both.izzy), case_id=UUID(second), concern_id=uuid4(), factors=(Factor.FGM,), rule="fgm",
        raised_at=register.clock.at,
    ))  # fmt: skip
    page = await desk().read(f"/v1/cases/{first}")
    assert len(page["submissions"]) == 2
    assert "cme.concern.raised.v1" in [line["what"] for line in page["chronology"]]
    assert (page["risk"], page["factors"]) == ("red", ["fgm", "safeguarding_concern"])
    await both.separate()
    after = [await desk().read(f"/v1/cases/{case_id}") for case_id in (first, second)]
    assert [page["submissions"] for page in after] == [page["submissions"] for page in before]
    assert [(page["risk"], page["factors"]) for page in after] == [
        ("amber", []),
        ("red", ["fgm", "safeguarding_concern"]),
    ]
    assert ["cme.concern.raised.v1" in [line["what"] for line in page["chronology"]] for page in after] == [False, True]


async def test_evidence_goes_back_to_whom_it_is_about(register: Register, desk: Callable[..., Desk]) -> None:
    both = await two(register, desk)
    [(first, _)], [(second, _)] = await both.cases(both.isolde), await both.cases(both.izzy)
    await both.join()
    await register.hear(addition(IZZY))

    async def shows_evidence(case_id: str) -> bool:
        page = await desk().read(f"/v1/cases/{case_id}")
        return "register.evidence.noted" in [line["what"] for line in page["chronology"]]

    assert await shows_evidence(first)
    await both.separate()
    assert (await shows_evidence(first), await shows_evidence(second)) == (False, True)
