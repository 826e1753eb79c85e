"""Fields that many events share, with the one meaning each has everywhere."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field


def _uuid(meaning: str) -> Any:
    return Field(description=meaning)


SubmissionId = Annotated[UUID, _uuid("One thing somebody sent to the council.")]
FirstSubmissionId = Annotated[
    UUID, _uuid("The first submission of the chain (submission, correction, withdrawal) this one belongs to.")
]
ChildId = Annotated[UUID, _uuid("The child, as the register knows them. Nothing before the register carries it.")]
CaseId = Annotated[UUID, _uuid("One case of one child on the register.")]
OfficerId = Annotated[UUID, _uuid("An officer of the council.")]
ClockId = Annotated[UUID, _uuid("One running of one clock for one case.")]
EscalationId = Annotated[UUID, _uuid("One escalation to social care; the same id however often it is carried.")]
MessageId = Annotated[UUID, _uuid("One message to one recipient.")]
Instant = AwareDatetime
Reference = Annotated[str, Field(description="What the referrer is given to quote; says nothing about the child.")]
Urn = Annotated[str, Field(description="Unique reference number of an establishment (GIAS).", pattern=r"^\d{6}$")]
LaCode = Annotated[str, Field(description="Three-digit code of a local authority (GIAS).", pattern=r"^\d{3}$")]
ClockCode = Annotated[str, Field(description="Which clock, as the register's table of clocks names it, e.g. INIT-10.")]


def instant(meaning: str) -> Any:
    """An instant in business time, with its offset."""
    return Field(description=meaning)


def day(meaning: str) -> Any:
    """A calendar day in Europe/London."""
    return Field(description=meaning)


__all__ = [
    "CaseId", "ChildId", "ClockCode", "ClockId", "EscalationId", "FirstSubmissionId", "Instant", "LaCode", "MessageId",
    "OfficerId", "Reference", "SubmissionId", "Urn", "date", "datetime", "day", "instant",
]  # fmt: skip
