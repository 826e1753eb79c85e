"""Names as they are compared: folded, as they sound, and how far two spellings are apart."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ß": "ss",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    }
)
"""Letters that have no accent to take away, and are written like this where a keyboard lacks them."""
_APART = re.compile(r"[\s\-/.,]+")
PARTICLES = frozenset({"al", "el", "ul", "bin", "bint", "ibn", "abu", "de", "del", "da", "di", "la", "le", "van", "von", "der", "den", "mac", "mc", "st", "o"})  # fmt: skip
"""Parts of surnames that many families share: two names are not alike for having one in common."""


@lru_cache(maxsize=65536)
def folded(name: str) -> str:
    """A name without case, accents, and differences in spaces and apostrophes."""
    lowered = name.casefold().translate(_LETTERS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))
    return " ".join(plain.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("`", "'").split())


@lru_cache(maxsize=65536)
def parts(name: str) -> tuple[str, ...]:
    """The words of a folded name, of double-barrelled ones each, without apostrophes."""
    return tuple(part for part in _APART.split(name.replace("'", "")) if part)


def run_together(name: str) -> str:
    """A folded name as one word: al-Hassan and Alhassan are one name."""
    return "".join(parts(name))


_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^(kn|gn|pn)", "n"), (r"^wr", "r"), (r"^ps", "s"), (r"^x", "s"), (r"tch", "k"), (r"sch|sh|sz|ss", "s"), (r"ph", "f"),
        (r"ght", "t"), (r"th", "t"), (r"dh", "d"), (r"kh|ck|ch|q", "k"), (r"gh", "g"), (r"bh", "b"), (r"wh", "w"),
        (r"x", "ks"), (r"c(?=[eiy])", "s"), (r"c", "k"), (r"^g(?=[eiy])", "j"), (r"z", "s"), (r"v", "f"), (r"^w", "f"),
        (r"^[aeiou]", "A"), (r"^[jy](?=[aeiou])", "J"), (r"[aeiouyhwj]", ""), (r"(.)\1+", r"\1"),
    )
]  # fmt: skip


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """What a word keeps however it is spelt or transliterated: its consonants, as English ears have them.

    Coarse by intent: who sounds alike is looked at, not believed.
    """
    for pattern, by in _SOUNDS:
        word = pattern.sub(by, word)
    return word[:5]


@lru_cache(maxsize=65536)
def apart(one: str, other: str) -> int:
    """How many letters are wrong, missing, added or exchanged with their neighbour. Counts no further than 4."""
    if one == other:
        return 0
    if abs(len(one) - len(other)) > 3 or not set(one) & set(other):
        return 4
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        here = [row]
        for column, beside in enumerate(other, 1):
            cost = min(above[column] + 1, here[-1] + 1, above[column - 1] + (letter != beside))
            if row > 1 and column > 1 and letter == other[column - 2] and beside == one[row - 2]:
                cost = min(cost, before[column - 2] + 1)
            here.append(cost)
        if min(here) >= 4:
            return 4
        before, above = above, here
    return min(above[-1], 4)


def one_apart(one: str, other: str) -> bool:
    """Whether `apart` is one, in a fraction of the time: numbers are looked at for nothing else."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    ours, theirs = one[at:], other[at:]
    return (
        ours[1:] == theirs[1:]
        or ours[1:] == theirs
        or ours == theirs[1:]
        or (ours[:2] == theirs[1::-1] and ours[2:] == theirs[2:])
    )
