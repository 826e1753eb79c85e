"""A school group's whole file, sent twice while the register is away: every child is there once.

How many rows: `ROWS=100000 make prove ARGS=tests/e2e/test_a_file_sent_twice.py` is the acceptance check.
"""

import csv
import gzip
import io
import os
import time
from datetime import date, timedelta

import pytest

from tests.e2e.intake import ACCEPTED, SCHOOL, database, reach
from tests.e2e.local_run import LocalRun
from tests.support import eventually

ROWS = int(os.environ.get("ROWS", "3000"))
COLUMNS = ("kind", "child.forename", "child.surname", "child.date_of_birth", "child.addresses.1.postcode", "entered_on")


def sheet(run_name: str) -> bytes:
    """Invented children, none of whom shares name, date of birth and postcode with another."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for number in range(ROWS):
        born = date(2012, 9, 1) + timedelta(days=number % 1400)
        writer.writerow(
            ["new_pupil_return", f"Row{number}", f"Invented{run_name}", born, f"ZZ{number % 90 + 10} 9ZZ", "2026-11-16"]
        )
    return gzip.compress(text.getvalue().encode("cp1252"))


@pytest.mark.prove
@pytest.mark.timeout(400 + ROWS // 20)
@pytest.mark.policy("5.2.1")
async def test_a_file_sent_twice_while_the_register_is_away_has_every_child_once(run: LocalRun) -> None:
    name = str(time.time_ns())
    content = sheet(name)
    for unit in ("register", "register-worker"):
        run.command("deploy.local", "stop", unit)
    try:
        async with reach(run) as system:
            headers = {
                "Authorization": f"Bearer {await system.token('school', urn=SCHOOL)}",
                "Content-Type": "text/csv",
                "Content-Encoding": "gzip",
            }
            place = f"{system.urls['referrals']}/v1/batches"
            sent = [await system.http.post(place, content=content, headers=headers, timeout=None) for _ in range(2)]
    finally:
        for unit in ("register", "register-worker"):
            run.command("deploy.local", "start", unit)
    assert [answer.status_code for answer in sent] == [ACCEPTED, ACCEPTED], sent[0].text
    counts = [{name: answer.json()[name] for name in ("accepted", "repeated", "refused")} for answer in sent]
    assert counts == [
        {"accepted": ROWS, "repeated": 0, "refused": 0},
        {"accepted": 0, "repeated": ROWS, "refused": 0},
    ]
    async with database(run, "referrals") as referrals:
        ids = await referrals.fetch(
            "SELECT submission_id FROM batch_accepted WHERE batch_id = $1", sent[0].json()["batch_id"]
        )
    submissions = [row["submission_id"] for row in ids]
    assert len(set(submissions)) == ROWS

    async with database(run, "register") as register:

        async def all_there() -> bool:
            found = await register.fetchval("SELECT count(*) FROM submission WHERE id = ANY($1::uuid[])", submissions)
            return bool(found == ROWS)

        await eventually(all_there, 120 + ROWS / 20)
        children = await register.fetchval(
            "SELECT count(DISTINCT record_id) FROM submission WHERE id = ANY($1::uuid[])", submissions
        )
        said = await register.fetchval(
            "SELECT count(*) FROM submission WHERE record_id IN"
            " (SELECT record_id FROM submission WHERE id = ANY($1::uuid[]))",
            submissions,
        )
    assert (children, said) == (ROWS, ROWS)
