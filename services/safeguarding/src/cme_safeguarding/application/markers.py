"""What is said of a child becomes markers; an officer records one, or says that it holds no more (policy 5.1, 9)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid5

from cme_calendars import local_date
from cme_contracts import safeguarding_markers as said
from cme_contracts.codes import Factor
from cme_contracts.safeguarding_markers import MarkerEnded, MarkerRecorded
from cme_safeguarding.application.consider import Prompt, consider
from cme_safeguarding.application.ports import File, Practice, Transaction
from cme_safeguarding.domain.errors import UnknownChild, UnknownMarker
from cme_safeguarding.domain.markers import Ending, Marker, MarkerLevel


async def say(
    tx: Transaction,
    practice: Practice,
    *,
    source_id: UUID,
    subject: UUID,
    factors: frozenset[str],
    source: str,
    at: datetime,
    as_types: frozenset[str] | None = None,
) -> frozenset[str]:
    """A submission or an escalation says so, and what of it is a marker is kept as one. Returns what is new from this source.

    `as_types`: the types it is kept as; None: those that are named as the factors are.
    """
    brought = await tx.factors.say(source_id, subject, factors, at)
    for row in practice.markers.in_force(local_date(at)):
        if row.type in (factors if as_types is None else as_types):
            await tx.markers.add(
                Marker(
                    id=uuid5(source_id, row.type), source_id=source_id, subject=subject, type=row.type, factor=row.factor,
                    source=source, since=local_date(at), level=MarkerLevel.REPORTED, restricted=row.restricted, recorded_at=at,
                )
            )  # fmt: skip
    return brought


async def record_marker(
    tx: Transaction,
    practice: Practice,
    *,
    id: UUID,
    child_id: UUID,
    type: str,
    source: str,
    since: date,
    level: MarkerLevel,
    restricted: bool | None,
    by: UUID,
    now: datetime,
) -> Marker:
    """An officer writes down what is known of a child. It is a new fact, so the child is considered.

    Alerts and acts at once only while a case is open: that a child has a plan is no news to social care, that a child with
    one is missing is. Raises UnknownChild, UnknownMarkerType, MarkerInFuture.
    """
    file, row = await _file(tx, child_id), practice.markers.type(type, local_date(now))
    open_case = next((case.id for case in await tx.cases.of(file.subjects) if case.open), None)
    marker = Marker(
        id=id, source_id=id, subject=open_case or file.subject, type=type, factor=row.factor, source=source, since=since,
        level=level, restricted=row.restricted if restricted is None else restricted, recorded_at=now, recorded_by=by,
    )  # fmt: skip
    brought = await tx.factors.say(id, marker.subject, {row.factor}, now)
    await tx.markers.add(marker)
    await tx.chronology.note(marker.subject, now, "marker_recorded", marker_id=id, decided_by=by)
    tx.publish(
        MarkerRecorded(
            **file.about(), case_id=open_case, marker_id=id, factor=Factor(row.factor), level=said.MarkerLevel(level),
            restricted=marker.restricted, since=since, recorded_by=by, recorded_at=now,
        )
    )  # fmt: skip
    prompt = Prompt(id, MarkerRecorded.type)
    await consider(
        tx, practice, prompt, file, brought=brought if open_case else frozenset(), case_id=open_case, now=now
    )
    return marker


async def end_marker(
    tx: Transaction,
    *,
    child_id: UUID,
    marker_id: UUID,
    because: Ending,
    ended_on: date,
    sees_restricted: bool,
    by: UUID,
    now: datetime,
) -> list[Marker]:
    """It holds no more: screening forgets it, its row and when it held stay. Returns all that end with it.

    Raises UnknownChild, UnknownMarker, AlreadyEnded, EndedBeforeItBegan, MarkerInFuture.
    """
    file = await _file(tx, child_id)
    markers = await tx.markers.of(file.subjects)
    named = next((one for one in markers if one.id == marker_id), None)
    if named is None or (named.restricted and not sees_restricted):
        raise UnknownMarker
    named.end(because, ended_on, by=by, at=now)
    others = [one for one in markers if one.ends_with(named)]
    for other in others:
        other.end(because, ended_on, by=by, at=now)
    for one in (named, *others):
        await tx.markers.end(one)
        await tx.chronology.note(one.subject, now, "marker_ended", marker_id=one.id, because=because, decided_by=by)
        tx.publish(
            MarkerEnded(
                **file.about(), marker_id=one.id, factor=Factor(one.factor), because=said.MarkerEnding(because), ended_on=ended_on,
                ended_by=by, ended_at=now,
            )
        )  # fmt: skip
    return [named, *others]


async def _file(tx: Transaction, child_id: UUID) -> File:
    """The child's file, locked. Raises UnknownChild."""
    found = await tx.files.of_child(child_id)
    if found is None:
        raise UnknownChild
    return await tx.files.open(found.subject)
