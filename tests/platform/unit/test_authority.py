"""The local authority: tokens that the services accept, and business time over HTTP."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from cme_timers.clock import SteeredClock
from cme_web.tokens import InvalidToken, TokenChecker
from deploy.local.authority import application
from deploy.local.business_time import TimeMaster, read_offset, utc_now, write_offset
from deploy.local.tokens import COUNTY, Issuer

URL = "http://authority.example"


def client(folder: Path) -> httpx2.AsyncClient:
    file = folder / "time.json"
    master = TimeMaster(
        offset=read_offset(file), save=lambda offset: write_offset(file, offset), real=utc_now, ticks=time.monotonic
    )
    app = application(Issuer(URL, folder / "issuer.json"), master)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=URL)


async def test_a_service_accepts_its_tokens_also_after_a_restart(tmp_path: Path) -> None:
    token = Issuer(URL, tmp_path / "issuer.json").token("school", school_urn="990006")
    async with client(tmp_path) as authority:
        place = (await authority.get("/.well-known/openid-configuration")).json()["jwks_uri"]
        checker = TokenChecker(issuer=URL, audience="cme", jwks_url=place, client=authority)
        caller = await checker.caller(token)
        assert (caller.subject, caller.roles, caller.urn) == ("school-990006", {"school"}, "990006")
        with pytest.raises(InvalidToken):
            await checker.caller(Issuer(URL, tmp_path / "another.json").token("school"))


async def test_an_officer_of_the_county_speaks_when_nobody_is_named(tmp_path: Path) -> None:
    officers = json.loads((COUNTY / "officers.json").read_text())["officers"]
    async with client(tmp_path) as authority:
        answer = (await authority.post("/token", json={"role": "team_manager", "minutes": 5})).json()
        checker = TokenChecker(issuer=URL, audience="cme", jwks_url=f"{URL}/jwks", client=authority)
        caller = await checker.caller(answer["access_token"])
        assert caller.subject in {officer["id"] for officer in officers if officer["role"] == "team_manager"}
        assert (await authority.post("/token", json={"role": "queen"})).status_code == 422


def test_the_key_is_its_owners_alone(tmp_path: Path) -> None:
    Issuer(URL, tmp_path / "issuer.json")
    assert (tmp_path / "issuer.json").stat().st_mode & 0o077 == 0


async def test_two_stories_move_time_together_and_the_services_see_it(tmp_path: Path) -> None:
    clock = SteeredClock(tmp_path / "time.json")
    soon, later = (datetime.now(UTC) + timedelta(days=days) for days in (3, 10))
    async with client(tmp_path) as authority:
        one, other = [(await authority.post("/time/participants")).json()["id"] for _ in range(2)]
        waits_long = asyncio.create_task(
            authority.post(f"/time/participants/{one}/wait", json={"until": later.isoformat()})
        )
        assert (await asyncio.wait({waits_long}, timeout=0.1))[0] == set()
        assert clock.now() < soon
        answer = (await authority.post(f"/time/participants/{other}/wait", json={"until": soon.isoformat()})).json()
        assert answer["reached"]
        assert soon <= clock.now() < later
        assert not waits_long.done()
        assert (await authority.delete(f"/time/participants/{other}")).status_code == 204
        assert (await waits_long).json()["reached"]
        assert clock.now() >= later
        assert (await authority.delete(f"/time/participants/{other}")).status_code == 404
