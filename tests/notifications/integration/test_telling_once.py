"""What is owed goes out once, however often and beside whatever else it is read, and what is said of it names nobody."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from cme_contracts.codes import OfficerRole
from cme_contracts.codes_intake import LinkPurpose
from cme_notifications.adapters.mailbox import Mailbox
from cme_notifications.adapters.postgres import forget_contacts
from tests.notifications import invented
from tests.notifications.integration.conftest import LINKS, Service


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
