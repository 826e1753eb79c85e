"""One sending, and the submissions it becomes: one for each child (decision 0103)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from cme_referrals.application.forms import Receipt, Received
from cme_referrals.application.ports import Intake
from cme_referrals.domain.errors import SubmissionError

type TakeIn = Callable[[Intake, Receipt], Awaitable[Received]]


@dataclass(slots=True, kw_only=True)  # not frozen: that triples the cost of making one, and one is made of each form
class Part:
    """One child of a sending."""

    receipt: Receipt
    take_in: TakeIn
    child: tuple[bytes, ...] | None
    """Blind tokens of the child for this sender; None where too little is known."""


async def take_parts(tx: Intake, parts: Sequence[Part]) -> list[Received]:
    """Take all of them, or none: raises what the first that cannot be taken raises, with where in the form it stands."""
    received = []
    for number, part in enumerate(parts):
        try:
            received.append(await part.take_in(tx, part.receipt))
        except SubmissionError as error:
            if number == 0:
                raise
            raise error.within(f"siblings.{number - 1}") from error
    return received
