"""The lists are loaded as often as one likes; only what changed is said."""

from argparse import Namespace
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cme_bus.database import Database
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application.load import load_establishments, load_terms
from cme_referrals.domain.school_data import Establishment, Term, TermDates
from cme_referrals.entrypoints.cli import import_calendars, import_gias
from tests.referrals.integration.conftest import Standing
from tests.referrals.integration.visitor import Visitor
from tests.referrals.invented import MONDAY

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


async def test_the_commands_load_a_county_as_often_as_one_likes(
    db: Database[ReferralsTx], clock: Standing, capsys: pytest.CaptureFixture[str]
) -> None:
    context: Any = SimpleNamespace(db=db, clock=clock)  # what these commands take of it
    for _ in range(2):
        assert await import_gias(context, Namespace(file=COUNTY / "establishments.csv")) == 0
        assert await import_calendars(context, Namespace(file=COUNTY / "term-dates.json")) == 0
    first, _, second, last = capsys.readouterr().out.splitlines()
    assert " 0 new or changed" not in first
    assert second.endswith(" 0 new or changed")
    assert last.endswith("unchanged")


async def test_another_file_is_refused_in_one_sentence(
    db: Database[ReferralsTx], clock: Standing, capsys: pytest.CaptureFixture[str]
) -> None:
    context: Any = SimpleNamespace(db=db, clock=clock)
    assert await import_gias(context, Namespace(file=COUNTY / "officers.json")) == 1
    assert await import_calendars(context, Namespace(file=COUNTY / "officers.json")) == 1
    assert len(capsys.readouterr().err.splitlines()) == 2
