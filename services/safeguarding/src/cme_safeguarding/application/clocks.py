"""Clocks start with what they wait for, ring before and after its time, and stop once it is done (policy 9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from cme_calendars import local_date
from cme_contracts.codes import OfficerRole
from cme_contracts.safeguarding_clocks import SafeguardingClockWarned, SafeguardingDeadlineMissed
from cme_safeguarding.application.ports import File, Practice, Transaction
from cme_safeguarding.domain.clocks import Clock, ClockRule, start

CLOCK = "clock"
"""The timer of a clock's next step."""


async def start_clocks(
    tx: Transaction,
    practice: Practice,
    file: File,
    of: str,
    occurrence: str,
    *,
    about: UUID,
    case_id: UUID | None,
    at: datetime,
) -> None:
    """Start every clock that this starts."""
    for rule in practice.clocks.started_by(of, occurrence, local_date(at)):
        clock = start(
            rule, id=uuid5(about, f"{rule.code} {at.isoformat()}"), about=about, subject=file.subject, case_id=case_id,
            at=at, days=practice.working_days, hours=practice.clocks.hours,
        )  # fmt: skip
        await tx.clocks.add(clock)
        await _wind(tx, practice, clock, rule)


async def stop_clocks(
    tx: Transaction, practice: Practice, file: File, occurrence: str, *, about: UUID, at: datetime
) -> None:
    """Stop every clock that this ends: on time, or late for ever; what nobody has been told of yet is told first."""
    for clock in await tx.clocks.running(about):
        rule = _rule(practice, clock)
        if occurrence not in rule.ends:
            continue
        if at >= clock.due_at and clock.breached_at is None:
            await _ring(tx, practice, file, clock, rule, at)
        clock.satisfied_at = at
        await tx.clocks.save(clock)
        await tx.timers.cancel(clock.id, CLOCK)
        await tx.chronology.note(
            clock.subject, at, "clock_satisfied", clock=clock.code, about=clock.about, on_time=clock.on_time
        )


async def cancel_clocks(tx: Transaction, *, about: UUID, at: datetime) -> None:
    """What they wait for has ended otherwise. A breach that was told stays told."""
    for clock in await tx.clocks.running(about):
        clock.cancelled_at = at
        await tx.clocks.save(clock)
        await tx.timers.cancel(clock.id, CLOCK)


async def ring(tx: Transaction, practice: Practice, *, clock_id: UUID, now: datetime) -> None:
    """An instant of a clock has come: tell whoever is to be told by now, and wind it for what comes next."""
    found = await tx.clocks.get(clock_id)
    file = await tx.files.open(found.subject)
    clock = await tx.clocks.get(clock_id)  # again, now that nobody else can change it
    rule = _rule(practice, clock)
    await _ring(tx, practice, file, clock, rule, now)
    await tx.clocks.save(clock)
    await _wind(tx, practice, clock, rule)


async def _ring(tx: Transaction, practice: Practice, file: File, clock: Clock, rule: ClockRule, now: datetime) -> None:
    while (at := clock.next_at(rule, practice.working_days)) is not None and at <= now:
        tell = clock.ring(rule, now)
        if not tell:
            continue
        fields: dict[str, Any] = {
            **file.about(), "case_id": clock.case_id, "clock_id": clock.id, "clock": clock.code, "about": clock.about,
            "due_on": clock.due_on, "due_at": clock.due_at, "tell": tuple(OfficerRole(role) for role in tell),
            "detected_at": now,
        }  # fmt: skip
        event = (
            SafeguardingDeadlineMissed(**fields, rung=clock.rung) if clock.rung else SafeguardingClockWarned(**fields)
        )
        what = "deadline_missed" if clock.rung else "clock_warned"
        await tx.chronology.note(
            clock.subject, now, what, clock=clock.code, about=clock.about, due_on=clock.due_on, rung=clock.rung or None
        )
        tx.publish(event)


async def _wind(tx: Transaction, practice: Practice, clock: Clock, rule: ClockRule) -> None:
    if (at := clock.next_at(rule, practice.working_days)) is not None:
        await tx.timers.set_timer(CLOCK, clock.id, at)


def _rule(practice: Practice, clock: Clock) -> ClockRule:
    return practice.clocks.rule(clock.code, local_date(clock.started_at))
