"""The instrument that measures matching: it knows nothing of the matcher, and it counts right."""

import ast
from collections import Counter
from pathlib import Path
from uuid import UUID

from tests.bench import matching_data, matching_names, matching_noise, matching_population
from tests.bench.matching_data import read, write
from tests.bench.matching_noise import Description, described
from tests.bench.matching_rig import Outcome, Told, measure

FIRST, SECOND, THIRD = (UUID(int=number) for number in (1, 2, 3))


def told(truth: str, child: UUID, *noise: str) -> Told:
    return Told(Description(truth, set(noise)), child)


def test_the_generator_shares_nothing_with_the_product():
    for module in (matching_names, matching_population, matching_noise, matching_data):
        tree = ast.parse(Path(module.__file__).read_text("utf-8"))
        named = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        named |= {one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names}
        assert not [name for name in named if name.startswith(("cme_", "kit", "services"))]


def test_one_seed_makes_one_file_and_the_file_holds_all_of_it(tmp_path):
    made = described(300, 7)
    assert write(tmp_path / "file.csv", made) == len(made)
    assert list(read(tmp_path / "file.csv")) == made == described(300, 7)
    assert made != described(300, 8)


def test_every_kind_of_noise_happens():
    kinds = Counter(kind for one in described(8000, 3) for kind in one.noise)
    assert kinds["namesake with the same birth date"] > 10
    assert min(kinds.values()) > 10
    assert {
        "typing",
        "nickname",
        "transliteration",
        "swapped names",
        "day and month",
        "married name",
        "wrong UPN",
    } <= kinds.keys()
    assert {"missing UPN", "moved", "twin", "sibling on one telephone", "commonest names"} <= kinds.keys()


def test_a_pair_is_joined_queued_or_lost():
    found = Outcome(
        [told("a", FIRST), told("a", FIRST, "typing"), told("a", SECOND, "moved"), told("a", THIRD)],
        {frozenset((FIRST, SECOND))}, 1.0,
    )  # fmt: skip
    counted = measure(found)
    assert (counted.true_pairs, counted.joined, counted.queued) == (6, 1, 2)
    assert counted.strata["moved"] == {"queued": 2, "lost": 1}
    assert (counted.joins, counted.false_joins.total()) == (1, 0)


def test_what_comes_to_another_child_is_a_false_join_of_its_kind():
    found = Outcome([told("a", FIRST, "twin"), told("b", FIRST, "twin"), told("b", FIRST, "twin")], set(), 1.0)
    assert measure(found).false_joins == {"twin": 2}


def test_a_proposed_pair_is_true_where_the_two_have_a_child_in_common():
    found = Outcome(
        [told("a", FIRST), told("a", SECOND), told("b", THIRD)],
        {frozenset((FIRST, SECOND)), frozenset((FIRST, THIRD))}, 1.0,
    )  # fmt: skip
    counted = measure(found)
    assert (counted.true_proposals, counted.false_proposals) == (1, 1)
