"""What somebody writes about a child: not all of it, and not all of it right. The rates are `matching_noise.toml`."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from tests.bench.matching_names import COMMONEST, OTHERWISE, SHORT
from tests.bench.matching_population import TABLE, UPN_LETTERS, Home, Person, people

GIVEN, NOISE = TABLE["given"], TABLE["noise"]
NEAR = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
"""Rows of a keyboard: a wrong letter is mostly the one beside it."""


@dataclass
class Description:
    """A child as one sender gives them, whose it truly is, and what was done to it."""

    truth: str
    noise: set[str] = field(default_factory=set)
    forename: str = ""
    surname: str = ""
    other_names: list[str] = field(default_factory=list)
    date_of_birth: date | None = None
    stated_age: int | None = None
    sex: str = ""
    upn: str = ""
    nhs_number: str = ""
    addresses: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Lines, postcode, UPRN, kind."""
    parents: list[tuple[str, str]] = field(default_factory=list)
    """Name, telephone."""
    family: str = ""
    """The same where several children stood on one form."""


def described(size: int, seed: int) -> list[Description]:
    """Descriptions of as many invented children, in an order in which nothing of them can be read."""
    chance = random.Random(f"noise {seed}")
    made: list[Description] = []
    for number, siblings in groupby(people(size, seed), key=lambda child: child.family.number):
        family = list(siblings)
        together = len(family) > 1 and chance.random() < TABLE["descriptions"]["on_one_form_with_siblings"]
        for child in family:
            for n in range(chance.choices((1, 2, 3, 4), TABLE["descriptions"]["counts"])[0]):
                one = describe(child, chance)
                one.family = f"f{number:07}" if together and n == 0 else ""
                made.append(one)
    chance.shuffle(made)
    return made


def describe(child: Person, chance: random.Random) -> Description:
    """One description: what is given of the truth, then what goes wrong with it."""
    one = Description(child.truth, forename=child.forename, surname=child.surname)
    one.noise |= set(_kinds_of(child))
    one.sex = child.sex if _happens(chance, GIVEN["sex"]) else ""
    one.upn = child.upn or "" if _happens(chance, GIVEN["upn"]) else ""
    one.nhs_number = child.nhs_number or "" if _happens(chance, GIVEN["nhs_number"]) else ""
    if not one.upn:
        one.noise.add("missing UPN")
    _born(one, child, chance)
    _lives(one, child, chance)
    _reached(one, child, chance)
    _named(one, child, chance)
    _numbered(one, child, chance)
    return one


def _kinds_of(child: Person) -> Iterator[str]:
    """What makes a child hard to tell from others, whoever describes them."""
    if child.twin:
        yield "twin"
    elif len(child.family.children) > 1:
        yield "sibling on one telephone"
    if child.namesake:
        yield "namesake with the same birth date"
    if child.forename in COMMONEST[0] and child.surname in COMMONEST[1]:
        yield "commonest names"


def _happens(chance: random.Random, rate: float) -> bool:
    return chance.random() < rate


def _born(one: Description, child: Person, chance: random.Random) -> None:
    if not _happens(chance, GIVEN["date_of_birth"]):
        one.stated_age = 2026 - child.born.year
        one.noise.add("no birth date")
        return
    one.date_of_birth = born = child.born
    if born.day <= 12 and born.day != born.month and _happens(chance, NOISE["day_month"]):
        one.date_of_birth = born.replace(day=born.month, month=born.day)
        one.noise.add("day and month")
    elif _happens(chance, NOISE["date_digit"]):
        one.date_of_birth = _other_digit(born, chance)
        one.noise.add("digit of the birth date")


def _other_digit(born: date, chance: random.Random) -> date:
    """Another date that differs in one digit of day, month or year."""
    written = born.isoformat()
    while True:
        place = chance.choice((3, 5, 6, 8, 9))
        other = f"{written[:place]}{chance.choice(string.digits)}{written[place + 1 :]}"
        try:
            if other != written and 2007 <= date.fromisoformat(other).year <= 2024:
                return date.fromisoformat(other)
        except ValueError:
            continue


def _lives(one: Description, child: Person, chance: random.Random) -> None:
    home, other = child.family.homes
    if _happens(chance, NOISE["moved"]):
        one.noise.add("moved")
        one.addresses.append(_address(other, chance))
        if _happens(chance, 1 / 3):
            one.addresses.append((*_address(home, chance)[:3], "previous"))
        return
    line, postcode, uprn, kind = _address(home, chance)
    if _happens(chance, NOISE["unlike_address"]):
        one.noise.add("unlike address")
        if _happens(chance, 0.5):
            line = line.replace("Street", "St").replace("Road", "Rd").replace("Flat ", "").lower()
        else:
            postcode = _mistyped_letter(postcode, len(postcode) - 1, chance)
    one.addresses.append((line, postcode, uprn, kind))


def _address(home: Home, chance: random.Random) -> tuple[str, str, str, str]:
    postcode = chance.choice((home.postcode, home.postcode, home.postcode.replace(" ", ""), home.postcode.lower()))
    return f"{home.line}, {home.town}", postcode, home.uprn if _happens(chance, GIVEN["uprn"]) else "", "current"


def _reached(one: Description, child: Person, chance: random.Random) -> None:
    family = child.family
    for n, parent in enumerate(family.parents):
        if n and not _happens(chance, GIVEN["second_parent"]):
            continue
        telephone = ""
        if _happens(chance, GIVEN["telephone"]):
            telephone = family.telephones[n]
            if _happens(chance, NOISE["telephone_changed"]):
                telephone = family.new_telephone
                one.noise.add("telephone changed")
        one.parents.append((parent, _written(telephone, chance)))


def _written(telephone: str, chance: random.Random) -> str:
    if not telephone:
        return ""
    return chance.choice((
        telephone, f"{telephone[:5]} {telephone[5:8]} {telephone[8:]}", f"+44{telephone[1:]}", f"({telephone[:5]}) {telephone[5:]}"
    ))  # fmt: skip


def _named(one: Description, child: Person, chance: random.Random) -> None:
    if SHORT.get(one.forename) and _happens(chance, NOISE["nickname"]):
        if _happens(chance, GIVEN["legal_name"]):
            one.other_names.append(f"{one.forename} {one.surname}")
        one.forename = chance.choice(SHORT[one.forename])
        one.noise.add("nickname")
    for name in ("forename", "surname"):
        if getattr(one, name) in OTHERWISE and _happens(chance, NOISE["transliteration"]):
            setattr(one, name, chance.choice(OTHERWISE[getattr(one, name)]))
            one.noise.add("transliteration")
    other = child.family.other_surname
    if other != child.surname and _happens(chance, NOISE["married_name"]):
        if _happens(chance, 0.5):
            one.other_names.append(f"{one.forename} {one.surname}")
        one.surname = other
        one.noise.add("married name")
    elif other != child.surname and _happens(chance, NOISE["double_barrelled"]):
        both = [one.surname, other]
        chance.shuffle(both)
        one.surname = chance.choice("- ").join(both)
        one.noise.add("double-barrelled")
    if _happens(chance, NOISE["typing"]):
        name = chance.choice(("forename", "surname"))
        setattr(one, name, _mistyped(getattr(one, name), chance))
        one.noise.add("typing")
    if _happens(chance, NOISE["swapped_names"]):
        one.forename, one.surname = one.surname, one.forename
        one.noise.add("swapped names")
    if _happens(chance, GIVEN["middle_name"]):
        one.forename = f"{one.forename} {child.middle}"
        one.noise.add("middle name")
    if _happens(chance, GIVEN["capitals"]):
        one.forename, one.surname = one.forename.upper(), one.surname.upper()


def _mistyped(name: str, chance: random.Random) -> str:
    """Another spelling, one slip away; mostly not in the first letter."""
    place = chance.randrange(len(name)) if _happens(chance, 0.1) else chance.randrange(1, max(2, len(name)))
    place = min(place, len(name) - 1)
    slip = chance.randrange(4)
    if slip == 0:
        other = name[:place] + name[place + 1 :]
    elif slip == 1:
        other = name[:place] + name[place] + name[place:]
    elif slip == 2 and place:
        other = name[: place - 1] + name[place] + name[place - 1] + name[place + 1 :]
    else:
        other = _mistyped_letter(name, place, chance)
    return other if len(other) > 1 and other != name else _mistyped_letter(name, len(name) - 1, chance)


def _mistyped_letter(text: str, place: int, chance: random.Random) -> str:
    row = next((row for row in NEAR if text[place].lower() in row), string.ascii_lowercase)
    at = row.find(text[place].lower())
    other = row[at + 1] if at + 1 < len(row) and _happens(chance, 0.5) else row[at - 1] if at > 0 else "x"
    return text[:place] + (other.upper() if text[place].isupper() else other) + text[place + 1 :]


def _numbered(one: Description, child: Person, chance: random.Random) -> None:
    if not one.upn:
        return
    if _happens(chance, NOISE["wrong_upn"]):
        others = [sibling.upn for sibling in child.family.children if sibling is not child and sibling.upn]
        near = f"{int(one.upn[1:]) + chance.randrange(1, 40):012}"  # whoever was entered into the register about then
        anybody = UPN_LETTERS[sum(int(digit) * weight for weight, digit in enumerate(near, 2)) % 23] + near
        one.upn = chance.choice(others) if others and _happens(chance, 0.5) else anybody
        one.noise.add("wrong UPN")
    elif _happens(chance, NOISE["mistyped_upn"]):
        place = chance.randrange(1, 13)
        one.upn = one.upn[:place] + str((int(one.upn[place]) + chance.randrange(1, 9)) % 10) + one.upn[place + 1 :]
        one.noise.add("mistyped UPN")
