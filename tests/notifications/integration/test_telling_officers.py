"""Officers are told by case, child or role, at the newest address, and nobody who has left."""

from uuid import uuid4

import pytest

from cme_contracts.codes import (
    Assignment,
    OfficerRole,
    Outcome,
    SignOff,
)
from cme_contracts.notifications import MessageFailed
from tests.notifications import invented
from tests.notifications.integration.conftest import COUNCIL, Service


async def test_a_role_is_everybody_who_holds_it_and_nobody_who_has_left(service: Service) -> None:
    first, second, gone = uuid4(), uuid4(), uuid4()
    await service.hear(invented.escalated_deadline(uuid4(), uuid4()))
    await service.send_all()
    assert await service.states() == {"service_lead": "queued"}

    await service.hear(
        invented.officer(first, OfficerRole.SERVICE_LEAD, email="first@example.org"),
        invented.officer(second, OfficerRole.SERVICE_LEAD, email="second@example.org"),
        invented.officer(gone, OfficerRole.SERVICE_LEAD, active=False, email="gone@example.org"),
    )
    await service.send_all()
    assert await service.states() == {str(first): "sent", str(second): "sent"}
    assert {said.event.audience for said in await service.say()} == {"management"}


async def test_a_lead_officer_who_manages_the_team_is_told_once(service: Service) -> None:
    both = uuid4()
    await service.hear(invented.officer(both, OfficerRole.TEAM_MANAGER))
    await service.hear(invented.breached(uuid4(), uuid4(), both))
    await service.send_all()
    assert len(await service.mail()) == 1


async def test_the_lead_officer_of_a_case_is_known_by_its_child_too(service: Service) -> None:
    child, case, lead = uuid4(), uuid4(), uuid4()
    await service.hear(
        invented.officer(lead, email="lead@example.org"),
        invented.case_opened(child, case, uuid4()),
        invented.assigned(child, case, lead),
        invented.acknowledged(child),
    )
    await service.send_all()
    assert await service.mail("lead@example.org") == [
        "A case has been assigned to you",
        "Social care has acknowledged an escalation",
    ]


async def test_the_team_manager_is_told_of_a_case_without_an_officer_and_of_its_closure_to_agree_to(
    service: Service,
) -> None:
    child, case = uuid4(), uuid4()
    end = invented.closure_proposed(child, case, SignOff.TEAM_MANAGER, outcome=Outcome.DECEASED)
    manager = invented.officer(uuid4(), OfficerRole.TEAM_MANAGER, email="manager@example.org")
    await service.hear(manager, invented.left_to_team(child, case), end)
    await service.send_all()
    assert await service.mail("manager@example.org") == [
        "A case has no Lead Officer",
        "The closure of a case waits for you",
    ]
    bodies = [row["body"] for row in await service.pool.fetch("SELECT body FROM mailbox")]
    assert all(str(case) in body and str(child) not in body and "deceased" not in body for body in bodies)


@pytest.mark.policy("7.3")
async def test_whoever_can_settle_a_closure_is_told_that_it_waits(service: Service) -> None:
    child, case, first, second = (uuid4() for _ in range(4))
    await service.hear(
        invented.officer(first, email="first@example.org"),
        invented.officer(second, email="second@example.org"),
        invented.officer(uuid4(), OfficerRole.TEAM_MANAGER, email="manager@example.org"),
        invented.closure_proposed(child, case, SignOff.SECOND_OFFICER),
    )
    await service.send_all()
    asked = ["The closure of a case waits for a second officer"]
    assert [await service.mail(f"{who}@example.org") for who in ("first", "second", "manager")] == [asked] * 3

    await service.hear(invented.closure_proposed(child, case, SignOff.SAFEGUARDING, outcome=Outcome.UNTRACED))
    await service.send_all()
    safeguarding = COUNCIL.teams(invented.DUE)["safeguarding"].email
    assert await service.mail(safeguarding) == ["The closure of a case waits for you"]
    bodies = [row["body"] for row in await service.pool.fetch("SELECT body FROM mailbox")]
    assert not any(str(child) in body or "untraced" in body for body in bodies)


async def test_whoever_led_a_case_is_not_written_to_once_it_is_the_teams(service: Service) -> None:
    child, case, lead = uuid4(), uuid4(), uuid4()
    await service.hear(
        invented.officer(lead, email="lead@example.org"),
        invented.officer(uuid4(), OfficerRole.TEAM_MANAGER, email="manager@example.org"),
        invented.case_opened(child, case, uuid4()),
        invented.assigned(child, case, lead),
        invented.left_to_team(child, case),
        invented.acknowledged(child, case),
        invented.reopened(child, case),
    )
    await service.send_all()
    assert await service.mail("lead@example.org") == ["A case has been assigned to you"]
    assert await service.mail("manager@example.org") == [
        "A case has no Lead Officer", "Social care has acknowledged an escalation", "A case of yours is open again",
    ]  # fmt: skip


@pytest.mark.policy("9.1")
async def test_a_concern_goes_out_before_what_was_owed_earlier(service: Service) -> None:
    manager = uuid4()
    await service.hear(invented.officer(manager, OfficerRole.TEAM_MANAGER, email="manager@example.org"))
    await service.hear(*(invented.referrer_named(email="ada@example.org") for _ in range(3)))
    await service.hear(invented.concern(uuid4()))
    sender = service.sender()
    await sender.address()
    assert await sender.send_next(urgent_only=True)
    assert await service.mail() == ["Urgent: a safeguarding concern has been raised"]
    assert not await sender.send_next(urgent_only=True)
    await service.send_all()
    assert len(await service.mail()) == 4


async def test_an_officer_who_has_left_is_not_written_to(service: Service) -> None:
    lead = uuid4()
    await service.hear(invented.officer(lead, active=False))
    await service.hear(invented.assigned(uuid4(), uuid4(), lead))
    await service.send_all()
    assert await service.mail() == []
    (said,) = await service.say()
    assert isinstance(said.event, MessageFailed) and said.event.reason == "no-address"


async def test_the_newest_address_is_the_one_that_is_used(service: Service) -> None:
    lead = uuid4()
    await service.hear(invented.assigned(uuid4(), uuid4(), lead), invented.officer(lead, email="old@example.org"))
    await service.hear(invented.officer(lead, email="new@example.org"))
    await service.send_all()
    assert (await service.mail("new@example.org"), await service.mail("old@example.org")) == (
        ["A case has been assigned to you"],
        [],
    )


async def test_nobody_is_written_to_about_what_was_so_before_the_register_had_the_case(service: Service) -> None:
    """An imported case (decision 0137): the officer had it, and everybody at that desk knows that it is overdue."""
    child, case, lead = uuid4(), uuid4(), uuid4()
    theirs = invented.assigned(child, case, lead).model_copy(update={"reason": Assignment.ALREADY_THEIRS})
    missed = invented.breached(child, case, lead).model_copy(update={"tell": ()})
    await service.hear(
        invented.officer(lead, email="lead@example.org"), invented.case_opened(child, case, uuid4()), theirs, missed
    )
    await service.send_all()
    assert await service.mail() == []
    await service.hear(invented.acknowledged(child))
    await service.send_all()
    assert await service.mail("lead@example.org") == ["Social care has acknowledged an escalation"], "it is theirs"
