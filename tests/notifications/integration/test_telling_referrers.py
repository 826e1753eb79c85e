"""Whoever referred a child is told that it was received and how it ended, in whatever order that is heard."""

from typing import Any
from uuid import uuid4

import pytest

from cme_bus.meta import Meta
from cme_contracts.codes import OfficerRole, Outcome
from cme_contracts.codes_intake import ReferrerKind
from cme_contracts.notifications import MessageFailed, MessageSent, ReferrerInformed
from cme_notifications.application.receipts import note_receipt
from tests.notifications import invented
from tests.notifications.integration.conftest import Service


async def test_a_referrer_is_told_once_however_often_the_event_is_read(service: Service) -> None:
    event = invented.referrer_named()
    (record,) = await service.records(event)
    cause = Meta.parse(record.headers)
    await service.hear_again(record)
    await service.hear_again(record)
    await service.send_all()
    await service.hear_again(record)
    await service.send_all()

    assert await service.mail("ada@example.org") == [f"We have received your referral {event.reference}"]
    (said,) = await service.say()
    assert isinstance(said.event, MessageSent)
    assert (said.event.template, said.event.audience, said.event.submission_id) == (
        "referral-received",
        "referrer",
        event.submission_id,
    )
    assert (said.meta.causation_id, said.meta.correlation_id) == (str(cause.id), cause.correlation_id)
    assert said.event.prompted_by == event.type


@pytest.mark.policy("7.3")
@pytest.mark.parametrize("order", ["closed first", "referrer first"])
async def test_the_outcome_reaches_every_sender_whichever_comes_first(service: Service, order: str) -> None:
    child, case, referral, deletion = uuid4(), uuid4(), uuid4(), uuid4()
    facts: list[Any] = [
        invented.referrer_named(referral),
        invented.pupil_deleted(deletion),
        invented.school(),
        invented.matched(referral, child),
        invented.case_opened(child, case, referral),
    ]
    ending = invented.closed(child, case, referral, deletion)
    if order == "closed first":
        (cause,) = await service.hear(ending)
        await service.send_all()
        assert await service.mail() == []
        await service.hear(*facts)
    else:
        await service.hear(*facts)
        (cause,) = await service.hear(ending)
    await service.send_all()

    assert f"The outcome of {facts[0].reference}" in await service.mail("ada@example.org")
    assert f"The outcome of {facts[1].reference}" in await service.mail("office@example.org")
    informed = [said for said in await service.say() if isinstance(said.event, ReferrerInformed)]
    assert {said.event.submission_id for said in informed} == {referral, deletion}
    assert all(said.event.case_id == case and said.event.child_id == child for said in informed)
    assert {said.meta.causation_id for said in informed} == {str(cause.id)}


async def test_what_was_sent_is_said_before_that_the_referrer_knows(service: Service) -> None:
    referral = uuid4()
    await service.hear(invented.referrer_named(referral))
    await service.hear(invented.closed(uuid4(), uuid4(), referral))
    await service.send_all()
    assert [said.type for said in await service.say()] == [MessageSent.type, MessageSent.type, ReferrerInformed.type]


async def test_a_referrer_who_gave_no_e_mail_is_told_by_the_school_or_by_a_person(service: Service) -> None:
    of_school = invented.referrer_named(email="").model_copy(
        update={"kind": ReferrerKind.SCHOOL, "school_urn": invented.URN}
    )
    neighbour = invented.referrer_named(email=" ")
    await service.hear(of_school, neighbour)
    await service.send_all()
    assert await service.states() == {
        str(of_school.submission_id): "queued",
        str(neighbour.submission_id): "permanently failed",
    }
    await service.hear(invented.school())
    await service.send_all()
    assert len(await service.mail("office@example.org")) == 1
    assert [said.type for said in await service.say()] == [MessageFailed.type, MessageSent.type]


async def test_a_death_is_told_by_a_person(service: Service) -> None:
    referral = uuid4()
    await service.hear(invented.referrer_named(referral))
    await service.send_all()
    await service.hear(invented.closed(uuid4(), uuid4(), referral, outcome=Outcome.DECEASED))
    await service.send_all()
    assert len(await service.mail()) == 1
    last = (await service.say())[-1].event
    assert isinstance(last, MessageFailed) and last.reason == "by-hand"


@pytest.mark.policy("7.3")
@pytest.mark.parametrize("fails", ["no address", "after it was sent", "a death"])
async def test_whoever_is_not_reached_with_the_outcome_is_for_the_lead_officer_to_tell(
    service: Service, fails: str
) -> None:
    child, case, referral, officer = (uuid4() for _ in range(4))
    named = invented.referrer_named(referral, email=" " if fails == "no address" else "ada@example.org")
    await service.hear(named, invented.officer(officer, OfficerRole.LEAD_OFFICER, email="lead@example.org"))
    await service.hear(invented.assigned(child, case, officer))
    outcome = Outcome.DECEASED if fails == "a death" else Outcome.ON_ROLL_IN_COUNTY
    (cause,) = await service.hear(invented.closed(child, case, referral, outcome=outcome))
    await service.send_all()
    if fails == "after it was sent":
        assert not [one for one in await service.mail("lead@example.org") if "yourself" in one]
        (sent,) = [row for row in await service.rows() if row["template"] == "outcome"]
        for _ in range(2):  # a receipt may come twice
            async with service.db.transaction() as tx:
                await note_receipt(tx, sent["id"], "permanent-failure", at=service.now)
        await service.send_all()
    mail = [one for one in await service.mail("lead@example.org") if "yourself" in one]
    assert mail == ["Please tell a sender the outcome yourself"]
    (owed,) = [row for row in await service.rows() if row["template"] == "outcome-not-told"]
    assert (owed["event_id"], owed["submission_id"], owed["case_id"]) == (cause.id, referral, case)


@pytest.mark.policy("7.3")
async def test_of_a_case_without_a_lead_officer_the_team_manager_is_asked_to_tell_each_sender(service: Service) -> None:
    first, second = invented.referrer_named(email=" "), invented.referrer_named(email=" ")
    await service.hear(first, second, invented.officer(uuid4(), OfficerRole.TEAM_MANAGER, email="manager@example.org"))
    await service.hear(invented.closed(uuid4(), uuid4(), first.submission_id, second.submission_id))
    await service.send_all()
    await service.send_all()
    assert await service.mail("manager@example.org") == ["Please tell a sender the outcome yourself"] * 2
    links = [row["body"] for row in await service.pool.fetch("SELECT body FROM mailbox")]
    for sent in (first, second):
        assert any(f"https://r.example.org/v1/submissions/{sent.submission_id}" in body for body in links)
