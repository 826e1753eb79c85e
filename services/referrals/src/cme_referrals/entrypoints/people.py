"""People as a sender describes them."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from cme_contracts import people
from cme_contracts.codes_intake import ReferrerKind
from cme_referrals.application.forms import NOTHING_WITHHELD, About
from cme_referrals.entrypoints.fields import Day, Email, Form, Identifier, Known, Telephone, Text, YesNo


class Address(Form):
    """Where somebody lives or lived."""

    lines: tuple[Text, ...] = Field(default=(), max_length=6)
    postcode: Annotated[str, Field(max_length=10)] | None = None
    uprn: Identifier | None = None
    kind: Literal["current", "previous", "new"] = "current"
    confidential: YesNo = Field(
        default=False,
        description="Somebody must not learn of it: safeguarding alone is given it (a refuge, foster carers).",
    )

    @property
    def held(self) -> bool:
        """Whether there is anything that safeguarding alone may have."""
        return self.confidential and bool(any(self.lines) or self.postcode or self.uprn)

    def whole(self) -> people.Address:
        """As it was given."""
        return people.Address(lines=self.lines, postcode=self.postcode, uprn=self.uprn, kind=self.kind)

    def said(self) -> people.Address:
        """What may be said of it to everybody who reads of the child."""
        return people.Address(lines=(), kind=self.kind, held_by_safeguarding=True) if self.held else self.whole()


class Parent(Form):
    """A parent in the wide meaning of Education Act 1996 s 576."""

    name: Text = Field(min_length=1)
    relationship: Text | None = None
    telephones: tuple[Telephone, ...] = Field(default=(), max_length=10)
    email: Email | None = None
    confidential: YesNo = Field(
        default=False,
        description="Telephone and e-mail would lead to where somebody hides: safeguarding alone is given them.",
    )

    @property
    def held(self) -> bool:
        """Whether there is anything that safeguarding alone may have."""
        return self.confidential and bool(self.telephones or self.email)

    def held_elsewhere(self) -> tuple[people.Address, ...]:
        """Addresses of their own that safeguarding alone may have."""
        return ()

    def whole(self) -> people.Parent:
        """As they were given, as far as events tell of them."""
        return people.Parent(
            name=self.name, relationship=self.relationship, telephones=self.telephones, email=self.email
        )

    def said(self) -> people.Parent:
        """What may be said of them to everybody who reads of the child."""
        if not self.held:
            return self.whole()
        return people.Parent(name=self.name, relationship=self.relationship, held_by_safeguarding=True)


class Child(Form):
    """The child. Some people have one name only: either of the two is enough."""

    forename: Text = ""
    surname: Text = ""
    other_names: tuple[Text, ...] = Field(default=(), max_length=10)
    date_of_birth: Day | None = None
    stated_age: Annotated[int, Field(ge=0, le=25)] | None = None
    sex: Annotated[str, Field(max_length=20)] | None = None
    upn: Identifier | None = None
    former_upns: tuple[Identifier, ...] = Field(default=(), max_length=10, description="UPNs the child had before.")
    nhs_number: Identifier | None = None
    addresses: tuple[Address, ...] = Field(default=(), max_length=10, description="Last known address first.")
    parents: tuple[Parent, ...] = Field(default=(), max_length=10)

    def also_called(self) -> tuple[str, ...]:
        """Names besides the legal one."""
        return self.other_names

    def about(self) -> About:
        """The same in the words of the events, with the identifiers still to be checked, and what is confidential apart."""
        return self._about

    @cached_property
    def _about(self) -> About:
        """Made once: the use case asks for it, and whoever notes that the child was told of."""
        held = (
            *(one.whole() for one in self.addresses if one.held),
            *(address for parent in self.parents for address in parent.held_elsewhere()),
        )
        parents = tuple([one.whole() for one in self.parents if one.held])
        return About(
            child=people.Child(
                forename=self.forename,
                surname=self.surname,
                other_names=self.also_called(),
                date_of_birth=self.date_of_birth,
                stated_age=self.stated_age,
                sex=self.sex,
                addresses=tuple([one.said() for one in self.addresses]),
                parents=tuple([one.said() for one in self.parents]),
            ),
            upn=self.upn,
            former_upns=self.former_upns,
            nhs_number=self.nhs_number,
            withheld=people.Confidential(addresses=held, parents=parents) if held or parents else NOTHING_WITHHELD,
        )


class Referrer(Form):
    """Who tells the council, and where the answer goes. An e-mail address or a telephone number is needed."""

    kind: Annotated[ReferrerKind, Known()] | None = None
    name: Text = ""
    role: Text | None = None
    email: Email | None = None
    telephone: Telephone | None = None

    def named(self) -> people.Referrer:
        """The same in the words of the events. Without an e-mail address a person must ring."""
        return people.Referrer(name=self.name, role=self.role, email=self.email or "", telephone=self.telephone)


class SentForm(Form):
    """Base of every kind of form that is sent: it is about a child."""

    child: Child

    @cached_property
    def written(self) -> bytes:
        """The form word for word, as JSON: what is kept of it, and what it is known by. What was left out is left out."""
        return self.__pydantic_serializer__.to_json(self, exclude_unset=True)

    def parts(self) -> tuple[SentForm, ...]:
        """The same for each child by itself, where a form may tell of several."""
        return (self,)
