"""Leases, doubts and a GOV.UK Notify that misbehaves: no message is lost, and none is sent twice."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from cme_contracts.notifications import MessageFailed, MessageSent
from cme_notifications.adapters import notify as adapter
from cme_notifications.adapters.notify import Notify
from cme_notifications.application.ports import Letter
from cme_notifications.application.send import LEASE
from cme_notifications.domain.errors import BadTemplate
from cme_notifications.domain.messages import (
    BEFORE_ASKING,
    GIVE_UP,
    LONGEST_PAUSE,
    REMEMBERED,
    NotNow,
    Outcome,
    Refused,
    Taken,
    Unclear,
)  # fmt: skip
from tests.fakes.notify import KEY, TEMPLATE, FakeNotify, Fault, Template, fake_notify
from tests.notifications import invented
from tests.notifications.integration.conftest import Service


@pytest.fixture
async def fake() -> AsyncIterator[FakeNotify]:
    async with fake_notify() as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient() as http:
        yield http


@pytest.fixture
def notify(fake: FakeNotify, client: httpx2.AsyncClient) -> Notify:
    return Notify(KEY, {"": TEMPLATE}, client, url=fake.url, timeout=0.5)


def letter(address: str = "ada@example.org") -> Letter:
    return Letter(uuid4(), address, "A subject", "A text", "outcome")


async def test_notify_takes_a_letter_with_our_reference_and_our_words(notify: Notify, fake: FakeNotify) -> None:
    one = letter()
    (outcome, found) = await notify.send(one), await notify.find(one.id)
    (taken,) = fake.sent_to(one.id)
    assert outcome == found == Taken(taken["id"])
    assert (taken["subject"], taken["body"], taken["email_address"]) == ("A subject", "A text", "ada@example.org")


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault.MINUTE_LIMIT, NotNow("notify-429-RateLimitError", adapter.MINUTE)),
        (Fault.ERROR_BEFORE, Unclear("notify-500-Exception")),
        (Fault.ERROR_AFTER, Unclear("notify-500-Exception")),
        (Fault.SILENCE_BEFORE, Unclear("notify-ReadTimeout")),
        (Fault.SILENCE_AFTER, Unclear("notify-ReadTimeout")),
    ],
)
async def test_what_goes_wrong_is_told_apart(notify: Notify, fake: FakeNotify, fault: Fault, outcome: Outcome) -> None:
    fake.faults.append(fault)
    assert await notify.send(letter()) == outcome


async def test_the_days_limit_waits_for_tomorrow(notify: Notify, fake: FakeNotify) -> None:
    fake.faults.append(Fault.DAY_LIMIT)
    outcome = await notify.send(letter())
    assert isinstance(outcome, NotNow) and outcome.wait is not None
    assert timedelta() < outcome.wait <= timedelta(hours=25, minutes=1)


async def test_what_notify_refuses_is_refused_without_its_words(notify: Notify) -> None:
    assert await notify.send(letter(address="not an address")) == Refused("notify-400-ValidationError")


async def test_a_refused_key_does_not_condemn_the_message(fake: FakeNotify, client: httpx2.AsyncClient) -> None:
    stranger = Notify(f"other-{uuid4()}-{uuid4()}", {"": TEMPLATE}, client, url=fake.url)
    assert await stranger.send(letter()) == NotNow("notify-403-AuthError")
    assert await stranger.find(uuid4()) == Unclear("lookup-403")


async def test_a_notify_that_is_not_there_has_certainly_taken_nothing(client: httpx2.AsyncClient) -> None:
    nowhere = Notify(KEY, {"": TEMPLATE}, client, url="http://127.0.0.1:9")
    assert await nowhere.send(letter()) == NotNow("notify-ConnectError")
    assert await nowhere.find(uuid4()) == Unclear("notify-ConnectError")


async def test_a_letter_it_never_had_is_not_found_and_one_that_bounced_has_failed(
    notify: Notify, fake: FakeNotify
) -> None:
    assert await notify.find(uuid4()) is None
    one = letter()
    await notify.send(one)
    fake.taken[0]["status"] = "permanent-failure"
    assert await notify.find(one.id) == Refused("permanent-failure")


async def test_templates_are_held_against_notifys_own(
    notify: Notify, fake: FakeNotify, client: httpx2.AsyncClient
) -> None:
    await notify.check()
    fake.templates[TEMPLATE] = Template(body="((body)) ((name))")
    with pytest.raises(BadTemplate, match="name"):
        await notify.check()
    with pytest.raises(BadTemplate, match="has no template"):
        await Notify(KEY, {"": str(uuid4())}, client, url=fake.url).check()


async def state(service: Service) -> str:
    (row,) = await service.rows()
    return str(row["state"])


async def test_a_message_sent_by_notify_is_said_to_have_gone_by_e_mail(
    service: Service, notify: Notify, fake: FakeNotify
) -> None:
    await service.hear(invented.referrer_named())
    await service.send_all(notify)
    (said,), (row,) = await service.say(), await service.rows()
    assert said.event.channel == "email"
    assert (row["state"], row["channel_id"], row["template_version"]) == ("sent", fake.taken[0]["id"], 1)


@pytest.mark.parametrize(
    ("fault", "calls"),
    [(Fault.ERROR_AFTER, 1), (Fault.SILENCE_AFTER, 1), (Fault.ERROR_BEFORE, 2), (Fault.SILENCE_BEFORE, 2)],
)
async def test_a_message_in_doubt_is_looked_up_before_it_is_sent_again(
    service: Service, notify: Notify, fake: FakeNotify, fault: Fault, calls: int
) -> None:
    await service.hear(invented.referrer_named())
    fake.faults.append(fault)
    await service.send_all(notify)
    assert await state(service) == "in doubt" and await service.say() == []
    await service.send_all(notify)
    assert await state(service) == "in doubt"  # asked too soon, Notify might not show it yet

    await service.passes(BEFORE_ASKING)
    await service.send_all(notify)
    assert await state(service) == "sent"
    assert [said.type for said in await service.say()] == [MessageSent.type]
    assert len(fake.taken) == 1
    assert fake.asked.count("POST /v2/notifications/email") == calls
    assert fake.asked.count("GET /v2/notifications") == 1


async def test_a_sender_killed_after_notify_took_the_message_does_not_send_it_twice(
    service: Service, service_dsn: str, notify: Notify, fake: FakeNotify
) -> None:
    await service.hear(invented.referrer_named())
    killed = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.notifications.integration.crash",
        service_dsn,
        fake.url,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert await killed.wait() == -9
    assert await state(service) == "sending" and len(fake.taken) == 1

    await service.send_all(notify)
    assert await state(service) == "sending"  # the lease has not ended: it might be alive
    await service.passes(LEASE)
    await service.send_all(notify)
    assert await state(service) == "sent"
    assert len(fake.taken) == 1
    assert [said.type for said in await service.say()] == [MessageSent.type]


async def test_a_doubt_older_than_notifys_memory_is_left_to_a_person(
    service: Service, notify: Notify, fake: FakeNotify
) -> None:
    await service.hear(invented.referrer_named())
    fake.faults.append(Fault.SILENCE_BEFORE)
    await service.send_all(notify)
    await service.passes(REMEMBERED)
    await service.send_all(notify)
    assert await state(service) == "permanently failed" and fake.taken == []
    (said,) = await service.say()
    assert isinstance(said.event, MessageFailed) and said.event.reason == "in-doubt"


async def test_a_busy_notify_is_waited_for_and_in_the_end_given_up(
    service: Service, notify: Notify, fake: FakeNotify
) -> None:
    await service.hear(invented.referrer_named())
    fake.faults.extend([Fault.MINUTE_LIMIT, Fault.MINUTE_LIMIT])
    await service.send_all(notify)
    assert await state(service) == "temporarily failed" and await service.say() == []
    await service.passes(GIVE_UP)
    await service.send_all(notify)
    assert await state(service) == "permanently failed"
    (said,) = await service.say()
    assert isinstance(said.event, MessageFailed) and said.event.reason == "temporary-failure"


async def test_a_busy_notify_that_recovers_gets_the_message_once(
    service: Service, notify: Notify, fake: FakeNotify
) -> None:
    await service.hear(invented.referrer_named())
    fake.faults.extend([Fault.MINUTE_LIMIT, Fault.MINUTE_LIMIT])
    for _ in range(3):
        await service.send_all(notify)
        await service.passes(LONGEST_PAUSE)
    assert await state(service) == "sent" and len(fake.taken) == 1


@pytest.mark.parametrize(
    ("fault", "taken", "said"),
    [
        (Fault.MINUTE_LIMIT, 0, MessageFailed.type),
        (Fault.ERROR_BEFORE, 0, MessageFailed.type),
        (Fault.ERROR_AFTER, 1, MessageSent.type),
    ],
)
async def test_an_officer_who_leaves_between_two_attempts_keeps_no_message_waiting(
    service: Service, notify: Notify, fake: FakeNotify, fault: Fault, taken: int, said: str
) -> None:
    lead = uuid4()
    await service.hear(invented.officer(lead), invented.assigned(uuid4(), uuid4(), lead))
    fake.faults.append(fault)
    await service.send_all(notify)
    await service.hear(invented.officer(lead, active=False))
    await service.passes(LONGEST_PAUSE)
    await service.send_all(notify)
    assert (len(fake.taken), [one.type for one in await service.say()]) == (taken, [said])


async def test_a_refused_message_is_said_to_have_failed(service: Service, notify: Notify) -> None:
    await service.hear(invented.referrer_named(email="not an address"))
    await service.send_all(notify)
    assert await state(service) == "permanently failed"
    (said,) = await service.say()
    assert isinstance(said.event, MessageFailed) and said.event.reason == "notify-400-ValidationError"


class Slow:
    """A channel that hands over only after somebody else has taken the message."""

    name = "email"

    def __init__(self, meanwhile: Any) -> None:
        self._meanwhile = meanwhile

    async def send(self, one: Letter) -> Outcome:
        await self._meanwhile()
        return Refused("too late")

    async def find(self, message_id: UUID) -> Outcome | None:
        return None


async def test_a_sender_that_lost_its_lease_cannot_undo_its_successor(service: Service) -> None:
    await service.hear(invented.referrer_named())

    async def another_sends_it() -> None:
        await service.passes(LEASE)
        await service.send_all()

    assert await service.sender(Slow(another_sends_it)).send_next()
    assert await state(service) == "sent"
    assert [said.type for said in await service.say()] == [MessageSent.type]


async def test_a_sender_that_was_stopped_for_half_its_lease_hands_nothing_over(
    service: Service, notify: Notify, fake: FakeNotify
) -> None:
    await service.hear(invented.referrer_named())
    stopped = service.sender(notify, ticks=count(0.0, LEASE.total_seconds()).__next__)
    assert await stopped.send_next()
    assert fake.asked == []
    await service.passes(LONGEST_PAUSE)
    await service.send_all(notify)
    assert await state(service) == "sent" and len(fake.taken) == 1


async def test_a_template_that_breaks_costs_its_message_and_no_other(service: Service) -> None:
    await service.hear(
        invented.referrer_named(email="ada@example.org"), invented.referrer_named(email="ben@example.org")
    )
    await service.pool.execute("UPDATE message SET template = 'no-such' WHERE place = (SELECT min(place) FROM message)")
    await service.send_all()
    assert await service.mail() == [f"We have received your referral {invented.submission()['reference']}"]
    assert sorted(row["state"] for row in await service.rows()) == ["in doubt", "sent"]
