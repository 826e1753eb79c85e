"""Late and early are facts: each return is held against the day it was due, and stays what it was (policy 5.2; regulation 13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from cme_calendars import SchoolDays, local_date
from cme_contracts.codes_intake import Ground, ReturnKind
from cme_contracts.returns import ReturnLate
from cme_referrals.application.authority import Authority
from cme_referrals.application.forms import Receipt
from cme_referrals.application.ports import Intake, Publishes, TimesAgain
from cme_referrals.application.returning import Returning
from cme_referrals.application.timed import Timed
from cme_referrals.domain.completeness import Kind
from cme_referrals.domain.exemptions import exempt as exemption
from cme_referrals.domain.returns import Days, Term, Unit, holds, term_of, timing
from cme_referrals.domain.school_data import OwnDays, TermDates


async def time_return(
    tx: Intake,
    kind: Kind,
    receipt: Receipt,
    school: Returning,
    authority: Authority,
    counted_from: date | None,
    *,
    done_on: date | None = None,
    in_class: bool | None = None,
    ground: Ground | None = None,
) -> Timed:
    """When a school's return was due, and whether it is late. `done_on`: what it tells was done; None: it is done by coming.

    A correction is judged by when the first of its chain came.
    """
    received_on = local_date(receipt.received_at)
    standing = await tx.punctuality.of_chain(receipt.corrects) if receipt.corrects else None
    done = done_on or (standing.done_on if standing else received_on)
    term = _term(kind, counted_from or done)
    wanted = term.unit is Unit.SCHOOL or in_class
    days = await tx.schools.days_of(school.urn, school.la_code) if wanted else None
    exempt = (
        None if counted_from is None else exemption(kind, counted_from, in_class=in_class, days=days, urn=school.urn)
    )
    found = timing(term, counted_from, done, Days(authority.working_days, days), exempt=_said(exempt, in_class))
    return Timed(
        submission_id=receipt.submission_id,
        first_submission_id=receipt.first_submission_id,
        reference=receipt.reference,
        received_at=receipt.received_at,
        kind=kind,
        school_urn=school.urn,
        school_la=school.la_code,
        done_on=done,
        counted_from=counted_from,
        in_class=in_class,
        ground=ground and ground.value,
        exempt=exempt,
        timing=found,
        standing=standing,
    )


async def keep_timing(tx: Intake, timed: Timed) -> None:
    """Keep it with the submission, for ever; of a correction only what does not mend lateness. Says `ReturnLate` once."""
    before = timed.standing
    if timed.submission_id == timed.first_submission_id:
        await tx.punctuality.add(timed)
    elif before and holds(before.timing, timed.timing, first_could_be_told=before.counted_from is not None):
        await tx.punctuality.replace(timed)
    else:
        return
    _announce(tx, timed, known_before=bool(before and before.timing.late))


async def time_again(tx: TimesAgain, terms: TermDates | OwnDays) -> None:
    """A calendar was loaded: what could not be told without it is told. What was told stays as it is."""
    la_code, urn = (None, terms.urn) if isinstance(terms, OwnDays) else (terms.la_code, None)
    calendars: dict[tuple[str, str], SchoolDays | None] = {}
    for timed in await tx.punctuality.waiting(la_code=la_code, urn=urn):
        school = timed.school_urn, timed.school_la
        if school not in calendars:
            calendars[school] = await tx.schools.days_of(*school)
        days = calendars[school]
        exempt = (
            None
            if timed.counted_from is None
            else exemption(timed.kind, timed.counted_from, in_class=timed.in_class, days=days, urn=timed.school_urn)
        )
        found = timing(
            _term(timed.kind, timed.counted_from or timed.done_on),
            timed.counted_from,
            timed.done_on,
            Days(None, days),
            exempt=_said(exempt, timed.in_class),
        )
        now = replace(timed, exempt=exempt, timing=replace(found, due_on=found.due_on or timed.timing.due_on))
        if found.late is not None and now != timed:
            await tx.punctuality.replace(now)
            _announce(tx, now, known_before=bool(timed.timing.late))


def _announce(tx: Publishes, timed: Timed, *, known_before: bool) -> None:
    """Whoever calls has inserted or locked the submission's row."""
    found = timed.timing
    if not found.late or known_before:
        return
    assert found.due_on is not None
    tx.publish(
        ReturnLate(
            submission_id=timed.submission_id,
            first_submission_id=timed.first_submission_id,
            reference=timed.reference,
            received_at=timed.received_at,
            kind=ReturnKind(timed.kind),
            school_urn=timed.school_urn,
            ground=Ground(timed.ground) if timed.ground else None,
            due_on=found.due_on,
            late_by=found.late_by,
            counted_in=found.unit,
        )
    )


def _term(kind: Kind, on: date) -> Term:
    term = term_of(kind, on)
    assert term is not None, f"no row of returns.toml is about {kind}"
    return term


def _said(exempt: bool | None, in_class: bool | None) -> bool | None:
    """Where nobody said that the pupil is in that class, the return was needed."""
    return exempt if in_class else False
