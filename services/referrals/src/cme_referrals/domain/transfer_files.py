"""What the name of a Common Transfer File says: who sent it, and where to. Nothing in it is about a pupil."""

from __future__ import annotations

import re

UNKNOWN, OUTSIDE = "XXXXXXX", "MMMMMMM"
"""Instead of an establishment: nobody knows which; one outside the maintained sector or abroad."""
DESTINATION = re.compile(rf"[0-9]{{7}}|{UNKNOWN}|{OUTSIDE}")
NAME = re.compile(rf"[0-9]{{3}}[0-9L]{{4}}_CTF_({DESTINATION.pattern})_[0-9]{{3}}\.xml", re.IGNORECASE)


def destination_of(file_name: str) -> str | None:
    """The destination a file's name says, in capitals. None: no Common Transfer File is called so."""
    found = NAME.fullmatch(file_name.strip())
    return found.group(1).upper() if found else None
