"""Establishments: public lists, kept so that a submission can be read without asking anybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from cme_bus.gathering import Gathered
from cme_referrals.adapters.school_calendars import PostgresCalendars
from cme_referrals.domain.school_data import Establishment
from cme_referrals.domain.school_history import Family, Succession

COLUMNS = "urn, la_code, establishment_number, name, phase, open, mailbox, type_code, opened_on, closed_on"
FIND = f"SELECT {COLUMNS} FROM establishment WHERE urn = $1"
FIND_VERSION = f"SELECT xmin::text AS version, {COLUMNS} FROM establishment WHERE urn = $1"
UNCHANGED = "(SELECT xmin::text FROM establishment WHERE urn = $1) IS NOT DISTINCT FROM $2::text"
"""Each change of a row gives it another xmin; a school that is on no list has none."""
LISTED = "SELECT la_code, urn FROM establishment"

PUT = """
INSERT INTO establishment AS old (urn, la_code, establishment_number, name, phase, open, mailbox, type_code, opened_on,
                                  closed_on, changed_at)
SELECT new.*, $11
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::text[], $8::text[],
            $9::date[], $10::date[])
    AS new (urn, la_code, establishment_number, name, phase, open, mailbox, type_code, opened_on, closed_on) ORDER BY urn
ON CONFLICT (urn) DO UPDATE
SET la_code = excluded.la_code, establishment_number = excluded.establishment_number, name = excluded.name,
    phase = excluded.phase, open = excluded.open, mailbox = excluded.mailbox, type_code = excluded.type_code,
    opened_on = excluded.opened_on, closed_on = excluded.closed_on, changed_at = excluded.changed_at
WHERE (old.la_code, old.establishment_number, old.name, old.phase, old.open, old.mailbox, old.type_code, old.opened_on,
       old.closed_on)
   IS DISTINCT FROM (excluded.la_code, excluded.establishment_number, excluded.name, excluded.phase, excluded.open,
                     excluded.mailbox, excluded.type_code, excluded.opened_on, excluded.closed_on)
RETURNING urn"""

HELD = """
INSERT INTO establishment_laestab (laestab, urn) SELECT * FROM unnest($1::text[], $2::text[]) ORDER BY 1, 2
ON CONFLICT DO NOTHING"""

PUT_SUCCESSIONS = """
WITH changed AS (
    INSERT INTO establishment_succession AS old (predecessor, successor, since)
    SELECT * FROM unnest($1::text[], $2::text[], $3::date[]) ORDER BY 1, 2
    ON CONFLICT (predecessor, successor) DO UPDATE SET since = excluded.since
    WHERE old.since IS DISTINCT FROM excluded.since
    RETURNING 1)
SELECT count(*) FROM changed"""

FAMILY = """
WITH RECURSIVE family (urn) AS (
    SELECT urn FROM establishment WHERE urn = $1
    UNION SELECT urn FROM establishment_laestab WHERE laestab = $1
    UNION SELECT beside.urn FROM family, LATERAL (
        SELECT successor AS urn FROM establishment_succession WHERE predecessor = family.urn
        UNION ALL SELECT predecessor FROM establishment_succession WHERE successor = family.urn
        UNION ALL SELECT other.urn FROM establishment_laestab AS one JOIN establishment_laestab AS other USING (laestab)
                  WHERE one.urn = family.urn) AS beside)
SELECT array(SELECT urn FROM family)"""
"""The URNs of all that a number may stand for; none for one that is on no list."""
TOUCHING = """(
SELECT coalesce(string_agg(place || ' ' || version, ',' ORDER BY place), '') FROM (
    SELECT urn AS place, xmin::text AS version FROM establishment WHERE urn = ANY({family})
    UNION SELECT urn, xmin::text FROM establishment WHERE urn = {name}
    UNION SELECT predecessor || '>' || successor, xmin::text FROM establishment_succession WHERE predecessor = ANY({family})
    UNION SELECT predecessor || '>' || successor, xmin::text FROM establishment_succession WHERE successor = ANY({family})
    UNION SELECT laestab || '=' || other.urn, other.xmin::text
        FROM establishment_laestab AS one JOIN establishment_laestab AS other USING (laestab) WHERE one.urn = ANY({family})
    UNION SELECT laestab || '=' || urn, xmin::text FROM establishment_laestab WHERE laestab = {name}) AS touching)"""
"""Every row that makes a family what it is, with its version: while all of them are the same, so is the family."""
FAMILY_VERSION = f"{FAMILY} AS urns, {TOUCHING.format(family='array(SELECT urn FROM family)', name='$1')} AS version"
FAMILY_UNCHANGED = f"{TOUCHING.format(family='$1::text[]', name='$2::text')} = $3::text"
MEMBERS = f"SELECT {COLUMNS} FROM establishment WHERE urn = ANY($1::text[])"
THEIR_SUCCESSIONS = """
SELECT predecessor, successor, since FROM establishment_succession WHERE predecessor = ANY($1::text[])"""
THEIR_LAESTABS = "SELECT laestab, urn FROM establishment_laestab WHERE urn = ANY($1::text[])"


class PostgresSchools(PostgresCalendars):
    """Implements the port `Schools`."""

    async def find(self, urn: str) -> Establishment | None:
        """See the port. Where it can be proven by what is written, a school that was read before is not read again."""
        if not isinstance(self._conn, Gathered):
            row = await self._conn.fetchrow(FIND, urn)
            return Establishment(**row) if row else None
        if (known := self._conn.memory.get((FIND, urn))) is None:
            row = await self._conn.fetchrow(FIND_VERSION, urn)
            fields = dict(row) if row else {}
            known = fields.pop("version", None), Establishment(**fields) if row else None
            self._conn.memory[FIND, urn] = known
        else:
            self._conn.expect(UNCHANGED, urn, known[0])
        found: Establishment | None = known[1]
        return found

    async def establishment_of(self, name: str, day: date) -> Establishment | None:
        """See the port."""
        found = await self.find(name)
        if found is not None and found.stands_on(day):
            return found  # nearly always: one look
        family = await self._family(name)
        return family.on(name, day) if family else None

    async def _family(self, name: str) -> Family | None:
        """All that a number may stand for; None where it is on no list. Remembered as in `find`."""
        if not isinstance(self._conn, Gathered):
            return await self._read_family(await self._conn.fetchval(FAMILY, name))
        if (known := self._conn.memory.get((FAMILY, name))) is None:
            row = await self._conn.fetchrow(
                FAMILY_VERSION, name
            )  # both at one moment, what is read next at a later one
            urns, version = row or ([], "")
            known = self._conn.memory[FAMILY, name] = urns, version, await self._read_family(urns)
        else:
            self._conn.expect(FAMILY_UNCHANGED, known[0], name, known[1])
        found: Family | None = known[2]
        return found

    async def _read_family(self, urns: Sequence[str]) -> Family | None:
        if not urns:
            return None
        return Family(
            [Establishment(**row) for row in await self._conn.fetch(MEMBERS, urns)],
            [Succession(**row) for row in await self._conn.fetch(THEIR_SUCCESSIONS, urns)],
            [(row["laestab"], row["urn"]) for row in await self._conn.fetch(THEIR_LAESTABS, urns)],
        )

    async def listed(self) -> Mapping[str, Sequence[str]]:
        """See the port."""
        urns: dict[str, list[str]] = defaultdict(list)
        for row in await self._conn.fetch(LISTED):
            urns[row["la_code"]].append(row["urn"])
        return urns

    async def put(self, establishments: Sequence[Establishment], *, at: datetime) -> Sequence[str]:
        """See the port."""
        rows = await self._conn.fetch(PUT, *_columns(establishments), at)
        held = {(name, one.urn) for one in establishments for name in (one.laestab, one.previous_laestab) if name}
        await self._conn.execute(HELD, [name for name, _ in held], [urn for _, urn in held])
        return [row["urn"] for row in rows]

    async def put_successions(self, successions: Sequence[Succession]) -> int:
        """See the port."""
        columns = zip(*((one.predecessor, one.successor, one.since) for one in successions), strict=True)
        changed: int = await self._conn.fetchval(PUT_SUCCESSIONS, *(map(list, columns) if successions else ([],) * 3))
        return changed


def _columns(establishments: Sequence[Establishment]) -> Sequence[list[Any]]:
    names = COLUMNS.split(", ")
    return [[getattr(one, name) for one in establishments] for name in names]
