"""Term dates as an authority or a school hands them in: JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from cme_referrals.adapters.published_csv import UnreadableFileError
from cme_referrals.domain.school_data import OwnDays, Term, TermDates


def read_term_dates(path: Path) -> TermDates | OwnDays:
    """An authority's school year; or, where the file names a school (urn), how that school departs from it.

    Raises `UnreadableFileError` when it is neither, or contradicts itself.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        year = _matching(r"[0-9]{4}-[0-9]{2}", content["academic_year"])
        if "urn" in content:
            return OwnDays(
                urn=_matching(r"[0-9]{6}", content["urn"]),
                academic_year=year,
                terms=_terms(content["terms"]) if "terms" in content else None,
                inset_days=_days(content.get("inset_days", ())),
                closed_days=_days(content.get("closed_days", ())),
            )
        return TermDates(
            la_code=_matching(r"[0-9]{3}", content["la_code"]),
            academic_year=year,
            terms=_terms(content["terms"]),
            closed_days=_days(content.get("closed_days", ())),
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise UnreadableFileError(f"these are not term dates: {error}") from error


def _terms(given: Iterable[dict[str, str]]) -> tuple[Term, ...]:
    return tuple(
        Term(str(term["name"]), date.fromisoformat(term["first_day"]), date.fromisoformat(term["last_day"]))
        for term in given
    )


def _days(given: Iterable[dict[str, str]]) -> tuple[tuple[date, str], ...]:
    return tuple((date.fromisoformat(day["day"]), str(day["reason"])) for day in given)


def _matching(pattern: str, value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise ValueError(f"not of the form {pattern}")
    return value
