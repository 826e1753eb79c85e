"""Reads the tables of the work on a case: checks, vulnerable groups, risk, support."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypedDict

from cme_register.application.rules import SupportRow
from cme_register.domain.checks import OFFICERS, CheckDefinition, CheckTable
from cme_register.domain.codes import Category, Kind, Role
from cme_register.domain.groups import Follows, GroupRow, GroupTable
from cme_register.domain.risk import Longer, Risk, RiskRule, RiskTable, Unit, While

NAMED = {*Category, Kind.ON_ROLL_ENQUIRY}
"""What a case may be."""


class Loaded(TypedDict):
    """What `Rules` takes."""

    checks: CheckTable
    groups: GroupTable
    risk: RiskTable
    support: tuple[SupportRow, ...]


def load_work(folder: Path) -> Loaded:
    """The tables as the files say. Raises ValueError, KeyError or TypeError for a file that is not such a table."""
    risk, groups = _read(folder, "risk"), _read(folder, "vulnerable_groups")
    table = GroupTable(
        (GroupRow(**row | {"facts": frozenset(row.get("facts", ()))}) for row in groups["group"]),
        (Follows(**row) for row in groups["follows"]),
    )
    return Loaded(
        checks=CheckTable(map(_check, _read(folder, "checks")["check"])),
        groups=table,
        risk=RiskTable(tuple(map(_rule, risk["rule"])), table.facts, frozenset(risk["weighs_nothing"])),
        support=tuple(SupportRow(**row) for row in _read(folder, "support")["support"]),
    )


def _read(folder: Path, name: str) -> dict[str, Any]:
    return tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))


def _check(row: dict[str, Any]) -> CheckDefinition:
    named = _known(row["code"], row.get("mandatory_for", ()))
    return CheckDefinition(
        **row | {"mandatory_for": named, "waived_by": frozenset(map(Role, row.get("waived_by", OFFICERS)))}
    )


def _known(code: str, named: Iterable[str]) -> frozenset[str]:
    if unknown := set(named) - {str(one) for one in NAMED}:
        raise ValueError(f"check {code} is mandatory for {', '.join(sorted(unknown))}, which no case is")
    return frozenset(named)


def _rule(row: dict[str, Any]) -> RiskRule:
    longer, only = row.get("longer_than"), row.get("only_while")
    return RiskRule(
        **row
        | {
            "rating": Risk[row["rating"].upper()],
            "facts": frozenset(row.get("facts", ())),
            "only_while": While(only) if only else None,
            "longer_than": Longer(longer["days"], Unit(longer["unit"])) if longer else None,
        }
    )
