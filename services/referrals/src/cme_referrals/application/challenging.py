"""What a deletion return is asked, said to the others (policy 5.2.6): it was taken all the same."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cme_bus.meta import Meta
from cme_contracts.codes import ChallengeState, Ground
from cme_contracts.referrals import SubmissionChallenged
from cme_referrals.application.ports import Publishes, Returned
from cme_referrals.domain.rules import Challenge


def announce(
    tx: Publishes, returned: Returned, challenges: Iterable[Challenge], *, at: datetime, cause: Meta | None = None
) -> None:
    """Say `SubmissionChallenged` for each. Whoever calls has inserted or locked the submission's row."""
    for one in challenges:
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
            decided_at=at,
        )
        tx.publish(event, cause=cause)
