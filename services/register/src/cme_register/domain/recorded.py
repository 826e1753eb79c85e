"""What an officer records about a child that was decided elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ConsentKind(StrEnum):
    """What an authority decides about before a name may be deleted."""

    SPECIAL_SCHOOL_DELETION = "special_school_deletion"
    """The authority that arranged the place at a special school (regulation 9(2))."""
    JOINT_ENQUIRIES = "joint_enquiries"
    """The council's signature under the joint enquiries of grounds (h) and (i)."""
    HOME_EDUCATION_WITHDRAWAL = "home_education_withdrawal"
    """Education Act 1996 s 434A; not in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A school attendance order (Education Act 1996 s 437)."""

    number: str
    school_urn: str
    in_force_from: date
    in_force_to: date | None = None
    """The last day. None: until further notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A decision, given or refused."""

    kind: ConsentKind
    given: bool
    decided_on: date
    school_urn: str | None = None
    """None: whichever school asks."""
