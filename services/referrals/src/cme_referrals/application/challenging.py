"""What a deletion return is asked, said to the others (policy 5.2.6): it was taken all the same."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from cme_bus.meta import Meta
from cme_contracts.codes_intake import ChallengeState, Ground
from cme_contracts.referrals import SubmissionChallenged
from cme_referrals.application.ports import Publishes, Returned
from cme_referrals.domain.rules import Challenge, State


def announce(
    tx: Publishes, returned: Returned, challenges: Iterable[Challenge], *, at: datetime, cause: Meta | None = None
) -> None:
    """Say `SubmissionChallenged` for each. Whoever calls has inserted or locked the submission's row.

    What is challenged at once is told to the school at once: the first of it carries the notice.
    """
    said = list(challenges)
    asked = [one.rule for one in said if one.state is State.CHALLENGED]
    told = tuple([(one.what, one.mend, one.source) for one in said if one.state is State.CHALLENGED])
    notice = _notice(told) if len(asked) > 1 else None
    for one in said:
        event = SubmissionChallenged(
            submission_id=returned.submission_id,
            first_submission_id=returned.first_submission_id,
            reference=returned.reference,
            received_at=returned.received_at,
            school_urn=returned.deletion.school_urn,
            rule=one.rule,
            state=ChallengeState(one.state),
            source=one.source,
            what=one.what,
            mend=one.mend,
            not_before=one.not_before,
            still_on_roll=one.still_on_roll,
            ground=Ground(returned.deletion.ground),
            with_others=True if notice and one.rule in asked else None,
            notice=notice if asked[:1] == [one.rule] else None,
            decided_at=at,
        )
        tx.publish(event, cause=cause)


@lru_cache(maxsize=256)
def _notice(asked: tuple[tuple[str, str, str], ...]) -> str:
    """What is asked, numbered, in the words of the table: what, mend and source of each."""
    return "\n\n".join(
        f"{number}. {what}\nWhat to do: {mend}\nThe law: {source}."
        for number, (what, mend, source) in enumerate(asked, start=1)
    )
