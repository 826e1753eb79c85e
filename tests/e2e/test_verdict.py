"""The story's own judgement: it must not pass what did not come as it should."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from cme_bus.meta import Meta
from tests.story.expected import STEPS, Step, event
from tests.story.verdict import Ledger, faults
from tests.story.watcher import Seen

STEP = Step(
    "receipt",
    "A return is received.",
    (
        event("deleted", "cme.pupil.deleted.v1"),
        event("matched", "cme.submission.matched.v1", "deleted"),
        event("opened", "cme.case.opened.v1", "deleted"),
    ),
)
CHILD = "child-1"


def seen(type_: str, *, cause: UUID | None = None, offset: int = 0, topic: str = "cme.register") -> Seen:
    meta = Meta(
        id=uuid4(),
        type=type_,
        source="/cme/register",
        subject=CHILD,
        time=datetime(2026, 11, 24, tzinfo=UTC),
        correlation_id="flow",
        causation_id=str(cause) if cause else None,
    )
    return Seen(meta, topic, 0, offset, {})


def judged(came: list[Seen]) -> list[str]:
    ledger = Ledger()
    pairs = ledger.recognise(STEP, came, set())
    rest = [one for one in came if str(one.meta.id) not in ledger.labels]
    return faults(STEP, pairs, rest, ledger.labels)


def as_it_must() -> list[Seen]:
    first = seen("cme.pupil.deleted.v1", topic="cme.referrals")
    return [
        first,
        seen("cme.submission.matched.v1", cause=first.meta.id, offset=1),
        seen("cme.case.opened.v1", cause=first.meta.id, offset=2),
    ]


def test_a_step_that_came_as_it_must_has_no_fault() -> None:
    assert judged(as_it_must()) == []


def test_an_effect_read_before_its_cause_is_still_recognised() -> None:
    assert judged(list(reversed(as_it_must()))) == []


def test_a_missing_event_is_named() -> None:
    assert judged(as_it_must()[:2]) == ["missing: cme.case.opened.v1 (opened), caused by deleted"]


def test_an_event_that_came_twice_is_named() -> None:
    came = as_it_must()
    again = seen("cme.case.opened.v1", cause=came[0].meta.id, offset=3)
    assert judged([*came, again]) == ["not expected: cme.case.opened.v1 {} on cme.register, caused by deleted"]


def test_another_cause_is_another_event() -> None:
    came = as_it_must()[:2]
    stray = seen("cme.case.opened.v1", cause=came[1].meta.id, offset=2)
    assert [fault.partition(":")[0] for fault in judged([*came, stray])] == ["missing", "not expected"]


def test_the_wrong_order_within_a_topic_is_named() -> None:
    first = seen("cme.pupil.deleted.v1", topic="cme.referrals")
    came = [
        first,
        seen("cme.case.opened.v1", cause=first.meta.id, offset=1),
        seen("cme.submission.matched.v1", cause=first.meta.id, offset=2),
    ]
    assert judged(came) == ["out of order on cme.register: opened, matched"]


def test_the_story_names_every_cause_before_its_effect() -> None:
    told: set[str] = set()
    for step in STEPS:
        for expected in step.events:
            assert expected.cause is None or expected.cause in told
            assert expected.label not in told
            told.add(expected.label)
