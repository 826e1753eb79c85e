"""A neighbour without an account, in a browser, over the whole running system: asks for a link, tells, and sees what came of it."""

import html
import re
from urllib.parse import urlsplit

import pytest

from tests.e2e.intake import SERVICES, database, reach
from tests.e2e.local_run import LocalRun
from tests.story.child import invented_child
from tests.story.system import System
from tests.support import eventually

pytestmark = [pytest.mark.prove, pytest.mark.timeout(300)]

BROWSER = {"Accept": "text/html"}
OK = 200


async def mailed(system: System, address: str, place: str) -> str:
    """The link to such a place in the newest mail to an address, once it has come."""
    found: list[str] = []

    async def has_come() -> bool:
        page = await system.http.get(f"{system.urls['notifications']}/mailbox", params={"to": address})
        found[:] = re.findall(rf"https?://[^\s'<]+{place}[^\s'<]+", html.unescape(page.text))
        return bool(found)

    await eventually(has_come, 60)
    return found[0]


@pytest.mark.policy("5.4.1")
@pytest.mark.policy("7.3")
@pytest.mark.policy("10.1")
async def test_a_neighbour_tells_of_a_child_and_learns_that_somebody_looks(run: LocalRun) -> None:
    child = invented_child()
    address = f"{child['surname'].lower()}.neighbour@street.example.org"
    async with reach(run) as system:
        intake = system.urls["referrals"]
        sent = await system.http.post(f"{intake}/tell-us", data={"email": address, "purpose": "tell"})
        assert sent.status_code == OK
        link = await mailed(system, address, "/tell-us/")
        assert (await system.http.get(link, headers=BROWSER)).status_code == OK
        said = {"child.forename": child["forename"], "child.surname": child["surname"], "whereabouts_known": "no"}
        done = await system.http.post(link, data=said)
        assert done.status_code == OK, done.text
        assert (await system.http.post(link, data=said | {"more": "again"})).status_code == 410

        progress = await mailed(system, address, "/v1/progress/")

        async def somebody_looks() -> bool:
            page = await system.http.get(progress, headers=BROWSER)
            return "A Lead Officer is looking into it" in page.text

        await eventually(somebody_looks, 60)
        again = await system.http.post(f"{intake}/tell-us", data={"email": address, "purpose": "follow"})
        assert again.status_code == OK
        following = await mailed(system, address, "/following/")
        page = await system.http.get(following, headers=BROWSER)
        assert page.text.count("<h2>Reference ") == 1 and child["surname"] not in page.text

    tokens = [urlsplit(one).path.rpartition("/")[2] for one in (link, progress, following)]
    for service in SERVICES:
        async with database(run, service) as connection:
            tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            for table in {row["tablename"] for row in tables} - {"mailbox"}:  # the mail itself, in the local run
                written = str([dict(row) for row in await connection.fetch(f'SELECT * FROM "{table}"')])
                assert not any(token in written for token in tokens), (service, table)
    for log in (run.state / "logs").iterdir():
        content = log.read_text(errors="replace")
        assert not any(token in content for token in tokens) and address not in content, log.name
