"""What a child is in law, and since when: said line by line, as it becomes known (Education Act 1996 ss 7, 8, 436A)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from cme_calendars import CompulsorySchoolAge, compulsory_school_age


class LegalStatus(StrEnum):
    """One at a time: nobody is counted twice. The contracts have its twin."""

    ON_ROLL_ENQUIRY = "on_roll_enquiry"
    """On a school's roll, and nobody knows where: not missing education in law, however absent."""
    MISSING = "missing"
    WITHOUT_SCHOOL_PLACE = "without_school_place"
    """Also one whose home education was found unsuitable, and one with a place at which they have not started."""
    HOME_EDUCATION_NOT_ASSESSED = "home_education_not_assessed"
    HOME_EDUCATION_SUITABLE = "home_education_suitable"
    RECEIVING_EDUCATION = "receiving_education"
    LEFT_ROLL = "left_roll"
    """Off a school's roll; where next is said, or needs no school, and no school has confirmed it."""
    OUTSIDE_AREA = "outside_area"
    BEFORE_SCHOOL_AGE = "before_school_age"
    AFTER_SCHOOL_AGE = "after_school_age"
    DECEASED = "deceased"
    NOT_KNOWN = "not_known"
    """What was said of the child was a mistake, or says nothing any more."""


COUNTED = frozenset({LegalStatus.MISSING, LegalStatus.WITHOUT_SCHOOL_PLACE})
"""Children missing education (Education Act 1996 s 436A), each once."""
OUT_OF_AGE = frozenset({LegalStatus.BEFORE_SCHOOL_AGE, LegalStatus.AFTER_SCHOOL_AGE})

AFTER_OUTCOME: Mapping[str, LegalStatus] = {
    "on_roll_in_county": LegalStatus.RECEIVING_EDUCATION,
    "on_roll_elsewhere": LegalStatus.RECEIVING_EDUCATION,
    "on_roll_independent": LegalStatus.RECEIVING_EDUCATION,
    "returned_to_same_school": LegalStatus.RECEIVING_EDUCATION,
    "home_education": LegalStatus.HOME_EDUCATION_NOT_ASSESSED,
    "educated_otherwise": LegalStatus.RECEIVING_EDUCATION,
    "transferred_to_other_authority": LegalStatus.OUTSIDE_AREA,
    "moved_abroad_verified": LegalStatus.OUTSIDE_AREA,
    "not_compulsory_school_age": LegalStatus.NOT_KNOWN,  # which side of it, the birth date says
    "deceased": LegalStatus.DECEASED,
    "duplicate_or_error": LegalStatus.NOT_KNOWN,
    "place_offered_and_started": LegalStatus.RECEIVING_EDUCATION,
    "order_complied": LegalStatus.RECEIVING_EDUCATION,
    "not_in_area": LegalStatus.OUTSIDE_AREA,
    "never_arrived": LegalStatus.NOT_KNOWN,
}
"""What the child is once a case has ended so. An outcome that is not here changes nothing."""
AFTER_GROUND: Mapping[str | None, LegalStatus] = {
    "f": LegalStatus.HOME_EDUCATION_NOT_ASSESSED,
    "k": LegalStatus.DECEASED,
}
"""What a deletion says by its ground, wherever the child's case stands (regulation 9(1))."""


def status_of(kind: str, category: str | None) -> LegalStatus:
    """What an open case makes of its child: an on-roll enquiry, or the category of policy 3."""
    return LegalStatus(category or kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Somebody said something that makes the child this from a day on."""

    record_id: UUID
    status: LegalStatus
    since: date
    """From when; it may lie ahead."""
    learnt_at: datetime
    """When the council received what says so."""
    because: str
    """A code: what kind of thing said it."""
    id: int = 0
    """In the order of writing; 0 until it is written."""
    school_urn: str | None = None
    """RECEIVING_EDUCATION: where; None: not at a school, or at one that nobody named. LEFT_ROLL: which was left."""
    la_code: str | None = None
    """OUTSIDE_AREA: whose area the child is in, where that is known."""
    submission_id: UUID | None = None
    first_submission_id: UUID | None = None
    case_id: UUID | None = None
    decided_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """What the child is from a day on, and the line by which; None where age alone makes it so."""

    status: LegalStatus
    since: date
    line: Line | None = None

    @property
    def said(self) -> Line | None:
        """The line that says just this."""
        return self.line if self.line and self.line.status is self.status else None


@dataclass(frozen=True, slots=True)
class Told:
    """What the others were told of a child last."""

    status: LegalStatus
    since: date
    school_urn: str | None = None
    la_code: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """All that was said of one child's status, and their birth date."""

    born: date | None = None
    lines: tuple[Line, ...] = field(default=())

    @property
    def age(self) -> CompulsorySchoolAge | None:
        """Between which days they are of compulsory school age. None where nobody knows: then they are taken to be."""
        return compulsory_school_age(self.born) if self.born else None

    def history(self) -> list[Stretch]:
        """What the child was, is and will be, each from its first day. Empty where nothing was said."""
        said = timeline(self.lines)
        if not said or self.age is None:
            return said
        return list(_within(said, self.age))

    def on(self, day: date) -> Stretch | None:
        """What the child is on a day. None before anything was said of them."""
        return next((one for one in reversed(self.history()) if one.since <= day), None)

    def school_on(self, day: date) -> str | None:
        """The school that has confirmed that the child is there on a day."""
        one = self.on(day)
        return one.line.school_urn if one and one.line and one.status is LegalStatus.RECEIVING_EDUCATION else None


def timeline(lines: Iterable[Line]) -> list[Stretch]:
    """What was learnt later holds from its own first day on; before that day what was known stays.

    In the order in which things were learnt, whatever the order in which they were written. That a name left one school's
    roll ends nothing for a child whom another school has on its roll (scenario 16).
    """
    stretches: list[Stretch] = []
    for line in sorted(lines, key=lambda one: (one.learnt_at, one.id)):
        kept = [one for one in stretches if one.since < line.since]
        now = stretches[-1].line if stretches else None
        if line.status is LegalStatus.LEFT_ROLL and now and _at_another_school(now, line):
            continue
        last = kept[-1].line if kept else None
        stretches = kept if last and _goes_on(last, line) else [*kept, Stretch(line.status, line.since, line)]
    return stretches


def _at_another_school(now: Line, left: Line) -> bool:
    if now.status is not LegalStatus.RECEIVING_EDUCATION:
        return False
    return now.school_urn != left.school_urn if now.school_urn else left.since <= now.since


def _goes_on(before: Line, line: Line) -> bool:
    """Whether the same is only said again; a case that ends with home education does not make it unassessed."""
    if line.case_id and before.status is LegalStatus.HOME_EDUCATION_SUITABLE:
        return line.status is LegalStatus.HOME_EDUCATION_NOT_ASSESSED
    return before.status is line.status and line.school_urn in {None, before.school_urn} and line.la_code in {
        None, before.la_code
    }  # fmt: skip


def _within(said: list[Stretch], age: CompulsorySchoolAge) -> Iterable[Stretch]:
    """Outside compulsory school age a child is outside it, whatever else was said (Education Act 1996 s 8)."""
    after = age.last_day + timedelta(days=1)
    if said[0].since < age.first_day:
        yield Stretch(LegalStatus.BEFORE_SCHOOL_AGE, said[0].since, said[0].line)
    for one, until in pairwise([*said, None]):
        assert one is not None
        begins = max(one.since, age.first_day)
        if begins < after and (until is None or until.since > begins):
            status = LegalStatus.NOT_KNOWN if one.status in OUT_OF_AGE else one.status
            yield replace(one, status=status, since=begins)
    yield Stretch(LegalStatus.AFTER_SCHOOL_AGE, max(after, said[0].since))
