"""Schools' other returns, read and in our words. None: not said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cme_contracts.codes import Factor
from cme_contracts.codes_intake import AbsenceCode
from cme_referrals.application.forms import About


@dataclass(slots=True, kw_only=True)  # not frozen: one is made of each form (`Receipt`)
class HomeEducationForm:
    """A parent means to educate the child at home (policy 5.3)."""

    about: About
    writing_received_on: date | None = None
    """When the parent's writing was received, by the school or by the council. None: there is none, or nobody said."""
    stated_day: date | None = None
    """The day after which, it says, the child is educated otherwise."""
    school_urn: str | None = None
    factors: tuple[Factor, ...] | None = None
    home_la: str | None = None


@dataclass(slots=True, kw_only=True)  # not frozen: one is made of each form (`Receipt`)
class AttendanceForm:
    """Ten continuous school days of absence, or attendance that fails to be regular (regulation 13)."""

    about: About
    first_absent_on: date | None = None
    codes: tuple[AbsenceCode, ...] = ()
    cause_given: bool = False
    """The cause itself stays with the form."""
    enquiries: int = 0
    school_urn: str | None = None
    factors: tuple[Factor, ...] | None = None
    home_la: str | None = None


@dataclass(slots=True, kw_only=True)  # not frozen: one is made of each form (`Receipt`)
class SicknessForm:
    """Fifteen school days are expected to be missed through illness (regulation 13; Education Act 1996 s 19)."""

    about: About
    first_absent_on: date | None = None
    grounds_on: date | None = None
    """Since when there are grounds to believe so."""
    expected_back_on: date | None = None
    school_urn: str | None = None
    home_la: str | None = None


@dataclass(slots=True, kw_only=True)  # not frozen: one is made of each form (`Receipt`)
class LostPupilForm:
    """A pupil's record was uploaded to the Lost Pupil Database (policy 5.2.3)."""

    about: About
    uploaded_on: date
    deleted_on: date | None = None
    file_name: str | None = None
    school_urn: str | None = None
    home_la: str | None = None


@dataclass(slots=True, kw_only=True)  # not frozen: one is made of each form (`Receipt`)
class TransferFileForm:
    """A pupil's Common Transfer File was sent."""

    about: About
    sent_on: date
    deleted_on: date | None = None
    destination: str | None = None
    file_name: str | None = None
    school_urn: str | None = None
    home_la: str | None = None
