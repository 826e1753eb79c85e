"""Reads what comparing goes by: weights and names. A table that is not right stops the start."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cme_register.domain.likeness import WORDS
from cme_register.domain.names import run_together
from cme_register.domain.weights import Chance, Frequencies, Weights

LEVELS = {field: frozenset(levels) | {"same"} for field, levels in WORDS.items() if field != "address"} | {
    "address": frozenset(WORDS["address"])
}
NUMBERS = ("prior", "certain", "possible", "lead", "household_most", "turned", "by_other_name", "name_most")


def load_weights(folder: Path, fitted: Path | None = None) -> Weights:
    """The weights as the files say; `fitted`: another file of weights than the one that is shipped.

    Raises ValueError, KeyError or TypeError for a file that is no such table.
    """
    table = tomllib.loads((fitted or folder / "matching.toml").read_text("utf-8"))
    names = tomllib.loads((folder / "names.toml").read_text("utf-8"))
    numbers: dict[str, Any] = {name: float(table[name]) for name in NUMBERS}
    chances = {field: _chances(field, table[field]) for field in LEVELS}
    return Weights(
        **numbers, asked_at_most=int(table["asked_at_most"]), fields=chances, source=table["source"],
        nicknames=_nicknames(names["nicknames"]), common=frozenset(map(run_together, names["forenames"])),
        forenames=_frequencies(names, "forename"), surnames=_frequencies(names, "surname"),
    )  # fmt: skip


def _chances(field: str, levels: Mapping[str, Any]) -> dict[str, Chance]:
    if set(levels) != LEVELS[field]:
        raise ValueError(f"the weights of {field} do not have the levels {sorted(LEVELS[field])}")
    chances = {level: Chance(float(one["m"]), float(one["u"])) for level, one in levels.items()}
    if not all(0 < one.m <= 1 and 0 < one.u <= 1 for one in chances.values()):
        raise ValueError(f"a chance of {field} does not lie between 0 and 1")
    return chances


def _nicknames(lists: list[list[str]]) -> dict[str, frozenset[str]]:
    """By name, the first names of the lists in which it stands: two names meet that share one."""
    found: dict[str, set[str]] = {}
    for heads in lists:
        for name in heads:
            found.setdefault(name, {name}).add(heads[0])
    return {name: frozenset(heads) for name, heads in found.items()}


def _frequencies(names: Mapping[str, Any], kind: str) -> Frequencies:
    shares = {run_together(name): count / 10_000 for name, count in names[f"{kind}s"].items()}
    return Frequencies(expected=shares, otherwise=names[f"{kind}_otherwise"] / 10_000)
