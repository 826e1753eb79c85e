"""What tells that two forms are about one child, without saying who that is."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

NEITHER = re.compile(r"[\W_]")


def same_child(forename: str, surname: str, date_of_birth: date | None, postcode: str | None) -> tuple[str, ...] | None:
    """Name, date of birth and postcode, written one way; None where one of them is not known.

    Accents, capitals, spaces and hyphens do not count: clerks write them as they please.
    """
    named = plain(surname), plain(forename)
    where = plain(postcode or "")
    if not any(named) or date_of_birth is None or not where:
        return None
    return (*named, date_of_birth.isoformat(), where)


def plain(text: str) -> str:
    """Letters and figures only, without case and accents."""
    letters = text.casefold()
    if not letters.isascii():  # most names are, and have no accents
        letters = "".join(sign for sign in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(sign))
    return NEITHER.sub("", letters)
