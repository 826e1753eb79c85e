"""Why a submission cannot be accepted. Little is: what is merely missing is chased afterwards."""

from __future__ import annotations

from typing import ClassVar


class SubmissionError(Exception):
    """Base. `code` is stable and public; no message quotes what was sent."""

    code: ClassVar[str]

    def within(self, _place: str) -> SubmissionError:
        """The same of a child who stands at a place in the form."""
        return self


class CalendarOverlapError(SubmissionError):
    """A school's own terms overlap those of the year before or after."""

    code: ClassVar[str] = "terms-overlap"


class WithdrawnError(SubmissionError):
    """It, or what it corrects, was withdrawn: there is nothing left to change."""

    code: ClassVar[str] = "withdrawn"


class TooLittleError(SubmissionError):
    """Less than the required minimum: nobody could look for this child, or be told what became of them."""

    code: ClassVar[str] = "too-little"

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(f"missing: {', '.join(fields)}")
        self.fields = fields

    def within(self, place: str) -> TooLittleError:
        """See `SubmissionError`."""
        return TooLittleError(tuple(f"{place}.{field}" for field in self.fields))


class InTheFutureError(SubmissionError):
    """A day that must have been lies ahead: a typing mistake that would mislead whoever looks for the child."""

    code: ClassVar[str] = "in-the-future"

    def __init__(self, field: str) -> None:
        super().__init__(f"in the future: {field}")
        self.field = field

    def within(self, place: str) -> InTheFutureError:
        """See `SubmissionError`."""
        return InTheFutureError(f"{place}.{self.field}")


class NotYourSchoolError(SubmissionError):
    """A school spoke for another one."""

    code: ClassVar[str] = "not-your-school"

    def __init__(self, message: str, field: str = "school_urn") -> None:
        super().__init__(message)
        self.field = field

    def within(self, place: str) -> NotYourSchoolError:
        """See `SubmissionError`."""
        return NotYourSchoolError(str(self), f"{place}.{self.field}")


class NotYourFormError(SubmissionError):
    """A kind of form that others send."""

    code: ClassVar[str] = "not-your-form"


class NoSchoolError(SubmissionError):
    """A return that no school sent."""

    code: ClassVar[str] = "no-school"


class UnknownSchoolError(SubmissionError):
    """A return from a school whose authority nobody knows."""

    code: ClassVar[str] = "unknown-school"
