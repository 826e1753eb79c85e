"""From an event to a message somebody can read, on a real PostgreSQL."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

import cme_council
from cme_bus.meta import Meta
from cme_contracts.codes import (
    ChallengeState,
    Ground,
    LinkPurpose,
    OfficerRole,
    Outcome,
    ReferrerKind,
    ReturnKind,
    SignOff,
    Team,
)
from cme_contracts.notifications import MessageFailed, MessageSent, ReferrerInformed
from cme_notifications.adapters.mailbox import Mailbox
from cme_notifications.adapters.postgres import forget_contacts
from cme_notifications.application.send import Sender
from cme_notifications.domain.messages import WAIT_FOR_ADDRESS
from tests.notifications import invented
from tests.notifications.integration.conftest import COUNCIL, LINKS, Service, composer


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


@pytest.mark.policy("5.4.1")
async def test_a_link_is_made_as_it_is_sent_and_is_one_link_however_often_it_is(service: Service) -> None:
    """It stands in the mail and nowhere else; what it is for, and for which asking, is all it says."""
    tell, follow = invented.link_requested(), invented.link_requested(LinkPurpose.FOLLOW)
    await service.hear(tell, follow)
    tokens: list[str] = []
    for _ in range(2):
        await service.send_all()
        followed, told = [mail.body for mail in await Mailbox(service.pool).read("gp@surgery.example.org", 2)]
        tokens += [line.rpartition("/")[2] for line in told.splitlines() if "/tell-us/" in line]
        await service.pool.execute("UPDATE message SET state = 'queued'")  # as where nobody knows whether it went out
    first, second = (LINKS.read(token, "tell") for token in tokens)
    assert (first.id, first.subject, first.one_time) == (tell.link_id, str(tell.link_id), True)
    assert second.id == first.id
    (there,) = [line.rpartition("/")[2] for line in followed.splitlines() if "/following/" in line]
    assert LINKS.read(there, "follow").subject == str(follow.link_id)
    written = str([await service.pool.fetch(f"SELECT * FROM {table}") for table in ("message", "contact", "outbox")])
    assert there not in written and not any(token in written for token in tokens)
    assert "surgery" not in str(await service.rows())

    await service.pool.execute("UPDATE contact SET learnt_at = learnt_at - interval '8 days'")
    assert await forget_contacts(service.pool, timedelta(days=7)) == 2


async def test_an_event_whose_inbox_has_been_forgotten_still_owes_nothing_twice(service: Service) -> None:
    lead, manager = uuid4(), uuid4()
    await service.hear(invented.officer(lead), invented.officer(manager, OfficerRole.TEAM_MANAGER))
    (record,) = await service.records(invented.breached(uuid4(), uuid4(), lead))
    await service.hear_again(record)
    await service.send_all()
    await service.pool.execute("DELETE FROM inbox")
    await service.hear_again(record)
    await service.send_all()
    assert len(await service.mail()) == 2


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


@pytest.mark.policy("9.2")
async def test_social_care_gets_an_escalation_with_a_reference_and_no_name(service: Service) -> None:
    event = invented.escalated(uuid4(), uuid4(), to_be_confirmed=True)
    await service.hear(event, invented.officer(uuid4(), OfficerRole.TEAM_MANAGER, email="manager@example.org"))
    await service.send_all()
    care = COUNCIL.contact("social_care", invented.DUE).email
    (body,) = [row["body"] for row in await service.pool.fetch("SELECT body FROM mailbox WHERE address = $1", care)]
    assert str(event.escalation_id) in body and "Monday 7 December 2026" in body and "fgm" not in body
    assert await service.mail("manager@example.org") == ["Urgent: please confirm an escalation to social care"]


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


async def test_an_officer_who_has_left_is_not_written_to(service: Service) -> None:
    lead = uuid4()
    await service.hear(invented.officer(lead, active=False))
    await service.hear(invented.assigned(uuid4(), uuid4(), lead))
    await service.send_all()
    assert await service.mail() == []
    (said,) = await service.say()
    assert isinstance(said.event, MessageFailed) and said.event.reason == "no-address"


async def test_a_death_is_told_by_a_person(service: Service) -> None:
    referral = uuid4()
    await service.hear(invented.referrer_named(referral))
    await service.send_all()
    await service.hear(invented.closed(uuid4(), uuid4(), referral, outcome=Outcome.DECEASED))
    await service.send_all()
    assert len(await service.mail()) == 1
    last = (await service.say())[-1].event
    assert isinstance(last, MessageFailed) and last.reason == "by-hand"


async def test_the_newest_address_is_the_one_that_is_used(service: Service) -> None:
    lead = uuid4()
    await service.hear(invented.assigned(uuid4(), uuid4(), lead), invented.officer(lead, email="old@example.org"))
    await service.hear(invented.officer(lead, email="new@example.org"))
    await service.send_all()
    assert (await service.mail("new@example.org"), await service.mail("old@example.org")) == (
        ["A case has been assigned to you"],
        [],
    )


async def test_many_senders_at_once_send_each_message_once(service: Service) -> None:
    await service.hear(*(invented.referrer_named() for _ in range(20)))

    async def work() -> int:
        sent = 0
        sender = service.sender()
        while await sender.send_next():
            sent += 1
        return sent

    assert sum(await asyncio.gather(*(work() for _ in range(5)))) == 20
    assert len(await service.say()) == 20 and len(await service.mail()) == 20


async def test_a_whole_batch_of_every_event_is_handled_and_none_is_parked(service: Service) -> None:
    told = [*invented.one_of_each().values(), invented.school(), invented.officer(uuid4())]
    for stream in {event.stream for event in told}:
        await service.consumer.take(await service.records(*(event for event in told if event.stream == stream)))
    assert await service.parked() == 0
    assert {row["prompted_by"] for row in await service.rows()} == set(invented.one_of_each())


async def test_nothing_that_identifies_a_person_leaves_in_what_is_said(service: Service) -> None:
    await service.hear(invented.referrer_named(), invented.pupil_deleted(), invented.school())
    await service.send_all()
    written = await service.pool.fetch("SELECT headers::text || convert_from(payload, 'UTF8') AS all FROM outbox")
    assert len(written) == 2
    assert not any(word in row["all"] for row in written for word in ("Ada", "ada@", "Canary", "office@"))


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


async def test_what_cannot_reach_its_team_is_for_the_team_manager_to_hand_over(service: Service) -> None:
    """As shipped the council's file has no mailbox of any team, and none at all of a team that came later."""
    shipped, manager = cme_council.load(Path("deploy/council.toml")), uuid4()
    await service.hear(
        invented.officer(manager, OfficerRole.TEAM_MANAGER),
        invented.handed_over(uuid4(), Team.MEDICAL_NEEDS),
        invented.handed_over(uuid4(), Team.UNKNOWN),
    )
    sender = Sender(service.db.transaction, Mailbox(service.pool), composer(shipped), lambda: service.now)
    for _ in range(3):
        await sender.address()
        while await sender.send_next():
            pass
    assert await service.mail("officer@example.org") == ["Please hand over CME-7K4P-2M9Q yourself"] * 2
    assert await service.states() == {
        "medical_needs": "permanently failed", "unknown": "permanently failed", str(manager): "sent"
    }  # fmt: skip


async def test_a_school_is_told_of_a_late_return_and_never_of_a_childs_death(service: Service) -> None:
    of_a_death = invented.late().model_copy(update={"kind": ReturnKind.DELETION_RETURN, "ground": Ground.K})
    late = invented.late()
    await service.hear(invented.school(), late, of_a_death)
    await service.send_all()
    assert await service.mail("office@example.org") == [f"Your return {late.reference} came late"]
    body = await service.pool.fetchval("SELECT body FROM mailbox")
    assert "Attendance return" in body and "Monday 7 December 2026" in body
