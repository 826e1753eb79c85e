"""Identifiers are believed only when they can be right: a wrong one joins two children, or hides one."""

from __future__ import annotations

import re
from functools import lru_cache

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
"""Check letters of a unique pupil number, by their value. I, O and S are not used: they look like figures."""
UPN = re.compile(rf"[{LETTERS}][0-9]{{11}}[0-9{LETTERS}]")
UPN_WEIGHTS = range(2, 14)
NHS_WEIGHTS = range(10, 1, -1)
PLACEHOLDER = re.compile("UN[1-5]")
URN, LAESTAB = re.compile("[0-9]{6}"), re.compile("([0-9]{3})/?([0-9]{4})")


def believable_upn(given: str) -> str | None:
    """The unique pupil number as it is written officially, or None when its form or its check letter is wrong.

    A temporary number ends in a letter. Whether the number is this child's is the register's question.
    Source: DfE, Unique pupil numbers; the authority in it is the one that issued it, any three figures.
    """
    upn = _compact(given).upper()
    if not UPN.fullmatch(upn):
        return None
    values = [int(sign) if sign.isdecimal() else LETTERS.index(sign) for sign in upn[1:]]
    check = sum(value * weight for value, weight in zip(values, UPN_WEIGHTS, strict=True)) % len(LETTERS)
    return upn if LETTERS[check] == upn[0] else None


def is_placeholder(given: str) -> bool:
    """Whether this stands in place of a number that nobody has (UN1 to UN5, in the return on looked-after children)."""
    return PLACEHOLDER.fullmatch(_compact(given).upper()) is not None


def is_temporary(upn: str) -> bool:
    """Whether a believable number is one for the time being: it ends in a letter."""
    return upn[-1] in LETTERS


def believable_nhs_number(given: str) -> str | None:
    """The NHS number as ten figures, or None when its form or its check digit is wrong (NHS data dictionary)."""
    number = _compact(given)
    if not re.fullmatch("[0-9]{10}", number):
        return None
    total = sum(int(figure) * weight for figure, weight in zip(number, NHS_WEIGHTS, strict=False))
    check = 11 - total % 11
    return number if (0 if check == 11 else check) == int(number[9]) else None


def believable_uprn(given: str) -> str | None:
    """The unique property reference number as figures without leading noughts, or None: up to twelve, none of them checks."""
    number = _compact(given)
    return (number.lstrip("0") or None) if re.fullmatch("[0-9]{1,12}", number) else None


def school_number(given: str) -> str | None:
    """A school's URN (six figures) or LAESTAB (seven, with or without a stroke), as figures; None for anything else."""
    return _school_number(given)


@lru_cache(maxsize=1024)  # a file names one school in each of its rows
def _school_number(given: str) -> str | None:
    number = _compact(given)
    if URN.fullmatch(number):
        return number
    found = LAESTAB.fullmatch(number)
    return found[1] + found[2] if found else None


def is_urn(number: str) -> bool:
    """Whether a school's number is a URN, and not a LAESTAB."""
    return URN.fullmatch(number) is not None


def _compact(given: str) -> str:
    return re.sub(r"[\s-]", "", given)
