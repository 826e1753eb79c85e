"""What a form lacks, and whether its child is known to us from this sender, before it is sent. Nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cme_referrals.application.forms import Receipt, Received
from cme_referrals.application.parts import TakeIn
from cme_referrals.application.ports import Schools
from cme_referrals.application.telling import ToldChildren
from cme_referrals.application.unwritten import Schooling, Unwritten
from cme_referrals.domain.errors import SubmissionError


class Checks(Protocol):
    """What a check reads."""

    @property
    def schools(self) -> Schools: ...

    @property
    def told(self) -> ToldChildren: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What would become of a form."""

    received: Received | None
    """None: it would be refused."""
    refusal: SubmissionError | None
    told_before: tuple[str, ...] | None
    """References under which this sender told us of the child, the latest first. None: too little is known to say."""


async def check(tx: Checks, take_in: TakeIn, receipt: Receipt, child: Sequence[bytes] | None) -> Checked:
    """Go through the form's own use case and keep nothing. `child`: blind tokens of the child for this sender."""
    received, refusal = None, None
    try:
        received = await take_in(Unwritten(tx.schools, Schooling()), receipt)
    except SubmissionError as error:
        refusal = error
    told_before = tuple(await tx.told.before(child)) if child else None
    return Checked(received=received, refusal=refusal, told_before=told_before)
