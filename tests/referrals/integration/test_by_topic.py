"""A school's own system puts its forms on a topic: taken as over HTTP, and answered on another."""

import itertools
import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from aiokafka import ConsumerRecord

from cme_bus.consumer import Consumer
from cme_bus.database import Database
from cme_bus.meta import Meta
from cme_bus.sealing import Key, VersionedKeyring, sealed_json
from cme_contracts.partners import FORMS, Form, FormSent
from cme_contracts.sealed import Sealed
from cme_referrals.adapters.partner_keys import WithPartners
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.entrypoints import by_topic
from cme_referrals.entrypoints.desk import Desk
from tests.referrals.integration.conftest import KEYRING
from tests.referrals.integration.visitor import Visitor
from tests.referrals.invented import (
    CANARY,
    CHILD,
    OTHER_SCHOOL,
    SCHOOL,
    WRONG_UPN,
    deletion,
    notification,
    referral,
)

SCHOOLS_KEY, RENEWED = Key(f"school/{SCHOOL}", b"s" * 32), Key(f"school/{SCHOOL}/2027", b"r" * 32)
SURGERY, STRANGER = Key("partner/health/the-surgery", b"h" * 32), Key("school/nobody", b"n" * 32)
GIVEN = VersionedKeyring([SCHOOLS_KEY, RENEWED, SURGERY, STRANGER])
ANSWERED = "cme.form.answered.v1"


@dataclass
class Topic:
    """The topic of forms, as a sender and intake see it."""

    ears: Consumer[ReferralsTx]
    visitor: Visitor
    pool: asyncpg.Pool
    offsets: Any = field(default_factory=itertools.count)

    async def send(
        self, kind: str, form: Any, key: Key = SCHOOLS_KEY, *, id_: UUID | None = None, times: int = 1
    ) -> list[dict[str, Any]]:
        """Seal it, put it there, let it be heard; what has been answered under that id."""
        id_ = id_ or uuid4()
        event = FormSent(form_id=id_, personal=Sealed(Form(kind=kind, form=form)))
        records = [self.record(event, Meta.of(event, source="urn:example:system"), key) for _ in range(times)]
        await self.ears.take(records)
        return await self.answers(id_)

    def record(self, event: FormSent, meta: Meta, key: Key) -> ConsumerRecord[bytes, bytes]:
        value = sealed_json(event, meta.id, key)
        headers = [(name, text.encode()) for name, text in meta.headers().items()]
        return ConsumerRecord(
            FORMS, 0, next(self.offsets), 1, 0, event.key.encode(), value, None, 0, len(value), headers
        )

    async def answers(self, id_: UUID) -> list[dict[str, Any]]:
        return [body for type_, key, body in await self.visitor.said() if (type_, key) == (ANSWERED, str(id_))]

    async def parked(self) -> list[str]:
        return [row["error"] for row in await self.pool.fetch("SELECT error FROM parked ORDER BY 1")]


@pytest.fixture
def topic(db: Database[ReferralsTx], desk: Desk, visitor: Visitor) -> Topic:
    ring = WithPartners(KEYRING, GIVEN)
    hearing = Database(db.pool, ReferralsTx, source="/cme/referrals", keyring=ring)
    ears = Consumer(hearing, name="referrals", service="referrals")
    by_topic.listen(ears, desk)
    return Topic(ears, visitor, db.pool)


@pytest.mark.policy("5.2.2")
async def test_a_form_is_taken_once_and_answered_as_often_as_it_is_sent(topic: Topic) -> None:
    sent = deletion(ground="f", child=CHILD | {"upn": WRONG_UPN})
    form_id = uuid4()
    first, *others = await topic.send("deletion_return", sent, id_=form_id, times=2)
    first, *others = await topic.send("deletion_return", sent, RENEWED, id_=form_id)
    assert [one["taken"] for one in others] == [first["taken"]] * 2
    (taken,) = first["taken"]
    assert [one["field"] for one in taken["data_quality"]] == ["child.upn"]
    assert "ground-f-writing" in [one["rule"] for one in taken["challenges"]]
    assert await topic.visitor.count("submission") == 1
    assert CANARY not in json.dumps(first) and "follow" not in json.dumps(first)
    seen = await topic.visitor.get(f"/v1/submissions/{taken['submission_id']}", topic.visitor.school())
    assert (seen.status_code, seen.json()["reference"]) == (200, taken["reference"])  # the school's, however it came
    again = {"kind": "deletion_return", **sent}
    batch = await topic.visitor.client.post(
        "/v1/batches", json=again, headers=topic.visitor.school() | {"Content-Type": "application/x-ndjson"}
    )
    assert batch.json()["repeated"] == 1
    assert await topic.parked() == []


async def test_another_form_under_the_same_id_is_refused_and_a_mended_one_is_not(topic: Topic) -> None:
    form_id, other = uuid4(), uuid4()
    await topic.send("deletion_return", deletion(), id_=form_id)
    _, second = await topic.send("deletion_return", deletion(ground="n"), id_=form_id)
    assert [one["field"] for one in second["refused"]] == ["form_id"]
    (wrong,) = await topic.send("deletion_return", deletion(ground="z", deleted_on="2026-13-01"), id_=other)
    assert sorted(one["field"] for one in wrong["refused"]) == ["deleted_on", "ground"]
    _, right = await topic.send("deletion_return", deletion(ground="n"), id_=other)
    assert (right["refused"], len(right["taken"])) == ([], 1)
    assert await topic.visitor.count("submission") == 2


@pytest.mark.policy("5.4.1")
async def test_who_sends_is_whose_key_sealed_it_and_they_may_what_they_may_over_http(topic: Topic) -> None:
    for kind, form, key, refused in (
        ("partner_notification", notification(), SURGERY, []),
        ("deletion_return", deletion(), SURGERY, ["kind"]),
        ("deletion_return", deletion(school_urn=OTHER_SCHOOL), SCHOOLS_KEY, ["school_urn"]),
        ("partner_notification", notification(), SCHOOLS_KEY, ["kind"]),
        ("riddle", {}, SCHOOLS_KEY, ["kind"]),
        ("referral", referral(child=CHILD | {"date_of_birth": "2031-01-01"}), SCHOOLS_KEY, ["child.date_of_birth"]),
    ):
        (answer,) = await topic.send(kind, form, key)
        assert [one["field"] for one in answer["refused"]] == refused, (kind, key)
    assert await topic.visitor.count("submission") == 1
    raised = next(body for type_, _, body in await topic.visitor.said() if type_ == "cme.referral.raised.v1")
    assert raised["referrer"] == "health"


async def test_what_nobody_can_read_is_parked_and_delays_nobody(topic: Topic) -> None:
    event = FormSent(form_id=uuid4(), personal=Sealed(Form(kind="referral", form=referral())))
    good = FormSent(form_id=uuid4(), personal=Sealed(Form(kind="referral", form=referral())))
    records = [
        topic.record(
            event, Meta.of(event, source="urn:example:system"), Key(SCHOOLS_KEY.kid, b"x" * 32)
        ),  # somebody else with the school's key's name
        topic.record(good, Meta.of(good, source="urn:example:system"), SCHOOLS_KEY),
    ]
    await topic.ears.take(records)
    assert len(await topic.parked()) == 1
    assert len((await topic.answers(good.form_id))[0]["taken"]) == 1
    for key in (STRANGER, Key("k1", bytes(32))):  # of the wrong form; our own, which seals what we say
        lone = FormSent(form_id=uuid4(), personal=Sealed(Form(kind="referral", form=referral())))
        await topic.ears.take([topic.record(lone, Meta.of(lone, source="urn:example:system"), key)])
    assert len(await topic.parked()) == 3
    assert await topic.visitor.count("submission") == 1


@pytest.mark.parametrize(
    ("kid", "subject"),
    [
        ("school/990001", "school/990001"),
        ("school/990001/2027", "school/990001"),
        ("partner/health/the-surgery", "partner/health/the-surgery"),
        ("partner/health/the-surgery/b", "partner/health/the-surgery"),
        ("partner/school/990001", None),
        ("partner/unknown/x", None),
        ("partner/gardeners/x", None),
        ("school/99001", None),
        ("school", None),
        ("k1", None),
        (None, None),
    ],
)
def test_a_key_s_name_says_whose_it_is(kid: str | None, subject: str | None) -> None:
    found = by_topic.caller_of(kid)
    assert (found and found.subject) == subject
