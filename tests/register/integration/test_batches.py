"""A batch of a backlog costs as many round trips as a small one: what is done for each child is done for all of them at once."""

from collections.abc import Iterator
from datetime import date, timedelta

import asyncpg

from cme_bus.database import Database, as_it_is, prepare
from cme_contracts.base import Event
from cme_contracts.codes_intake import Ground
from cme_register.adapters.postgres import RegisterTx
from cme_register.adapters.tables import load_rules
from tests.register.integration.county import KEYRING, Register, Standing
from tests.register.invented import NOVEMBER, addition, child, deletion, referral

OTHER_AUTHORITY = "998"


def everything(number: int) -> Iterator[Event]:
    """Children of every kind that a batch may hold: new, known, doubtful, too young, another team's, another authority's."""
    at = NOVEMBER + timedelta(minutes=number)
    born, postcode = date(2014, 1 + number % 12, 1 + number % 28), f"ZZ99 {number % 10}A{chr(65 + number // 10 % 26)}"
    known = child("Isolde", f"Quillfeather{number}", born=born, postcode=postcode, upn=f"Z99900{number:07}")
    yield referral(known, at=at)
    yield deletion(known, at=at, school=f"99{number:04}")
    yield addition(known, at=at)
    yield referral(child("Isolda", f"Quillfether{number}", born=born, postcode=postcode), at=at)
    yield referral(child("Ambrose", f"Thistlewood{number}", born=born, postcode=None, upn=f"Z99900{number:07}"), at=at)
    yield referral(child("Wren", f"Larkspur{number}", born=date(2024, 3, 1), postcode=postcode), at=at)
    yield deletion(child("Odo", f"Fennimore{number}", born=born, postcode=postcode), at=at, ground=Ground.F, known=True)
    yield deletion(child("Una", f"Marchbanks{number}", born=born), at=at, school_la=OTHER_AUTHORITY)


async def test_a_batch_of_many_children_makes_as_many_round_trips_as_one_of_few(
    migrated: str, register: Register
) -> None:
    asked: list[str] = []

    async def listen(conn: asyncpg.Connection) -> None:
        await prepare(conn)
        conn.add_query_logger(lambda query: asked.append(query.query))

    async with asyncpg.create_pool(migrated, min_size=1, max_size=1, init=listen, reset=as_it_is) as pool:
        db = Database(pool, RegisterTx, source="/cme/register", keyring=KEYRING)
        busy = Register(db, Standing(NOVEMBER), load_rules(authority="999"))
        await busy.hear(*everything(0))  # types and names are looked up once
        took = []
        for numbers in (range(1, 6), range(6, 46)):
            sent = [event for number in numbers for event in everything(number)]
            before = len(asked)
            await busy.hear(*sent)
            took.append(len(asked) - before)
    kinds = {"child.handed-over", "other-authority.concerned", "match.proposed", "identifier.quarantined"}
    assert kinds <= set(await register.told())
    assert took[1] <= took[0] + 3
