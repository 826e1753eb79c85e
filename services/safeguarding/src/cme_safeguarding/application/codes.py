"""This service's words as the contracts have them."""

from __future__ import annotations

from collections.abc import Iterable

from cme_contracts.codes import Factor


def factors(codes: Iterable[str]) -> tuple[Factor, ...]:
    """Codes in a fixed order. One that this version cannot read stays here: nobody says UNKNOWN on purpose."""
    return tuple(sorted({Factor(code) for code in codes} - {Factor.UNKNOWN}))


def words(factors: Iterable[Factor]) -> frozenset[str]:
    """The contracts' codes as plain words."""
    return frozenset(factor.value for factor in factors)
