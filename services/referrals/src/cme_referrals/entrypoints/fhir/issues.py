"""What is wrong with a message, or worth saying of it: the issues of an OperationOutcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

type Severity = Literal["error", "warning", "information"]

MOST = 100
"""Issues in one answer: a message may be wrong in ten thousand places, and nobody mends from such a list."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue. Its text is ours and repeats nothing that was sent; `expression` is FHIRPath of our own making."""

    severity: Severity
    code: str
    """Of http://hl7.org/fhir/issue-type, a required binding."""
    diagnostics: str
    """What is wrong, and how to mend it."""
    expression: str = ""

    def json(self) -> dict[str, Any]:
        """As FHIR writes it."""
        place = {"expression": [self.expression]} if self.expression else {}
        return {"severity": self.severity, "code": self.code, "diagnostics": self.diagnostics, **place}


@dataclass(slots=True)
class Issues:
    """Collects what is found while a message is read, so that a sender mends everything at once."""

    found: list[Issue] = field(default_factory=list)

    def error(self, code: str, expression: str, wrong: str, mend: str) -> None:
        """The message cannot be taken."""
        self._add(Issue("error", code, f"{wrong} {mend}", expression))

    def warning(self, code: str, expression: str, wrong: str, mend: str) -> None:
        """It is taken, and something in it is not as it should be."""
        self._add(Issue("warning", code, f"{wrong} {mend}", expression))

    def note(self, code: str, expression: str, text: str) -> None:
        """It is taken; the sender may want to know."""
        self._add(Issue("information", code, text, expression))

    @property
    def errors(self) -> bool:
        """Whether the message cannot be taken."""
        return any(issue.severity == "error" for issue in self.found)

    def _add(self, issue: Issue) -> None:
        room = 2 * MOST if issue.severity == "error" else MOST  # an error is said however many notes came before it
        if len(self.found) < room and issue not in self.found:
            self.found.append(issue)


class UnfitMessageError(Exception):
    """The message, or the request for something, cannot be taken. `issues` say why."""

    def __init__(self, status: int, issues: Iterable[Issue], headers: Mapping[str, str] | None = None) -> None:
        self.status, self.issues, self.headers = status, tuple(issues), dict(headers or {})
        super().__init__(f"{len(self.issues)} issues")


def outcome(issues: Iterable[Issue], *, id_: str | None = None) -> dict[str, Any]:
    """The OperationOutcome that says these issues, the worst first."""
    order = ["error", "warning", "information"]
    said = [issue.json() for issue in sorted(issues, key=lambda issue: order.index(issue.severity))][:MOST]
    return {"resourceType": "OperationOutcome", **({"id": id_} if id_ else {}), "issue": said}
