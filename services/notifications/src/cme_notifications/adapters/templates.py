"""The templates: plain text, `<name>.<version>.txt`, the subject in the first line. A new wording is a new version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, Template, meta

from cme_notifications.application.announce import (
    OUTCOME_NOT_TOLD,
    PARTNER_NOT_TOLD,
    SAFEGUARDING_NOT_TOLD,
    TEAM_NOT_TOLD,
    WITHDRAWAL_NOT_TOLD,
)
from cme_notifications.application.compose import known_to
from cme_notifications.domain.errors import BadTemplate
from cme_notifications.domain.routing import RoutingTable, Tells

TEMPLATES = Path(__file__).parents[1] / "templates"
SUBJECT = "Subject: "
STANDS_IN = {
    Tells.SOCIAL_CARE: (PARTNER_NOT_TOLD,),
    Tells.SAFEGUARDING: (SAFEGUARDING_NOT_TOLD,),
    Tells.TEAM: (TEAM_NOT_TOLD, WITHDRAWAL_NOT_TOLD),
    Tells.EVERY_SENDER: (OUTCOME_NOT_TOLD,),
}
"""What the team manager, or the Lead Officer, gets where they cannot be reached."""


class Templates:
    """Every template in its newest version; the older ones stay to show what was sent."""

    def __init__(self, label: Callable[[str, str], str], folder: Path = TEMPLATES) -> None:
        """Raises `BadTemplate` for a file that is not a template. `label` is what people call a code of a list."""
        # no autoescape: this is plain text, and what goes in is ids, codes, dates and a checked greeting
        self._jinja = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)  # noqa: S701
        self._jinja.filters["label"] = lambda code, code_list: label(code_list, code)
        self._newest: dict[str, tuple[int, str]] = {}
        for path in folder.glob("*.txt"):
            name, _, version = path.stem.rpartition(".")
            if not name or not version.isdigit():
                raise BadTemplate(f"{path.name} is not named <name>.<version>.txt")
            if int(version) > self._newest.get(name, (0, ""))[0]:
                self._newest[name] = int(version), path.read_text("utf-8")
        self._ready = {name: self._parts(name, text) for name, (_, text) in self._newest.items()}

    def write(self, template: str, fields: Mapping[str, Any]) -> tuple[int, str, str]:
        """The template's version, the subject line and the text."""
        subject, body = self._ready[template]
        return self._newest[template][0], subject.render(fields).strip(), body.render(fields).strip() + "\n"

    def uses(self, template: str) -> set[str]:
        """The names a template asks for. Raises `BadTemplate` if there is none of this name."""
        if template not in self._newest:
            raise BadTemplate(f"there is no template {template}")
        return meta.find_undeclared_variables(self._jinja.parse(self._newest[template][1]))

    def check(self, table: RoutingTable) -> None:
        """Raises `BadTemplate` if a route's template is missing or asks for something the route does not give.

        So does one that stands in for it where an agency cannot be reached.
        """
        for route in table:
            for template in (route.template, *STANDS_IN.get(route.tells, ())):
                if missing := self.uses(template) - known_to(route):
                    raise BadTemplate(f"{template}, for {route.event}, asks for {', '.join(sorted(missing))}")

    def _parts(self, name: str, text: str) -> tuple[Template, Template]:
        first, _, body = text.partition("\n")
        if not first.startswith(SUBJECT):
            raise BadTemplate(f"{name} does not begin with '{SUBJECT}'")
        return self._jinja.from_string(first.removeprefix(SUBJECT)), self._jinja.from_string(body)
