"""What is answered: the schema of every answer, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from cme_referrals.application.forms import Receipt, Received
from cme_referrals.application.ports import Followed
from cme_referrals.application.timed import Timed
from cme_referrals.domain.completeness import Kind
from cme_referrals.domain.progress import Progress, Stage
from cme_referrals.domain.returns import Timing, Unit
from cme_referrals.domain.rules import Challenge, State
from cme_referrals.entrypoints.remarks import in_words


class View(BaseModel):
    """Base of every answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Note(View):
    """A value that cannot be right: which field, what is wrong, how to mend it. Never the value."""

    field: str
    wrong: str
    mend: str


class ChallengeView(View):
    """A rule that what was sent does not meet, or that cannot be decided yet. The submission was taken all the same."""

    rule: str = Field(description="A code of the table of rules.")
    state: State
    source: str = Field(description="The law it follows from.")
    what: str
    mend: str
    not_before: date | None = Field(
        default=None, description="The first day on which this rule would allow the deletion, where it can be said."
    )
    still_on_roll: bool = Field(
        description="As long as it stands like this the child is treated as still registered at the school."
    )


class Accepted(View):
    """A submission has been received. It is safe: from here on the council's clocks run."""

    submission_id: UUID
    reference: str = Field(description="To quote; says nothing about the child.")
    received_at: datetime
    follow: str = Field(description="Where progress can be followed, without an account.")
    still_missing: tuple[str, ...] = Field(
        description="What the form asks for and was not given. Send it when you have it."
    )
    data_quality: tuple[Note, ...] = Field(description="What was given and cannot be right.")
    due_on: date | None = Field(default=None, description="Returns: the last day on which it was in time.")
    late: bool | None = Field(
        default=None, description="Returns: whether it came after that; left out where that cannot be said yet."
    )
    late_by: int | None = Field(
        default=None, description="Returns: how many days after that, as `late_by_days` counts."
    )
    late_by_days: Unit | None = Field(default=None, description="Returns: which days are counted.")
    tell_before: date | None = Field(
        default=None, description="Operation Encompass: the day before whose start the setting is to be told."
    )
    exempt: bool | None = Field(
        default=None,
        description="True where no return was needed (regulation 13); left out where that cannot be said.",
    )
    challenges: tuple[ChallengeView, ...] = Field(
        default=(),
        description="Deletion returns: what does not fit the ground, or is not known yet. Nothing was refused.",
    )
    siblings: tuple[Accepted, ...] | None = Field(
        default=None,
        description="The same of each brother and sister in the form, in their order: a submission of its own.",
    )


class ProgressView(View):
    """How far a submission has come. Says nothing about the child."""

    reference: str
    stage: Stage
    with_whom: str | None = Field(
        description="Who has it now: whom to ask for, quoting the reference. referral_intake, cme_team, lead_officer, or "
        "another team of the council, such as home_education."
    )
    with_teams: tuple[str, ...] = Field(
        description="Every other team of the council that has it, `with_whom` first; none where it belongs to a case."
    )
    received_at: datetime
    on_the_register_since: datetime | None
    under_investigation_since: datetime | None
    investigation_due_on: date | None
    reopened_at: datetime | None = Field(
        description="When the council learnt what opened the case again. What was said of its end before is no longer so."
    )
    closed_at: datetime | None
    outcome: str | None = Field(description="The outcome's code, at the level this referrer may have.")
    referrer_informed_at: datetime | None
    withdrawn_at: datetime | None = Field(description="When its sender took it back.")
    corrected_by: str | None = Field(description="The reference of its latest correction.")


class SubmissionView(ProgressView):
    """One line of the list of submissions."""

    submission_id: UUID
    kind: Kind
    school_urn: str | None
    still_missing: tuple[str, ...]
    data_quality: tuple[Note, ...]


class WholeSubmissionView(SubmissionView):
    """A submission with the form as it was received."""

    challenges: tuple[ChallengeView, ...] = Field(description="As they stand now.")
    due_on: date | None = Field(description="A school's return: the last day on which it was in time.")
    late: bool | None = Field(description="A school's return: whether it was; null where that cannot be said yet.")
    late_by: int | None
    late_by_days: Unit | None = Field(description="Which days are counted.")
    exempt: bool | None = Field(description="A school's return: true where none was needed.")
    as_received: dict[str, Any] | None = Field(description="null: its key has been forgotten, and the child with it.")


class SubmissionList(View):
    """A page; the `Link` header names the next."""

    items: tuple[SubmissionView, ...]


def notes(quarantined: Sequence[str]) -> tuple[Note, ...]:
    """What the sender is told of values that were kept aside, or hold under another number now."""
    said = map(in_words, quarantined)
    return tuple(Note(field=field, wrong=wrong, mend=mend) for field, wrong, mend in said)


def accepted(receipt: Receipt, received: Received, follow: str) -> dict[str, Any]:
    """The answer to a submission, as JSON: an `Accepted`. It is kept with the Idempotency-Key, so nothing personal is in it.

    Written by hand: a model of it, validated and dumped again, costs as much as a third of the form.
    """
    where_said = {**timing_view(received.timing), "tell_before": received.tell_before, "exempt": received.exempt}
    return {
        "submission_id": str(receipt.submission_id),
        "reference": receipt.reference,
        "received_at": receipt.received_at.isoformat().replace("+00:00", "Z"),
        "follow": follow,
        "still_missing": received.still_missing,
        "data_quality": [note.model_dump() for note in notes(received.quarantined)],
        **{name: value for name, value in where_said.items() if value is not None},
        "challenges": [one.model_dump(mode="json", exclude_none=True) for one in challenge_views(received.challenges)],
    }


def timing_view(found: Timing | None) -> dict[str, Any]:
    """When a return was due, and whether it was late."""
    if found is None:
        return dict.fromkeys(("due_on", "late", "late_by", "late_by_days"))
    return {"due_on": found.due_on, "late": found.late, "late_by": found.late_by, "late_by_days": found.unit}


def progress_view(followed: Followed) -> dict[str, Any]:
    """For whoever has the link."""
    return ProgressView(**_progress(followed)).model_dump(mode="json")


def submission_view(followed: Followed) -> dict[str, Any]:
    """For the list."""
    return SubmissionView(**_submission(followed)).model_dump(mode="json")


def whole_view(
    followed: Followed, challenges: Sequence[Challenge], timed: Timed | None, as_received: dict[str, Any] | None
) -> dict[str, Any]:
    """For one submission."""
    return WholeSubmissionView(
        **_submission(followed),
        **timing_view(timed.timing if timed else None),
        exempt=timed.exempt if timed else None,
        challenges=challenge_views(challenges),
        as_received=as_received,
    ).model_dump(mode="json")


def challenge_views(challenges: Sequence[Challenge]) -> tuple[ChallengeView, ...]:
    """What the sender is told of the rules."""
    return tuple(ChallengeView(**asdict(one)) for one in challenges)


def _submission(followed: Followed) -> dict[str, Any]:
    return _progress(followed) | {
        "submission_id": followed.id,
        "kind": followed.kind,
        "school_urn": followed.school_urn,
        "still_missing": followed.still_missing,
        "data_quality": notes(followed.quarantined),
    }


def _progress(followed: Followed) -> dict[str, Any]:
    progress: Progress = followed.progress
    return {
        "reference": followed.reference,
        "stage": progress.stage,
        "with_whom": progress.with_whom,
        "with_teams": progress.with_teams,
        "received_at": progress.received_at,
        "on_the_register_since": progress.known_since,
        "under_investigation_since": progress.investigated_since,
        "investigation_due_on": progress.due_on,
        "reopened_at": progress.reopened_at,
        "closed_at": progress.closed_at,
        "outcome": progress.outcome_for(followed.referrer_kind),
        "referrer_informed_at": progress.told_at,
        "withdrawn_at": progress.withdrawn_at,
        "corrected_by": progress.corrected_by,
    }
