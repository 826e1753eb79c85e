"""The lists are loaded as often as one likes; only what changed is said."""

from argparse import Namespace
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from cme_bus.database import Database
from cme_contracts.register_recorded import AttendanceOrderRecorded
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application.elsewhere import note_order
from cme_referrals.application.load import load_establishments, load_terms
from cme_referrals.domain.school_data import Establishment, Term, TermDates
from cme_referrals.domain.school_history import Succession
from cme_referrals.entrypoints.cli import import_calendars
from cme_referrals.entrypoints.import_gias import import_gias
from tests.referrals.extract import write_extract, write_links
from tests.referrals.integration.conftest import Standing
from tests.referrals.integration.visitor import Visitor
from tests.referrals.invented import CHILD, MONDAY, OTHER_SCHOOL, SCHOOL, deletion, referral

COUNTY = Path(__file__).parents[3] / "deploy" / "local" / "county"
LARKFOLD = Establishment(
    "990055", "999", "2001", "Larkfold", "Primary", open=True, mailbox="office@larkfold.example.org"
)
NETTLE = Establishment("990056", "999", "2002", "Nettlebridge", "Primary", open=True)


async def test_a_school_is_announced_when_it_is_new_or_different_and_not_otherwise(
    visitor: Visitor, db: Database[ReferralsTx]
) -> None:
    for schools, expected in (
        ([LARKFOLD, NETTLE], 2),
        ([LARKFOLD, NETTLE], 0),
        ([replace(LARKFOLD, open=False), NETTLE], 1),
        ([replace(NETTLE, mailbox="office@nettlebridge.example.org"), replace(LARKFOLD, open=False)], 1),
    ):
        async with db.transaction() as tx:
            assert await load_establishments(tx, schools, at=MONDAY) == expected
    said = await visitor.said()
    assert {type_ for type_, _, _ in said} == {"cme.establishment.changed.v1"}
    assert [(key, body["open"], body["mailbox"]) for _, key, body in said] == [
        ("990055", True, "office@larkfold.example.org"),
        ("990056", True, None),
        ("990055", False, "office@larkfold.example.org"),
        ("990056", True, "office@nettlebridge.example.org"),
    ]


async def test_a_school_is_read_as_the_list_has_it_at_every_submission(
    visitor: Visitor, db: Database[ReferralsTx]
) -> None:
    """It is remembered between two of them, and what is remembered is never used once the list has changed."""

    async def last_school_la() -> str | None:
        await visitor.accepted("/v1/referrals", referral(), who=visitor.school(LARKFOLD.urn))
        bodies = [body for type_, _, body in await visitor.said() if type_ == "cme.referral.raised.v1"]
        la: str | None = bodies[-1]["school_la"]
        return la

    told = [await last_school_la(), await last_school_la()]
    for la_code in ("999", "888"):
        async with db.transaction() as tx:
            await load_establishments(tx, [replace(LARKFOLD, la_code=la_code)], at=MONDAY)
        told += [await last_school_la(), await last_school_la()]
    assert told == [None, None, "999", "999", "888", "888"]


async def test_a_number_that_was_on_no_list_is_looked_for_again_once_the_list_has_changed(
    visitor: Visitor, db: Database[ReferralsTx]
) -> None:
    laestab = f"{LARKFOLD.la_code}/{LARKFOLD.establishment_number}"

    async def school_urn() -> str | None:
        await visitor.accepted("/v1/referrals", referral(school_urn=laestab), who=visitor.bearer("lead_officer"))
        bodies = [body for type_, _, body in await visitor.said() if type_ == "cme.referral.raised.v1"]
        urn: str | None = bodies[-1]["school_urn"]
        return urn

    told = [await school_urn(), await school_urn()]
    async with db.transaction() as tx:
        await load_establishments(tx, [LARKFOLD], at=MONDAY)
    told += [await school_urn(), await school_urn()]
    gone_on = Succession(predecessor=LARKFOLD.urn, successor=NETTLE.urn, since=date(2026, 9, 1))
    async with db.transaction() as tx:
        closed = replace(LARKFOLD, open=False, closed_on=date(2026, 8, 31))
        await load_establishments(tx, [closed, NETTLE], at=MONDAY)
    told += [await school_urn(), await school_urn()]
    async with db.transaction() as tx:
        await tx.schools.put_successions([gone_on])
    told += [await school_urn(), await school_urn()]
    assert told == [None] * 2 + [LARKFOLD.urn] * 4 + [NETTLE.urn] * 2


async def test_a_school_named_twice_in_a_list_is_one_school(visitor: Visitor, db: Database[ReferralsTx]) -> None:
    async with db.transaction() as tx:
        assert await load_establishments(tx, [LARKFOLD, replace(LARKFOLD, name="Larkfold Academy")], at=MONDAY) == 1
    ((_, _, body),) = await visitor.said()
    assert body["name"] == "Larkfold Academy"


async def test_term_dates_are_kept_and_kept_once(db: Database[ReferralsTx]) -> None:
    terms = TermDates("999", "2026-27", (Term("autumn", date(2026, 9, 3), date(2026, 12, 18)),))
    async with db.transaction() as tx:
        assert await load_terms(tx, terms, at=MONDAY)
        assert not await load_terms(tx, terms, at=MONDAY)
        assert await load_terms(tx, replace(terms, closed_days=((date(2026, 9, 4), "training"),)), at=MONDAY)


def gias(file: Path, **more: Any) -> Namespace:
    return Namespace(**{"file": file, "links": None, "even_so": False} | more)


@pytest.fixture
def context(db: Database[ReferralsTx], clock: Standing) -> Any:
    return SimpleNamespace(db=db, clock=clock)  # what these commands take of it


async def test_the_commands_load_a_county_as_often_as_one_likes(
    context: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert await import_gias(context, gias(COUNTY / "establishments.csv")) == 0
        assert await import_calendars(context, Namespace(file=COUNTY / "term-dates.json")) == 0
    first, _, second, last = capsys.readouterr().out.splitlines()
    assert " 0 new or changed" not in first
    assert second.endswith(" 0 new or changed")
    assert last.endswith("unchanged")


async def test_another_file_is_refused_in_one_sentence(context: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert await import_gias(context, gias(COUNTY / "officers.json")) == 1
    assert await import_gias(context, gias(COUNTY / "establishments.csv", links=COUNTY / "officers.json")) == 1
    assert await import_calendars(context, Namespace(file=COUNTY / "officers.json")) == 1
    captured = capsys.readouterr()
    assert (len(captured.err.splitlines()), captured.out) == (3, "")


async def test_half_a_list_is_refused_before_any_of_it_is_kept(
    context: Any, visitor: Visitor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = (COUNTY / "establishments.csv").read_bytes()
    assert await import_gias(context, gias(COUNTY / "establishments.csv")) == 0
    said = await visitor.count("outbox")
    (half := tmp_path / "half.csv").write_bytes(whole.replace(b"Open", b"Closed")[:2500])
    assert await import_gias(context, gias(half)) == 1
    assert "breaks off in its last row" in capsys.readouterr().err
    half.write_bytes(b"\r\n".join(whole.replace(b"Open", b"Closed").splitlines()[:6]) + b"\r\n")
    assert await import_gias(context, gias(half)) == 1
    assert "lacks 7 schools" in capsys.readouterr().err
    assert await visitor.count("outbox") == said
    assert await import_gias(context, gias(half, even_so=True)) == 0
    assert await visitor.count("outbox") == said + 5
    assert await visitor.count("establishment") == 12  # what a list does not name stays as it is


async def test_what_a_row_lacks_is_said_and_costs_no_other(
    context: Any, visitor: Visitor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[dict[str, Any]] = [
        {"URN": 990001 + n, "EstablishmentNumber": 4001 + n, "EstablishmentName": f"School {n}"} for n in range(4)
    ]
    rows[1]["OpenDate"], rows[2]["URN"] = "31-02-2020", ""
    assert await import_gias(context, gias(write_extract(tmp_path / "extract.csv", rows))) == 0
    captured = capsys.readouterr()
    assert captured.out == "3 establishments read, 3 new or changed; 2 things in its rows could not be used\n"
    assert [line.split(": ")[1] for line in captured.err.splitlines()] == [
        "row 3, column OpenDate",
        "row 4, column URN",
    ]


async def test_a_school_that_became_an_academy_is_found_under_every_name_it_had(
    context: Any, db: Database[ReferralsTx], tmp_path: Path
) -> None:
    """Closed on 31 August as 990001, open since 1 September as 990101; its sixth form went on elsewhere as 990102."""
    closed = {"EstablishmentStatus (name)": "Closed", "CloseDate": "31-08-2026"}
    schools = [
        {"URN": 990001, "EstablishmentNumber": 4001, "EstablishmentName": "Harrowmere School", **closed},
        {"URN": 990101, "EstablishmentNumber": 4001, "EstablishmentName": "Academy", "OpenDate": "01-09-2026"},
        {"URN": 990002, "EstablishmentNumber": 2001, "EstablishmentName": "Larkfold School", **closed},
        {"URN": 990102, "EstablishmentNumber": 2999, "EstablishmentName": "Larkfold", "OpenDate": "01-09-2026",
         "PreviousLA (code)": "998", "PreviousEstablishmentNumber": 2001},
    ]  # fmt: skip
    extract = write_extract(tmp_path / "extract.csv", schools)
    links = write_links(tmp_path / "links.csv", [(990102, 990002, "Predecessor", "01-09-2026")])
    for changed in (4, 0):
        assert await import_gias(context, gias(extract, links=links)) == 0
        async with db.transaction() as tx:
            assert await tx.schools.put_successions([]) == 0
            for day, expected in ((date(2026, 8, 31), ("990001", "990002")), (date(2026, 9, 1), ("990101", "990102"))):
                for name in ("990001", "990101", "9994001"):
                    assert (await found(tx, name, day)) == expected[0], (name, day, changed)
                for name in ("990002", "990102", "9982001"):
                    assert (await found(tx, name, day)) == expected[1], (name, day, changed)
            assert await found(tx, "9994444", day) is None


@pytest.mark.policy("5.2.2")
async def test_a_return_under_the_number_from_before_a_conversion_is_taken_and_says_which_holds_now(
    visitor: Visitor, db: Database[ReferralsTx], clock: Standing
) -> None:
    """990001 became 990151 on 1 September. Its clerk's token still says 990001, and an order from July names it."""
    conversion = [
        Establishment(SCHOOL, "999", "4101", "Harrowmere", "", open=False, closed_on=date(2026, 8, 31)),
        Establishment("990151", "999", "4101", "Academy", "", open=True, opened_on=date(2026, 9, 1)),
    ]
    async with db.transaction() as tx:
        await load_establishments(tx, conversion, at=clock.now())
    sent = deletion(ground="f", destination={"school_urn": "999 4001"}, child=CHILD | {"upn": "UN2"})
    answer = await visitor.accepted("/v1/deletion-returns", sent)
    assert [(one["field"], "990151" in one["wrong"]) for one in answer["data_quality"]] == [
        ("child.upn", False),
        ("school_urn", True),
    ]
    deleted = next(body for type_, _, body in await visitor.said() if type_ == "cme.pupil.deleted.v1")
    assert (deleted["school_urn"], deleted["destination_urn"]) == ("990151", OTHER_SCHOOL)
    whole = (await visitor.get(f"/v1/submissions/{answer['submission_id']}", visitor.school())).json()
    assert whole["data_quality"] == answer["data_quality"]
    assert whole["as_received"]["destination"]["school_urn"] == "999 4001"

    child_id = uuid4()
    first = UUID(answer["submission_id"])
    async with db.transaction() as tx:
        await tx.identity.place(first, child_id, at=clock.now())
        await note_order(tx, order_naming(SCHOOL, child_id))
    challenged = (await visitor.get(f"/v1/submissions/{first}", visitor.school())).json()["challenges"]
    assert "challenged" in [one["state"] for one in challenged if "order" in one["rule"]]


def order_naming(urn: str, child_id: UUID) -> AttendanceOrderRecorded:
    return AttendanceOrderRecorded(
        child_id=child_id, order_id=uuid4(), order_number="SAO-2026-7", school_urn=urn, recorded_by=uuid4(),
        in_force_from=date(2026, 7, 1), recorded_at=MONDAY,
    )  # fmt: skip


async def found(tx: ReferralsTx, name: str, day: date) -> str | None:
    school = await tx.schools.establishment_of(name, day)
    return school and school.urn
