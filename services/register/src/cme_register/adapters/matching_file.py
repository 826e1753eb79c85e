"""Descriptions of which it is known whose they are: read from a file, to fit weights on; and weights, written to one."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from cme_register.adapters.matching_tables import NUMBERS
from cme_register.domain.details import Address, Details, Parent
from cme_register.domain.weights import Chance, Weights

NEEDED = ("truth", "forename", "surname")


def read_described(file: Path) -> Iterator[tuple[str, Details]]:
    """CSV, UTF-8, with a header, a description a line; a list is written with semicolons.

    Columns: truth (equal of one child), forename, surname; and, where they are known, other_names, date_of_birth (YYYY-MM-DD), sex, upn,
    nhs_number, addresses (`lines | postcode | UPRN`), parents (`name | telephone`). Others are passed over. Raises ValueError that
    names line and column of what cannot be read, never what stands there.
    """
    with file.open(encoding="utf-8-sig", newline="") as given:
        table = csv.DictReader(given)
        if missing := set(NEEDED) - set(table.fieldnames or ()):
            raise ValueError(f"there is no column {', '.join(sorted(missing))}")
        for number, row in enumerate(table, 2):
            cells = {name: (value or "").strip() for name, value in row.items() if name}
            for name in NEEDED:
                if not cells[name]:
                    raise ValueError(f"line {number}: {name} is empty")
            yield cells["truth"], _details(cells, number)


def _details(cells: Mapping[str, str], number: int) -> Details:
    return Details(
        forename=cells["forename"], surname=cells["surname"], other_names=tuple(_list(cells, "other_names")),
        date_of_birth=_date(cells.get("date_of_birth", ""), number), sex=cells.get("sex") or None,
        upn=cells.get("upn") or None, nhs_number=cells.get("nhs_number") or None,
        addresses=tuple(
            Address(tuple(map(str.strip, lines.split(","))), postcode or None, uprn or None)
            for lines, postcode, uprn in (_parts(one, 3) for one in _list(cells, "addresses"))
        ),
        parents=tuple(
            Parent(name, telephones=(telephone,) if telephone else ())
            for name, telephone in (_parts(one, 2) for one in _list(cells, "parents"))
        ),
    )  # fmt: skip


def _date(text: str, number: int) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError(f"line {number}: date_of_birth is no date: give it as YYYY-MM-DD") from None


def _list(cells: Mapping[str, str], name: str) -> list[str]:
    return [one for one in map(str.strip, cells.get(name, "").split(";")) if one]


def _parts(text: str, many: int) -> list[str]:
    given = [part.strip() for part in text.split("|")][:many]
    return given + [""] * (many - len(given))


def write_weights(
    file: Path, chances: Mapping[str, Mapping[str, Chance]], weights: Weights, *, source: str, on: date
) -> None:
    """A table as `load_weights` reads it, with thresholds as they are."""
    lines = [
        "# What agreement weighs (decisions 0130, 0133). Written by `cme-register fit-matching`. m: how often descriptions of one child",
        "# stand at a level; u: how often those of two children do. Bits are log2(m / u); of names, u of `same` is the name's own share.",
        "",
        f'source = "{source}"',
        f"valid_from = {on.isoformat()}",
        "",
        *(f"{name} = {getattr(weights, name)}" for name in NUMBERS),
        f"asked_at_most = {weights.asked_at_most}",
    ]
    for field, levels in chances.items():
        lines += [
            "",
            f"[{field}]",
            *(f"{level} = {{ m = {one.m:.3g}, u = {one.u:.3g} }}" for level, one in levels.items()),
        ]
    file.write_text("\n".join(lines) + "\n", "utf-8")
