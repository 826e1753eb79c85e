"""What stands inside `personal`: who a fact is about. Only these models hold data that identifies a person."""

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from cme_contracts.base import PersonalData, personal_field


class Address(PersonalData):
    """Where somebody lives or lived."""

    lines: tuple[str, ...] = personal_field("House and street, in the order people write them.", max_length=6)
    postcode: str | None = personal_field("Postcode, as given; one of the things a child is found by.", default=None)
    uprn: str | None = personal_field("Unique property reference number, where known.", default=None)
    kind: str = Field(
        default="current", description="current, previous or new: which of the child's addresses this is."
    )
    held_by_safeguarding: bool = Field(
        default=False, description="Marked confidential: safeguarding alone has it, and nothing of it stands here."
    )
    token: str | None = personal_field(
        "Blind token, only of an address that was marked confidential: equal where two of them are the same address.",
        default=None,
    )
    found_by: tuple[str, ...] = personal_field(
        "Blind tokens of the child's name and birth date with this postcode, held or not: equal for the same child there, "
        "and for nobody else.",
        default=(),
    )

    @model_validator(mode="after")
    def _says_nothing_that_is_held(self) -> Self:
        if self.held_by_safeguarding and (any(self.lines) or self.postcode or self.uprn):
            raise ValueError("an address that safeguarding holds stands nowhere else")
        return self


class Parent(PersonalData):
    """A parent in the wide meaning of Education Act 1996 s 576."""

    name: str = personal_field("Whom officers ask for.")
    relationship: str | None = personal_field("mother, father, carer, ...", default=None)
    telephones: tuple[str, ...] = personal_field("Every number known; enquiries call all of them.", default=())
    email: str | None = personal_field("Where a letter can follow.", default=None)
    held_by_safeguarding: bool = Field(
        default=False, description="Marked confidential: safeguarding alone has telephone and e-mail."
    )

    @model_validator(mode="after")
    def _says_nothing_that_is_held(self) -> Self:
        if self.held_by_safeguarding and (self.telephones or self.email):
            raise ValueError("what safeguarding holds of a parent stands nowhere else")
        return self


class Child(PersonalData):
    """The child a submission is about: what the register finds them by (regulation 13; SR1a)."""

    forename: str = personal_field("Legal forename; with the surname, one of the things a child is found by.")
    surname: str = personal_field("Legal surname.")
    other_names: tuple[str, ...] = personal_field("Preferred names and aliases.", default=())
    date_of_birth: date | None = personal_field(
        "Decides compulsory school age; needed to find the child.", default=None
    )
    stated_age: int | None = personal_field("Age in years where no date of birth is known.", default=None)
    sex: str | None = personal_field("As in the admission register.", default=None)
    upn: str | None = personal_field("Unique pupil number; believed only with another fact.", default=None)
    nhs_number: str | None = personal_field(
        "NHS number, checked: how health names the child. Only for the register, to match by.", default=None
    )
    former_upns: tuple[str, ...] = personal_field(
        "Numbers the child had before, each with a right check letter: found by as well as the current one.", default=()
    )
    addresses: tuple[Address, ...] = personal_field("Last known address first.", default=())
    parents: tuple[Parent, ...] = personal_field("Whom the child lives with, or did.", default=())


class Confidential(PersonalData):
    """What a sender marked confidential: where a child or parent lives, or can be reached, that somebody must not learn."""

    addresses: tuple[Address, ...] = personal_field("As given; the token is the one that others have.", default=())
    parents: tuple[Parent, ...] = personal_field("Parents whose telephone and e-mail are held.", default=())


class Referrer(PersonalData):
    """Who told the council, and where the answer goes (policy 7: the referrer is notified of the outcome)."""

    name: str = personal_field("Whom the acknowledgement addresses.")
    role: str | None = personal_field("Their post, e.g. attendance officer.", default=None)
    email: str = personal_field("Where acknowledgement and outcome are sent.")
    telephone: str | None = personal_field("Where an officer can ring back.", default=None)


class Contact(PersonalData):
    """Somebody without an account, known by the address they say is theirs. Nothing else is known of them yet."""

    email: str = personal_field("Where the link goes that proves the address.")


class Officer(PersonalData):
    """An officer of the council, as colleagues address them."""

    name: str = personal_field("Whom a message addresses.")
    email: str = personal_field("Where work messages go.")
