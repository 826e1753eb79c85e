"""What a marker is, when it ends, and what ends with it."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from cme_safeguarding.adapters import factor_file, marker_file
from cme_safeguarding.domain.errors import AlreadyEnded, EndedBeforeItBegan, MarkerInFuture, UnknownMarkerType
from cme_safeguarding.domain.markers import Ending, Marker, MarkerLevel, MarkerTable
from cme_safeguarding.domain.screening import screen
from tests.safeguarding.support import MONDAY

OFFICER = UUID("00000000-0000-4000-8000-00000000000f")
TABLE, TODAY = marker_file.load(), MONDAY.date()
ISSUE = {
    "child_protection_plan", "looked_after", "child_in_need", "section_47", "domestic_abuse", "fgm", "forced_marriage",
    "exploitation", "trafficking", "radicalisation", "private_fostering", "previously_missing", "encompass_notice",
}  # fmt: skip


def marker(type_: str = "looked_after", since: date = date(2026, 3, 2)) -> Marker:
    return Marker(
        id=uuid4(), source_id=uuid4(), subject=uuid4(), type=type_, factor=type_, source="social_care", since=since,
        level=MarkerLevel.CONFIRMED, restricted=False, recorded_at=MONDAY,
    )  # fmt: skip


def test_every_kind_of_marker_is_there_and_weighs_as_a_factor_that_is_published() -> None:
    rows = {row.type: row for row in TABLE.in_force(TODAY)}
    assert set(rows) >= ISSUE
    published = {rule.code for rule in factor_file.load().in_force(TODAY)}
    assert {row.factor for row in rows.values()} <= published
    with pytest.raises(UnknownMarkerType):
        TABLE.type("made_up", TODAY)
    with pytest.raises(ValueError, match="twice"):
        MarkerTable([rows["fgm"], rows["fgm"]])


def test_a_marker_is_ended_once_and_never_before_it_began_or_in_time_to_come() -> None:
    one = marker()
    for on, refused in ((date(2026, 3, 1), EndedBeforeItBegan), (date(2026, 11, 24), MarkerInFuture)):
        with pytest.raises(refused):
            one.end(Ending.NO_LONGER_TRUE, on, by=OFFICER, at=MONDAY)
    assert one.in_force
    one.end(Ending.NO_LONGER_TRUE, date(2026, 11, 20), by=OFFICER, at=MONDAY)
    with pytest.raises(AlreadyEnded):
        one.end(Ending.RECORDED_IN_ERROR, date(2026, 11, 20), by=OFFICER, at=MONDAY)
    assert (one.ended_on, one.ended_because, one.ended_by) == (date(2026, 11, 20), Ending.NO_LONGER_TRUE, OFFICER)


@pytest.mark.parametrize(
    ("because", "other", "ends"),
    [
        (Ending.NO_LONGER_TRUE, marker(), True),
        (Ending.NO_LONGER_TRUE, marker(since=date(2026, 11, 21)), False),
        (Ending.NO_LONGER_TRUE, marker("fgm"), False),
        (Ending.RECORDED_IN_ERROR, marker(), False),
    ],
)
def test_what_is_no_longer_true_of_the_child_ends_what_others_said_of_it_until_then(
    because: Ending, other: Marker, *, ends: bool
) -> None:
    one = marker()
    one.end(because, date(2026, 11, 20), by=OFFICER, at=MONDAY)
    assert other.ends_with(one) is ends


def test_a_marker_does_not_begin_in_time_to_come() -> None:
    with pytest.raises(MarkerInFuture):
        marker(since=date(2026, 11, 24))


@pytest.mark.parametrize("factor", ["whereabouts_unknown", "sudden_disappearance", "run_away"])
def test_some_factors_say_that_the_child_is_gone(factor: str) -> None:
    table = factor_file.load()
    assert screen([factor], table, TODAY).vanished
    assert not screen(["ehcp", "child_protection_plan", "deadline_breached"], table, TODAY).vanished
