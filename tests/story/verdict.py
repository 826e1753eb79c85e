"""Whether what was seen in a step is exactly what was expected: type, cause and order."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from tests.story.expected import Expected, Step
from tests.story.watcher import Seen

type Pair = tuple[Expected, Seen]

FREE_ORDER = {"cme.notifications"}
"""Streams whose events of one step are not ordered among each other: messages are sent side by side."""


class Ledger:
    """Which event of the story each event seen was."""

    def __init__(self) -> None:
        self.labels: dict[str, str] = {}
        """Event id -> label of the expected event it was recognised as."""

    def recognise(self, step: Step, seen: Sequence[Seen], done: Collection[str]) -> list[Pair]:
        """Pair what is still expected with what came. An effect can be read before its cause: topics are not ordered."""
        pairs: list[Pair] = []
        waiting = [each for each in step.events if each.label not in done]
        while True:
            found = next(
                ((each, one) for one in seen for each in waiting if self._is(each, one)),
                None,
            )
            if found is None:
                return pairs
            waiting.remove(found[0])
            pairs.append(found)
            self.labels[str(found[1].meta.id)] = found[0].label

    def _is(self, expected: Expected, one: Seen) -> bool:
        if str(one.meta.id) in self.labels:
            return False
        cause = self.labels.get(one.meta.causation_id or "")
        return (
            one.meta.type == expected.type
            and cause == expected.cause
            and all(one.value.get(name) == value for name, value in expected.detail)
        )


def faults(
    step: Step,
    pairs: Sequence[Pair],
    unexplained: Sequence[Seen],
    labels: Mapping[str, str],
) -> list[str]:
    """What is missing, too much, or in the wrong order; empty when the step came as it must."""
    found = Counter(expected.label for expected, _ in pairs)
    missing = [each for each in step.events if not found[each.label]]
    return [
        *(f"missing: {each.type} ({each.label}), caused by {each.cause or 'a person or the time'}" for each in missing),
        *(f"not expected: {describe(one, labels)}" for one in unexplained),
        *_disorder(step, pairs),
    ]


def describe(one: Seen, labels: Mapping[str, str]) -> str:
    cause = labels.get(one.meta.causation_id or "", one.meta.causation_id or "nothing")
    telling = {name: one.value[name] for name in ("clock", "template", "audience", "rung") if name in one.value}
    return f"{one.meta.type} {telling} on {one.topic}, caused by {cause}"


def _disorder(step: Step, pairs: Sequence[Pair]) -> list[str]:
    """Order is promised per key within a topic, and asked for there."""
    place = {each.label: number for number, each in enumerate(step.events)}
    lines: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for expected, one in sorted(pairs, key=lambda pair: (pair[1].topic, pair[1].partition, pair[1].offset)):
        if one.topic not in FREE_ORDER:
            lines[one.topic, one.meta.subject].append((place[expected.label], expected.label))
    return [
        f"out of order on {topic}: {', '.join(label for _, label in line)}"
        for (topic, _), line in lines.items()
        if line != sorted(line)
    ]
