"""A school is told what does not fit in its return and what came of it, and gets no letter about a child's death."""

from datetime import timedelta
from uuid import uuid4

import pytest

from cme_contracts.codes import OfficerRole
from cme_contracts.codes_intake import ChallengeState, Ground, ReturnKind
from cme_contracts.notifications import MessageFailed
from cme_notifications.domain.messages import WAIT_FOR_ADDRESS
from tests.notifications import invented
from tests.notifications.integration.conftest import Service


async def test_a_school_without_a_mailbox_is_said_at_once_and_a_school_nobody_told_us_of_is_waited_for(
    service: Service,
) -> None:
    silent, unknown = "999124", "999125"
    await service.hear(invented.school(silent, mailbox=None))
    await service.hear(invented.pupil_added(urn=silent), invented.pupil_added(urn=unknown))
    await service.send_all()
    assert await service.states() == {silent: "permanently failed", unknown: "queued"}
    await service.passes(WAIT_FOR_ADDRESS - timedelta(minutes=1))
    await service.send_all()
    assert (await service.states())[unknown] == "queued"
    await service.passes(timedelta(minutes=2))
    await service.send_all()
    assert (await service.states())[unknown] == "permanently failed"
    assert [said.event.reason for said in await service.say() if isinstance(said.event, MessageFailed)] == [
        "no-address"
    ] * 2


@pytest.mark.policy("5.2.6")
async def test_a_school_is_told_what_does_not_fit_and_not_what_is_still_to_be_decided(service: Service) -> None:
    asked = invented.challenged()
    await service.hear(
        invented.school(),
        asked,
        invented.challenged(state=ChallengeState.NOT_YET_KNOWN),
        invented.challenged(state=ChallengeState.ANSWERED),
    )
    await service.send_all()
    assert await service.mail("office@example.org") == [f"Please look at your deletion return {asked.reference}"]
    body = await service.pool.fetchval("SELECT body FROM mailbox")
    assert all(words in body for words in (asked.what, asked.mend, asked.source))


@pytest.mark.policy("5.2.6")
async def test_what_does_not_fit_at_once_is_one_message(service: Service) -> None:
    several = invented.challenged_on_several()
    await service.hear(invented.school(), *several)
    await service.send_all()
    assert await service.mail("office@example.org") == [f"Please look at your deletion return {several[0].reference}"]
    body = await service.pool.fetchval("SELECT body FROM mailbox")
    assert all(one.what in body and one.mend in body for one in several)


@pytest.mark.policy("5.2.6")
@pytest.mark.parametrize(("agreed", "subject"), [(True, "Both have signed"), (False, "Please look at")])
async def test_a_school_learns_what_the_two_signatures_come_to(service: Service, agreed: bool, subject: str) -> None:
    decided = invented.joint_decision(agreed)
    await service.hear(invented.school(), decided)
    await service.send_all()
    assert await service.mail("office@example.org") == [f"{subject} the joint enquiries {decided.reference}"]


async def test_a_death_brings_the_school_no_letter(service: Service) -> None:
    died = invented.pupil_deleted().model_copy(update={"ground": Ground.K})
    asked = invented.challenged().model_copy(update={"ground": Ground.K})
    await service.hear(invented.school(), died, asked)
    await service.send_all()
    assert await service.mail() == [] and await service.rows() == []


async def test_a_school_is_told_of_a_late_return_and_never_of_a_childs_death(service: Service) -> None:
    of_a_death = invented.late().model_copy(update={"kind": ReturnKind.DELETION_RETURN, "ground": Ground.K})
    late = invented.late()
    await service.hear(invented.school(), late, of_a_death)
    await service.send_all()
    assert await service.mail("office@example.org") == [f"Your return {late.reference} came late"]
    body = await service.pool.fetchval("SELECT body FROM mailbox")
    assert "Attendance return" in body and "Monday 7 December 2026" in body


@pytest.mark.policy("5.1.6")
async def test_whoever_sent_another_childs_identifier_is_asked_to_check_it_and_so_is_the_team(service: Service) -> None:
    referred = invented.referrer_named(email="ada@example.org")
    await service.hear(
        invented.school(),
        referred,
        invented.officer(uuid4(), OfficerRole.TEAM_MANAGER, email="manager@example.org"),
        invented.quarantined(uuid4(), urn=invented.URN),
        invented.quarantined(uuid4(), referred.submission_id, referred=True),
        invented.quarantined(uuid4()),
    )
    await service.send_all()
    asked = "Please check an identifier in CME-7K4P-2M9Q"
    assert await service.mail("office@example.org") == [asked]
    assert (await service.mail("ada@example.org"))[1:] == [asked]
    assert await service.mail("manager@example.org") == ["An identifier in CME-7K4P-2M9Q is another child's"] * 3
    bodies = [row["body"] for row in await service.pool.fetch("SELECT body FROM mailbox WHERE subject = $1", asked)]
    assert all("Which: UPN" in body for body in bodies)


@pytest.mark.policy("6.1")
async def test_a_school_is_asked_who_did_not_start_and_the_team_knows_that_it_was(service: Service) -> None:
    await service.hear(
        invented.school(),
        invented.officer(uuid4(), OfficerRole.TEAM_MANAGER, email="manager@example.org"),
        invented.cohort_overdue(),
    )
    await service.send_all()
    assert await service.mail("office@example.org") == ["Which pupils did not start? Please tell us"]
    assert await service.mail("manager@example.org") == ["A school has not said who started"]
    bodies = sorted(row["body"] for row in await service.pool.fetch("SELECT body FROM mailbox"))
    assert all("Year 7, 2026" in body and "Thursday 3 September 2026" in body for body in bodies)
    assert any("https://g.example.org/v1/cohorts/2026/year_7/999123" in body for body in bodies)
