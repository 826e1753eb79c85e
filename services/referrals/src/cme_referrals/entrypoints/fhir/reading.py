"""Elements of a resource as they were sent, each knowing its place, so that every complaint names one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cme_referrals.entrypoints.fhir.issues import Issues


class Element:
    """One element. What is not there reads as nothing; what has the wrong shape is an error, and reads as nothing."""

    def __init__(self, members: Mapping[str, Any], place: str, issues: Issues) -> None:
        self.members, self.place, self.issues = members, place, issues

    def at(self, name: str) -> str:
        """The place of a member, as FHIRPath."""
        return f"{self.place}.{name}"

    def text(self, name: str) -> str | None:
        """A text; None where there is none. FHIR has no empty texts."""
        value = self.members.get(name)
        if value is None or not self._is(value, str, self.at(name), "a text"):
            return None
        return value.strip() or None

    def flag(self, name: str) -> bool | None:
        """True or false."""
        value = self.members.get(name)
        return value if value is not None and self._is(value, bool, self.at(name), "true or false") else None

    def one(self, name: str) -> Element | None:
        """An element."""
        value = self.members.get(name)
        if value is None or not self._is(value, dict, self.at(name), "an object"):
            return None
        return Element(value, self.at(name), self.issues)

    def many(self, name: str) -> tuple[Element, ...]:
        """The elements of a list, in their order."""
        places = ((f"{self.at(name)}[{at}]", value) for at, value in enumerate(self._list(name)))
        return tuple(
            Element(value, place, self.issues) for place, value in places if self._is(value, dict, place, "an object")
        )

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of a list; null stands for one of which only an extension is given."""
        places = ((f"{self.at(name)}[{at}]", value) for at, value in enumerate(self._list(name)) if value is not None)
        return tuple(value.strip() for place, value in places if self._is(value, str, place, "a text"))

    def refuse_modifiers(self) -> None:
        """A modifier extension may turn the meaning round; FHIR forbids to go on where one is not known."""
        if self.members.get("modifierExtension"):
            self.issues.error(
                "extension",
                self.at("modifierExtension"),
                "No modifier extension is supported.",
                "Leave it out, or send the notification as a form.",
            )

    def ended(self, today: date) -> bool:
        """Whether its period is over."""
        period = self.one("period")
        end = (period.text("end") or "")[:10] if period else ""
        return bool(end) and end < today.isoformat()[: len(end)]

    def to_come(self, today: date) -> bool:
        """Whether its period has not begun."""
        period = self.one("period")
        start = (period.text("start") or "")[:10] if period else ""
        return bool(start) and start > today.isoformat()[: len(start)]

    def _list(self, name: str) -> list[Any]:
        value = self.members.get(name)
        return value if value is not None and self._is(value, list, self.at(name), "a list") else []

    def _is(self, value: object, type_: type, place: str, wanted: str) -> bool:
        if isinstance(value, type_):
            return True
        self.issues.error("structure", place, f"It is not {wanted}.", "Send it as FHIR R4 has it.")
        return False


class Resource(Element):
    """A resource, with where it stands in its Bundle."""

    def __init__(self, members: Mapping[str, Any], place: str, issues: Issues, full_url: str = "") -> None:
        super().__init__(members, place, issues)
        self.type = self.text("resourceType") or ""
        self.id = self.text("id") or ""
        self.full_url = full_url
        self.refuse_modifiers()
        if self.members.get("implicitRules"):
            issues.error("not-supported", self.at("implicitRules"), "No implicit rules are supported.", "Leave it out.")
