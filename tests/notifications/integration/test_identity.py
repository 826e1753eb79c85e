"""Whose a message is follows the register, there and back."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from cme_contracts.base import Event
from cme_notifications.adapters.history import messages_about
from tests.notifications import invented
from tests.notifications.integration.conftest import Service
from tests.notifications.invented import NOON

LATER, LAST = NOON + timedelta(hours=1), NOON + timedelta(hours=2)


async def about(service: Service, child: UUID) -> set[str]:
    """The templates of the messages about a child."""
    return {row.template for row in await messages_about(service.pool, child_id=child)}


async def test_a_message_is_the_submissions_until_the_register_has_spoken_and_then_the_childs(service: Service) -> None:
    referral, child = uuid4(), uuid4()
    await service.hear(invented.referrer_named(referral))
    assert await about(service, child) == set()
    await service.hear(invented.matched(referral, child))
    assert await about(service, child) == {"referral-received"}
    await service.send_all()
    (said,) = await service.say()
    assert said.event.child_id == child and said.event.key == str(child)


async def test_joined_records_show_together_and_separated_ones_apart_again(service: Service) -> None:
    one, other, case_one, case_other, referral = (uuid4() for _ in range(5))
    await service.hear(
        invented.referrer_named(referral),
        invented.matched(referral, other),
        invented.case_opened(one, case_one, uuid4()),
        invented.case_opened(other, case_other, referral),
        invented.warned(one, case_one, uuid4()),
        invented.assigned(other, case_other, uuid4()),
        invented.concern(other),
    )
    before = await about(service, one), await about(service, other)
    assert before == ({"deadline-near"}, {"referral-received", "case-assigned", "concern-raised"})

    await service.hear(invented.joined(one, other, LATER))
    assert await about(service, one) == before[0] | before[1]
    assert await about(service, other) == set()
    await service.hear(invented.separated(one, other, LAST, submissions=(referral,), cases=(case_other,)))
    assert (await about(service, one), await about(service, other)) == before


async def test_a_case_received_before_a_separation_and_decided_after_it_is_the_restored_childs(
    service: Service,
) -> None:
    """The register may have been away in between: the case is placed when its submission was matched."""
    one, other, case, referral = (uuid4() for _ in range(4))
    await service.hear(
        invented.joined(one, other, NOON - timedelta(hours=1)),
        invented.separated(one, other, LATER, submissions=(), cases=()),
        invented.referrer_named(referral),
        invented.matched(referral, other).model_copy(update={"matched_at": LAST}),
        invented.case_opened(other, case, referral),
        invented.assigned(other, case, uuid4()),
    )
    assert await about(service, other) == {"referral-received", "case-assigned"}
    assert await about(service, one) == set()


@pytest.mark.parametrize("order", range(4))
async def test_what_is_said_of_a_message_names_whose_it_is_by_then_in_any_order(service: Service, order: int) -> None:
    absorbed, surviving, referral = uuid4(), uuid4(), uuid4()
    told: list[Event] = [
        invented.referrer_named(referral),
        invented.matched(referral, absorbed),
        invented.joined(surviving, absorbed, LATER),
        invented.matched(referral, absorbed),
    ]
    await service.hear(*told[order:], *told[:order])
    await service.send_all()
    assert {said.event.child_id for said in await service.say()} == {surviving}
