"""A database with cases from before status, age and ratings were looked after has them too once it is brought up to date."""

from argparse import Namespace
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from shutil import copy
from types import SimpleNamespace
from uuid import UUID, uuid4

import asyncpg
import pytest

from cme_bus.database import Database, as_it_is, prepare
from cme_bus.migrate import migrate
from cme_register.__main__ import SERVICE
from cme_register.adapters.postgres import RegisterTx
from cme_register.application.separating import separate
from cme_register.entrypoints.cli_matching import find_again
from tests.register.integration.county import IMOGEN, KEYRING, Register, Standing
from tests.register.invented import child, referral

BEFORE = "0009"
OPENED = datetime(2026, 11, 2, 12, tzinfo=UTC)
ISOLDE, IZZY, MERLE, CASPER = (UUID(int=number) for number in (11, 12, 13, 14))


def first_steps(to: Path) -> Path:
    for step in sorted(Path(dict(SERVICE.folders())["register"]).glob("*.sql")):
        if step.name[:4] <= BEFORE:
            copy(step, to)
    return to


@pytest.fixture
async def old(new_database: Callable[..., Awaitable[str]], tmp_path: Path) -> str:
    """As the tables stood when the register opened its first cases."""
    dsn = await new_database()
    for component, folder in (dict(SERVICE.folders()) | {"register": first_steps(tmp_path)}).items():
        await migrate(dsn, component=component, folder=folder)
    return dsn


async def record(conn: asyncpg.Connection, id_: UUID, born: str, *, shown_as: UUID | None = None) -> None:
    details = f'{{"forename": "Invented", "surname": "Child", "date_of_birth": "{born}", "other_names": [], "addresses": [], "parents": []}}'
    await conn.execute(
        "INSERT INTO child (id, shown_as, joined_into, details, made_at) VALUES ($1, $2, $3, $4, $5)",
        id_, shown_as or id_, shown_as, details, OPENED,
    )  # fmt: skip


async def case(conn: asyncpg.Connection, of: UUID, category: str, **more: object) -> UUID:
    row = {
        "id": uuid4(), "record_id": of, "child_id": of, "status": "open", "kind": "cme", "category": category, "factors": [],
        "risk": 0, "due_at": datetime(2026, 11, 17, tzinfo=UTC), "lead_officer_id": IMOGEN, "opened_at": OPENED, **more,
    }  # fmt: skip
    places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
    await conn.execute(f"INSERT INTO case_file ({', '.join(row)}) VALUES ({places})", *row.values())
    if row["status"] == "open":
        await conn.execute(
            "INSERT INTO clock (id, case_id, code, starts_on, due_on, due_at, calendar, source, rung)"
            " VALUES ($1, $2, 'INIT-10', '2026-11-02', '2026-11-16', $3, 'england-and-wales/1', 'policy 7', 0)",
            uuid4(), row["id"], row["due_at"],
        )  # fmt: skip
    return UUID(str(row["id"]))


async def test_cases_from_before_are_rated_dated_and_said_of(old: str) -> None:
    """Isolde is missing since 2 November; Merle, born on 4 December 2010, waits for a place; Casper's case ended on the 20th."""
    conn = await asyncpg.connect(old)
    await conn.execute(
        "INSERT INTO officer VALUES ($1, 'I', 'i@example.org', 'lead_officer', true, $2)", IMOGEN, OPENED
    )
    for id_, born in ((ISOLDE, "2015-03-09"), (MERLE, "2010-12-04"), (CASPER, "2014-01-02")):
        await record(conn, id_, born)
    await record(conn, IZZY, "2015-03-09", shown_as=ISOLDE)
    isoldes, merles = await case(conn, ISOLDE, "missing"), await case(conn, MERLE, "without_school_place")
    izzys = await case(conn, IZZY, "missing", child_id=ISOLDE, status="joined", waits_for=isoldes, due_at=None)
    await case(
        conn, CASPER, "missing", status="closed", due_at=None, located_at=OPENED, location_proof="seen_by_officer",
        closed_at=datetime(2026, 11, 20, 9, tzinfo=UTC), outcome="deceased", outcome_proof="official_record",
    )  # fmt: skip
    await conn.execute(
        "INSERT INTO join_journal (child_id, absorbed_id, joined_at, joined_by) VALUES ($1, $2, $3, $1)",
        ISOLDE, IZZY, OPENED,
    )  # fmt: skip
    await conn.close()
    for component, folder in SERVICE.folders():
        await migrate(old, component=component, folder=folder)

    async with asyncpg.create_pool(old, min_size=0, max_size=4, init=prepare, reset=as_it_is) as pool:
        db = Database(pool, RegisterTx, source="/cme/register", keyring=KEYRING)
        register = Register(db, Standing(datetime(2026, 11, 24, 12, tzinfo=UTC)))
        await register.timers.fire_due()
        rated = {one.body["case_id"]: one.body["rating"] for one in await register.said() if one.short == "risk.rated"}
        assert rated == {str(isoldes): "red"}, "missing for more than ten working days"
        told = [one for one in await register.said(beside=True) if one.short == "status.changed"]
        said = {one.key: (one.body["status"], one.body["since"]) for one in told}
        assert said == {
            str(ISOLDE): ("missing", "2026-11-02"),
            str(MERLE): ("without_school_place", "2026-11-02"),
            str(CASPER): ("deceased", "2026-11-20"),
        }  # fmt: skip
        before = len(await register.said(beside=True))
        await pool.execute("UPDATE timer SET fired_at = NULL WHERE kind = 'record.catches-up'")
        await register.timers.fire_due()
        assert (await register.said(beside=True))[before:] == []

        async with register.db.transaction() as tx:
            await separate(tx, ISOLDE, IZZY, register.rules, by=IMOGEN, at=register.clock.at, new_id=uuid4)
        assert await pool.fetchrow("SELECT status, risk FROM case_file WHERE id = $1", izzys) == ("open", 2)
        await register.let_pass("2027-07-01T00:00:00+00:00")
        ceased = await register.only("csa.ceased")
        assert (ceased["case_id"], ceased["last_day"]) == (str(merles), "2027-06-25")


async def test_a_record_without_a_birth_date_can_be_found_again(
    register: Register, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = child("Isolde", born=None, postcode="ZZ99 1AB")
    await register.hear(referral(nobody), referral(child("Merle", born=None, postcode=None)))
    keys = await register.db.pool.fetch("DELETE FROM match_key RETURNING key, record_id")
    assert keys
    for _ in range(2):
        assert await find_again(SimpleNamespace(db=register.db), Namespace()) == 0  # type: ignore[arg-type]
    assert set(await register.db.pool.fetch("SELECT key, record_id FROM match_key")) == set(keys)
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines() if "records" in line][-1] == "0"
