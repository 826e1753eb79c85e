"""The story as it must come: each step, and every event it causes, with what caused it.

Within a step the events of one stream come in the order written here; the messages of a step are sent side by
side, so their order among each other is free. Anything missing, and anything more, is a fault.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Expected:
    """One event. `cause` is the label of the event that caused it; None where a person or the time did."""

    label: str
    type: str
    cause: str | None
    detail: tuple[tuple[str, object], ...] = ()
    """Fields that tell this event from another of its type."""


def event(
    label: str, type_: str, cause: str | None = None, **detail: object
) -> Expected:
    return Expected(label, type_, cause, tuple(sorted(detail.items())))


def message(template: str, audience: str, cause: str) -> Expected:
    return event(
        f"message {template} to {audience} for {cause}",
        "cme.message.sent.v1",
        cause,
        template=template,
        audience=audience,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody does, or the time does, and all that follows from it."""

    name: str
    said: str
    events: tuple[Expected, ...]

    def without_events(self) -> "Step":
        """The same step with nothing more expected."""
        return replace(self, events=())


STEPS: tuple[Step, ...] = ()
