"""Social care and other teams get a reference and no name; where nobody can write to them, the team manager is asked."""

from pathlib import Path
from uuid import uuid4

import pytest

import cme_council
from cme_contracts.codes import OfficerRole, SignOff, Team
from cme_contracts.notifications import MessageFailed, MessageSent
from cme_notifications.adapters.mailbox import Mailbox
from cme_notifications.application.send import Sender
from tests.notifications import invented
from tests.notifications.integration.conftest import COUNCIL, Service, composer


@pytest.mark.policy("9.2")
async def test_social_care_gets_an_escalation_with_a_reference_and_no_name(service: Service) -> None:
    event = invented.escalated(uuid4(), uuid4(), to_be_confirmed=True)
    await service.hear(event, invented.officer(uuid4(), OfficerRole.TEAM_MANAGER, email="manager@example.org"))
    await service.send_all()
    care = COUNCIL.contact("social_care", invented.DUE).email
    (body,) = [row["body"] for row in await service.pool.fetch("SELECT body FROM mailbox WHERE address = $1", care)]
    assert str(event.escalation_id) in body and "Monday 7 December 2026" in body and "fgm" not in body
    assert await service.mail("manager@example.org") == ["Urgent: please confirm an escalation to social care"]


@pytest.mark.policy("9.2")
async def test_where_social_care_cannot_be_written_to_the_team_manager_is_asked_to_ring(service: Service) -> None:
    """As shipped the council's file has no mailbox of social care: nobody may believe that an escalation has arrived."""
    shipped, manager = cme_council.load(Path("deploy/council.toml")), uuid4()
    event = invented.escalated(uuid4(), uuid4())
    await service.hear(invented.officer(manager, OfficerRole.TEAM_MANAGER), event)
    sender = Sender(service.db.transaction, Mailbox(service.pool), composer(shipped), lambda: service.now)
    for _ in range(3):
        await sender.address()
        while await sender.send_next():
            pass

    assert await service.states() == {"social_care": "permanently failed", str(manager): "sent"}
    (mail,) = await Mailbox(service.pool).read("officer@example.org", 10)
    assert mail.subject == "Urgent: social care has not been told, please telephone"
    assert "Starting Point now: 01629 533190" in mail.body and str(event.escalation_id) in mail.body
    assert [said.type for said in await service.say()] == [MessageFailed.type, MessageSent.type]
    assert {said.meta.causation_id for said in await service.say()} == {
        str(row["event_id"]) for row in await service.rows()
    }


@pytest.mark.policy("5.3.2")
async def test_a_team_gets_what_is_handed_to_it_once_with_a_reference_and_no_name(service: Service) -> None:
    event = invented.handed_over(uuid4())
    (record,) = await service.records(event)
    for _ in range(2):
        await service.hear_again(record)
        await service.send_all()
    team = COUNCIL.teams(invented.DUE)["home_education"].email
    assert await service.mail() == await service.mail(team) == [f"Handed to your team: {event.reference}"]
    body = await service.pool.fetchval("SELECT body FROM mailbox")
    assert f"https://r.example.org/v1/submissions/{event.submission_id}" in body
    (said,) = await service.say()
    assert (said.event.audience, said.event.child_id) == ("team", event.child_id)


@pytest.mark.policy("5.3.2")
async def test_a_team_learns_that_what_it_has_was_taken_back(service: Service) -> None:
    event = invented.handover_withdrawn(uuid4())
    await service.hear(event)
    await service.send_all()
    team = COUNCIL.teams(invented.DUE)["home_education"].email
    assert await service.mail() == await service.mail(team) == [f"Withdrawn by its sender: {event.reference}"]


async def test_what_cannot_reach_its_team_is_for_the_team_manager_to_hand_over(service: Service) -> None:
    """As shipped the council's file has no mailbox of any team, and none at all of a team that came later."""
    shipped, manager = cme_council.load(Path("deploy/council.toml")), uuid4()
    await service.hear(
        invented.officer(manager, OfficerRole.TEAM_MANAGER),
        invented.handed_over(uuid4(), Team.MEDICAL_NEEDS),
        invented.handed_over(uuid4(), Team.UNKNOWN),
        invented.handover_withdrawn(uuid4()),
    )
    sender = Sender(service.db.transaction, Mailbox(service.pool), composer(shipped), lambda: service.now)
    for _ in range(3):
        await sender.address()
        while await sender.send_next():
            pass
    assert await service.mail("officer@example.org") == [
        "Please hand over CME-7K4P-2M9Q yourself", "Please hand over CME-7K4P-2M9Q yourself",
        "Please tell a team that CME-7K4P-2M9Q was withdrawn",
    ]  # fmt: skip
    assert await service.states() == {
        "home_education": "permanently failed",
        "medical_needs": "permanently failed", "unknown": "permanently failed", str(manager): "sent"
    }  # fmt: skip


@pytest.mark.policy("9.1")
async def test_where_safeguarding_cannot_be_written_to_the_team_manager_tells_them_that_a_closure_waits(
    service: Service,
) -> None:
    """As shipped the council's file has no mailbox of safeguarding."""
    shipped = cme_council.load(Path("deploy/council.toml"))
    await service.hear(
        invented.officer(uuid4(), OfficerRole.TEAM_MANAGER),
        invented.closure_proposed(uuid4(), uuid4(), SignOff.SAFEGUARDING),
    )
    sender = Sender(service.db.transaction, Mailbox(service.pool), composer(shipped), lambda: service.now)
    for _ in range(3):
        await sender.address()
        while await sender.send_next():
            pass
    assert await service.mail("officer@example.org") == ["Please tell safeguarding that a closure waits for it"]
