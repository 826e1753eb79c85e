"""Several children of one family in one form: each is a submission of its own (domain scenario 17, decision 0103)."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from cme_referrals.entrypoints.fields import Day, Form, School, YesNo
from cme_referrals.entrypoints.people import Child, SentForm

MOST = 12
"""Children besides the first."""
AT_HOME = ("addresses", "parents")
"""What brothers and sisters have in common, unless the sender says otherwise."""


class Sibling(Form):
    """A brother or sister. Addresses and parents left out are those of the first child; an empty list says none is known."""

    child: Child
    school_urn: School | None = None
    on_roll: YesNo | None = None
    last_attended_on: Day | None = None

    def own(self, first: Child) -> dict[str, Any]:
        """What was said of this child alone, by members of the form."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        theirs = self.child.model_fields_set
        inherited = {
            name: getattr(first, name) for name in AT_HOME if name in first.model_fields_set and name not in theirs
        }
        return given | {"child": self.child.model_copy(update=inherited)}


class FamilyForm(SentForm):
    """Base of a form that may tell of several children."""

    SHARED: ClassVar[frozenset[str]]
    """Members that are said of all of them; any other is said of the first child alone."""

    siblings: tuple[Sibling, ...] = Field(
        default=(),
        max_length=MOST,
        description="Brothers and sisters: each becomes a submission of its own, all or none.",
    )

    def parts(self) -> tuple[SentForm, ...]:
        """The same for each child by itself, the first child first."""
        if not self.siblings:
            return (self,)
        given = {name: getattr(self, name) for name in self.model_fields_set - {"siblings"}}
        shared = {name: value for name, value in given.items() if name in self.SHARED}
        others = (type(self).model_construct(**(shared | one.own(self.child))) for one in self.siblings)
        return (type(self).model_construct(**given), *others)
