"""Weights from pairs of which it is known whether they are one child: counted, not guessed (decision 0133)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from cme_register.domain.details import Details
from cme_register.domain.features import Features, features
from cme_register.domain.likeness import levels_of
from cme_register.domain.weights import Chance, Weights

STRANGERS = 200_000
"""Pairs of two children that are drawn at random."""
PAIRS_OF_ONE = 20
"""Of a child with many descriptions no more pairs are counted: one child is not the measure of all."""
PRIOR_PAIRS = 50.0
"""The table that is there counts like so many pairs: what is seen once or never in a file does not become a certainty."""

RAREST = 0.005
"""No error is rarer than this: a file knows none that its maker did not think of, and one of two hundred is no proof."""
ENOUGH = 5
"""What strangers share less often than this among those drawn, the table knows better than the sample."""

type Counted = Mapping[str, Mapping[str, Chance]]


def fit(described: Iterable[tuple[str, Details]], weights: Weights, *, seed: int = 1) -> Counted:
    """How often each level is seen of one child, and of two. `described`: whose each is, and what it says.

    Raises ValueError where no child, or only one, is described twice.
    """
    by_child: dict[str, list[Features]] = {}
    for truth, details in described:
        by_child.setdefault(truth, []).append(features(details))
    chance = random.Random(seed)  # noqa: S311  # a sample, not a secret
    ours = _count(_of_one(by_child, chance), weights)
    if sum(len(some) > 1 for some in by_child.values()) < 2:
        raise ValueError("no two children are described twice: there is nothing to count")
    theirs = _count(_of_two(list(by_child.values()), chance), weights)
    return {field: _chances(chances, ours[field], theirs[field]) for field, chances in weights.fields.items()}


def _of_one(by_child: Mapping[str, Sequence[Features]], chance: random.Random) -> Iterator[tuple[Features, Features]]:
    for some in by_child.values():
        pairs = list(combinations(some, 2))
        yield from pairs if len(pairs) <= PAIRS_OF_ONE else chance.sample(pairs, PAIRS_OF_ONE)


def _of_two(children: Sequence[Sequence[Features]], chance: random.Random) -> Iterator[tuple[Features, Features]]:
    for _ in range(STRANGERS):
        one, other = chance.sample(children, 2)
        yield chance.choice(one), chance.choice(other)


def _count(pairs: Iterable[tuple[Features, Features]], weights: Weights) -> Mapping[str, Counter[str]]:
    counted: dict[str, Counter[str]] = {field: Counter() for field in weights.fields}
    for one, other in pairs:
        for field, level in levels_of(one, other, weights).items():
            if level is not None:
                counted[field][level] += 1
    return counted


def _chances(before: Mapping[str, Chance], ours: Counter[str], theirs: Counter[str]) -> dict[str, Chance]:
    m = {level: chance.m for level, chance in before.items()}
    u = {level: chance.u for level, chance in before.items()}
    return {
        level: Chance(
            max(RAREST, _share(level, ours, m)), _share(level, theirs, u) if theirs[level] >= ENOUGH else u[level]
        )
        for level in before
    }


def _share(level: str, seen: Counter[str], expected: Mapping[str, float]) -> float:
    """With what was expected counting as some pairs more."""
    return (seen[level] + PRIOR_PAIRS * expected[level] / sum(expected.values())) / (seen.total() + PRIOR_PAIRS)
