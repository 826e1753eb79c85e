"""Invented families with known truth: who is whose brother, sister or twin, where they live and what they are called."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.bench.matching_names import FORENAMES, HEADS, SURNAMES, TAILS

TABLE: dict[str, Any] = tomllib.loads((Path(__file__).parent / "matching_noise.toml").read_text("utf-8"))
OLDEST, YOUNGEST = date(2009, 9, 1), date(2022, 8, 31)
UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
UNIT_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
STREETS = ("Lane", "Road", "Street", "Close", "Avenue", "Drive", "Way", "Crescent")


@dataclass(frozen=True)
class Home:
    """An address that there is not: area ZZ of the postcodes, UPRNs that begin with 9999."""

    line: str
    town: str
    postcode: str
    uprn: str


@dataclass
class Person:
    """A child as they really are."""

    truth: str
    forename: str
    surname: str
    middle: str
    born: date
    sex: str
    upn: str | None
    nhs_number: str | None
    family: Family
    twin: bool = False
    namesake: bool = False


@dataclass
class Family:
    """Parents, telephones, a home, and the one before or after it."""

    number: int
    surname: str
    other_surname: str
    homes: tuple[Home, Home]
    parents: tuple[str, ...]
    telephones: tuple[str, ...]
    new_telephone: str
    children: list[Person] = field(default_factory=list)


def people(size: int, seed: int) -> Iterator[Person]:
    """As many children as asked for, family by family; the same seed makes the same."""
    chance, given, number = random.Random(seed), 0, 0
    chosen = TABLE["population"]
    seen: list[Person] = []
    while given < size:
        family = _family(chance, number, size)
        number += 1
        for child in _children(chance, family, given):
            if len(seen) > 100 and chance.random() < chosen["namesakes"]:
                other = chance.choice(seen)
                child.forename, child.surname, child.born, child.sex = (
                    other.forename, other.surname, other.born, other.sex,
                )  # fmt: skip
                child.namesake = other.namesake = True
            family.children.append(child)
            if len(seen) < 5000:
                seen.append(child)
            given += 1
        yield from family.children


def _family(chance: random.Random, number: int, size: int) -> Family:
    surname = SURNAMES.draw(chance)
    other = SURNAMES.draw(chance)
    mothers = other if chance.random() < TABLE["population"]["parents_surname_differs"] else surname
    parents = [f"{FORENAMES['F'].draw(chance)} {mothers}"]
    if chance.random() >= TABLE["population"]["one_parent"]:
        parents.append(f"{FORENAMES['M'].draw(chance)} {surname}")
    telephones = tuple(f"01632{(number * 3 + n) % 1_000_000:06}" for n in range(len(parents)))
    return Family(
        number, surname, other, (_home(chance, size), _home(chance, size)), tuple(parents), telephones,
        f"01632{(number * 3 + 2) % 1_000_000:06}",
    )  # fmt: skip


def _children(chance: random.Random, family: Family, given: int) -> Iterator[Person]:
    chosen = TABLE["population"]
    count = chance.choices((1, 2, 3, 4), chosen["children_per_family"])[0]
    born = OLDEST + timedelta(days=chance.randrange((YOUNGEST - OLDEST).days))
    names: set[str] = set()
    for _ in range(count):
        twins = 2 if chance.random() < chosen["twins"] else 1
        for _ in range(twins):
            sex = chance.choice("FM")
            forename = FORENAMES[sex].draw(chance)
            while forename in names:
                forename = FORENAMES[sex].draw(chance)
            names.add(forename)
            number = given + len(names) - 1
            yield Person(
                f"c{number:07}", forename, family.surname, FORENAMES[sex].draw(chance), born, sex,
                upn(number, born) if chance.random() < chosen["has_upn"] else None,
                nhs_number(number) if chance.random() < chosen["has_nhs_number"] else None, family, twin=twins > 1,
            )  # fmt: skip
        born += timedelta(days=chance.randrange(300, 1500))
        if born > YOUNGEST:
            return


def _home(chance: random.Random, size: int) -> Home:
    place = chance.randrange(max(20, size // 12))  # about a dozen homes share a postcode
    street = f"{HEADS[place % 49]}{TAILS[place // 49 % 24]} {STREETS[place // 7 % len(STREETS)]}"
    house = chance.randrange(1, 90)
    line = f"Flat {chance.randrange(1, 9)}, {house} {street}" if chance.random() < 0.12 else f"{house} {street}"
    district, sector, unit = place % 99 + 1, place // 99 % 10, place // 990 % 400
    postcode = f"ZZ{district} {sector}{UNIT_LETTERS[unit % 20]}{UNIT_LETTERS[unit // 20]}"
    return Home(line, f"{HEADS[place // 300 % 49]}{TAILS[place // 1000 % 24]}", postcode, f"9999{place:05}{house:03}")


def upn(number: int, born: date) -> str:
    """A pupil number of authority 999, its check letter right: its digits weighted 2 to 13, modulo 23."""
    digits = f"999{number // 1000 % 10_000:04}{(born.year + 4) % 100:02}{number % 1000:03}"
    return UPN_LETTERS[sum(int(digit) * weight for weight, digit in enumerate(digits, 2)) % 23] + digits


def nhs_number(number: int) -> str | None:
    """A number of the range 999 that is never given to anybody; None where none has a right check digit."""
    digits = f"99{number % 10_000_000:07}"
    check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(digits)) % 11
    return None if check == 10 else f"{digits}{check % 11}"
