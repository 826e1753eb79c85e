"""The lists are loaded as often as one likes; only what changed is said."""

from dataclasses import replace
from datetime import date

from cme_bus.database import Database
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application.load import load_establishments, load_terms
from cme_referrals.domain.school_data import Establishment, Term, TermDates
from tests.referrals.integration.visitor import Visitor
from tests.referrals.invented import MONDAY

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
