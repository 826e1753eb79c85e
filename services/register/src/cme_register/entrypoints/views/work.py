"""Answers about the work on a case: checks, contacts, support, groups, siblings, and the tables behind them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from cme_register.entrypoints.views import View


class CheckKind(View):
    """A check that can be asked for."""

    check: str
    label: str
    to: str
    legal_basis: str
    source: str
    mandatory_for: list[str]
    times: int
    apart_hours: int
    gateway: bool = Field(description="The power by which the body may answer is named with each asking.")
    waived_by: list[str]
    asking: str


class CheckCatalogue(View):
    """The checks there are today."""

    items: list[CheckKind]


class CheckYield(View):
    """How often a kind of check was asked, and what came of it."""

    check: str
    label: str
    asked: int
    answered: int
    in_time: int
    waived: int
    found: int
    lead: int
    nothing: int
    cannot_say: int
    median_working_days: int | None


class YieldList(View):
    """Which kinds find children, those that found most first."""

    items: list[CheckYield]


class PlannedView(View):
    """A mandatory check of the case."""

    check: str
    label: str
    to: str
    times: int
    answered: int
    waived: bool
    outstanding: bool


class TriedView(View):
    """Something that has been tried: a check, an attempt to reach somebody, an enquiry of a school's or of the council's."""

    model_config = ConfigDict(extra="allow")

    at: datetime
    by: Literal["council", "referrer"]
    kind: Literal["check", "enquiry", "joint_enquiry", "contact_attempt"]


class Ledger(View):
    """What is planned, and what has been tried, in order, by whomever."""

    case_id: UUID
    planned: list[PlannedView]
    tried: list[TriedView]


class ContactView(View):
    """Somebody to speak to: as an officer wrote it down, or as it was sent."""

    role: str
    particulars: dict[str, Any]
    source: Literal["officer", "submission"]
    contact_id: UUID | None = None
    safe_to_contact: bool | None = None
    recorded_by: UUID | None = None
    recorded_at: datetime | None = None
    held_by_safeguarding: bool | None = Field(
        default=None, description="How they are reached was marked confidential: safeguarding alone has it."
    )


class AttemptView(View):
    """One time somebody was to be reached."""

    attempt_id: UUID
    case_id: UUID
    contact_id: UUID | None
    role: str
    method: str
    outcome: str
    made_at: datetime
    made_by: UUID


class ContactsView(View):
    """Whom to speak to, and every attempt."""

    case_id: UUID
    contacts: list[ContactView]
    attempts: list[AttemptView]


class OfferView(View):
    """Help that a family was offered."""

    support_id: UUID
    case_id: UUID
    support: str
    offered_on: date
    offered_by: UUID
    answer: Literal["taken_up", "declined", "no_reply"] | None
    answered_on: date | None


class SupportView(View):
    """What a family was offered."""

    case_id: UUID
    offers: list[OfferView]


class SupportKind(View):
    """Help that can be offered."""

    support: str
    label: str
    source: str


class SupportTable(View):
    """The help that families can be offered today."""

    items: list[SupportKind]


class GroupKind(View):
    """A vulnerable group (policy 6)."""

    group: str
    label: str
    source: str
    facts: list[str] = Field(description="What is known of a child from which it follows.")


class GroupTable(View):
    """The vulnerable groups there are today."""

    items: list[GroupKind]


class GroupOfChild(View):
    """A group that a child is of now, and from what."""

    group: str
    label: str
    source: str
    from_: list[str] = Field(alias="from")


class GroupSaidView(View):
    """What an officer said."""

    group: str
    belongs: bool
    recorded_by: UUID
    recorded_at: datetime


class FactorSent(View):
    """What was sent."""

    factor: str
    since: datetime


class GroupsOfChild(View):
    """The groups of a child: now, and the history."""

    child_id: UUID
    groups: list[GroupOfChild]
    said_by_officers: list[GroupSaidView]
    sent: list[FactorSent]


class SiblingView(View):
    """A brother or sister."""

    child_id: UUID
    linked_by: list[Literal["form", "officer"]]
    open_case_id: UUID | None


class SiblingsView(View):
    """The brothers and sisters of a child."""

    child_id: UUID
    siblings: list[SiblingView]


class RuleView(View):
    """A published rule of rating."""

    rule: str
    rating: Literal["red", "amber", "green"]
    reason: str
    source: str
    facts: list[str]
    any_group: bool
    only_while: str | None
    longer_than: dict[str, int] | None


class RuleList(View):
    """The rules in force, the gravest first."""

    items: list[RuleView]
