"""What cannot be done, each with a `code` that stays the same whatever its text. None quotes what somebody sent."""

from typing import ClassVar


class SafeguardingError(Exception):
    """Base of what this service refuses."""

    code: ClassVar[str]


class UnknownCase(SafeguardingError):
    """No case of this id has been heard of here (yet)."""

    code = "no-such-case"


class UnknownChild(SafeguardingError):
    """Nothing is kept here about a child of this id."""

    code = "no-such-child"


class UnknownConsideration(SafeguardingError):
    """There is no consideration of this id."""

    code = "no-such-consideration"


class UnknownClock(SafeguardingError):
    """There is no clock of this id."""

    code = "no-such-clock"


class UnknownEscalation(SafeguardingError):
    """There is no escalation of this id."""

    code = "no-such-escalation"


class ChangedMeanwhile(SafeguardingError):
    """Something was heard or decided about the child since whoever acts now has looked."""

    code = "changed-meanwhile"


class UnknownMarkerType(SafeguardingError):
    """The table of markers has no such type today."""

    code = "no-such-marker-type"


class UnknownMarker(SafeguardingError):
    """There is no marker of this id about the child, or not for whoever asks."""

    code = "no-such-marker"


class MarkerInFuture(SafeguardingError):
    """A marker begins, or ends, on a day that has not come."""

    code = "marker-in-future"


class EndedBeforeItBegan(SafeguardingError):
    """A marker ends before the day from which it holds."""

    code = "ended-before-it-began"


class AlreadyEnded(SafeguardingError):
    """Somebody has ended the marker already."""

    code = "already-ended"


class UnknownBody(SafeguardingError):
    """The table of bodies has no such body."""

    code = "no-such-body"


class UnknownRequest(SafeguardingError):
    """There is no request of this id."""

    code = "no-such-request"


class UnknownStep(SafeguardingError):
    """This may not happen to a request of the body, or is said elsewhere."""

    code = "no-such-step"


class RequestEnded(SafeguardingError):
    """The request has ended; nothing happens to it any more."""

    code = "request-ended"


class StepTaken(SafeguardingError):
    """This has happened to the request already."""

    code = "step-taken"


class OutOfTime(SafeguardingError):
    """It lies in the future, or before the request was made."""

    code = "out-of-time"


class FieldUnknown(SafeguardingError):
    """Something was written down that is not asked for with this step."""

    code = "field-unknown"


class FieldMissing(SafeguardingError):
    """Something that must be written down with this step is not there."""

    code = "field-missing"


class ReferenceMissing(SafeguardingError):
    """The body's own reference is not there."""

    code = "reference-missing"


class MadeByEscalation(SafeguardingError):
    """This body is asked by escalating the child."""

    code = "made-by-escalation"


class FollowsNothing(SafeguardingError):
    """What it is about is no earlier request about the child, or was not declined."""

    code = "follows-nothing"


class AlreadyDecided(SafeguardingError):
    """A person has decided already; what they decided stands."""

    code = "already-decided"


class AlreadyEscalated(SafeguardingError):
    """Social care has been told of these factors already, and nothing has ended that."""

    code = "already-escalated"


class NothingToConfirm(SafeguardingError):
    """No rule escalated this, or a person has confirmed it or taken it back already."""

    code = "nothing-to-confirm"


class AlreadyAcknowledged(SafeguardingError):
    """Social care has acknowledged with another reference."""

    code = "already-acknowledged"


class NotSilent(SafeguardingError):
    """Nobody waits for an answer: it has come, or the escalation was taken back."""

    code = "not-silent"


class FactorsMissing(SafeguardingError):
    """Social care is not told of a child without a reason."""

    code = "factors-missing"


class ConsentReasonMissing(SafeguardingError):
    """Consent was refused or not sought, and nobody says why social care is told all the same."""

    code = "consent-reason-missing"


class TelephonedLater(SafeguardingError):
    """The telephone call lies in the future."""

    code = "telephoned-in-future"
