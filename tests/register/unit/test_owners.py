"""Who gets a case, and who acts for somebody who is away, without a database."""

from datetime import date
from uuid import UUID

import pytest

from cme_register.adapters.tables import load_rules
from cme_register.domain.allocation import Allocation, Held, covering
from cme_register.domain.case import Case
from cme_register.domain.codes import Kind, Role
from cme_register.domain.risk import Risk
from tests.register.invented import NOVEMBER

ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))
WEIGHTS = load_rules().weights_on(date(2026, 11, 23))


def cases(number: int, risk: Risk = Risk.GREEN, *, dormant: bool = False) -> list[Held]:
    return [Held(risk, dormant, number)]


@pytest.mark.policy("7.2")
def test_a_case_goes_to_whoever_has_least_to_do_ties_by_id() -> None:
    allocation = Allocation({THREE: cases(1), TWO: cases(1), ONE: cases(3)}, WEIGHTS)
    assert [allocation.next() for _ in range(5)] == [TWO, THREE, TWO, THREE, ONE]
    assert Allocation({}, WEIGHTS).next() is None


def test_a_grave_case_weighs_more_than_two_others_and_one_on_review_least() -> None:
    allocation = Allocation({ONE: cases(1, Risk.RED), TWO: cases(2), THREE: cases(3, dormant=True)}, WEIGHTS)
    assert [allocation.next(Risk.RED) for _ in range(3)] == [THREE, TWO, ONE]


def test_a_burst_is_shared_evenly() -> None:
    allocation = Allocation({ONE: [], TWO: [], THREE: []}, WEIGHTS)
    got = [allocation.next(Risk.AMBER) for _ in range(300)]
    assert [got.count(officer) for officer in (ONE, TWO, THREE)] == [100, 100, 100]


@pytest.mark.parametrize(
    ("away", "acts"),
    [
        ({}, ONE),
        ({ONE: TWO}, TWO),
        ({ONE: TWO, TWO: THREE}, THREE),
        ({ONE: None}, None),
        ({ONE: TWO, TWO: ONE}, None),
        ({ONE: TWO, TWO: None}, None),
        ({TWO: THREE}, ONE),
    ],
)
def test_who_covers_for_somebody_who_is_away(away: dict[UUID, UUID | None], acts: UUID | None) -> None:
    assert covering(ONE, away) == acts


def test_a_case_is_always_somebodys() -> None:
    one = Case(id=ONE, record_id=TWO, child_id=TWO, kind=Kind.ON_ROLL_ENQUIRY, category=None, opened_at=NOVEMBER)
    assert one.owner_role is Role.TEAM_MANAGER
    one.assign(THREE)
    assert one.owner_role is Role.LEAD_OFFICER
    one.pass_on(None)
    assert one.owner_role is Role.TEAM_MANAGER
