"""What is believed of a partner without an account: what their proven e-mail address shows, and no more (policy 10)."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from cme_referrals.domain.progress import PROFESSIONAL

PUBLIC = "public"
DATA = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain that only partners of these kinds can have, from a day on, until and including another."""

    name: str
    kinds: frozenset[str]
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class PlainFactor:
    """A factor in words anybody knows."""

    code: str
    words: str
    valid_from: date
    valid_to: date | None = None


@cache
def domains(path: Path = DATA / "partner_domains.toml") -> tuple[Domain, ...]:
    """The table. Raises KeyError or ValueError when the file is not one."""
    rows = tomllib.loads(path.read_text("utf-8"))["domain"]
    return tuple(Domain(row["name"], frozenset(row["kinds"]), row["valid_from"], row.get("valid_to")) for row in rows)


@cache
def factors(path: Path = DATA / "partner_factors.toml") -> tuple[PlainFactor, ...]:
    """The table. Raises KeyError or ValueError when the file is not one."""
    rows = tomllib.loads(path.read_text("utf-8"))["factor"]
    return tuple(PlainFactor(row["code"], row["words"], row["valid_from"], row.get("valid_to")) for row in rows)


def factors_on(on: date) -> Sequence[PlainFactor]:
    """What may be ticked on that day, in the table's order."""
    return [one for one in factors() if _holds(one, on)]


def believed_kind(address: str, claimed: str | None, on: date) -> str:
    """What somebody with this proven address is taken for.

    A claim that discloses no more than to the public is believed; any other only where the domain bears it out.
    Without a claim, the only kind that the domain allows.
    """
    if claimed is not None and claimed not in PROFESSIONAL:
        return claimed
    shown = _kinds_of(same_address(address).rpartition("@")[2], on)
    if claimed is None:
        return next(iter(shown)) if len(shown) == 1 else PUBLIC
    return claimed if claimed in shown else PUBLIC


def _kinds_of(host: str, on: date) -> frozenset[str]:
    names = (domain for domain in domains() if _holds(domain, on))
    return next(
        (domain.kinds for domain in names if host == domain.name or host.endswith(f".{domain.name}")), frozenset()
    )


def same_address(address: str) -> str:
    """An address as it is compared. No provider tells two people apart by capitals."""
    return address.strip().casefold()


def _holds(row: Domain | PlainFactor, on: date) -> bool:
    return row.valid_from <= on and (row.valid_to is None or on <= row.valid_to)
