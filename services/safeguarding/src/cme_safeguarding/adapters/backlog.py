"""What waits for people, as plain numbers: for whoever watches the service."""

from __future__ import annotations

from datetime import datetime

import asyncpg

MEANING = {
    "cme_safeguarding_considerations_undecided": "Considerations that wait for a person's decision",
    "cme_safeguarding_considerations_undecided_at_once": "Of these, those with a factor that acts at once",
    "cme_safeguarding_oldest_undecided_seconds": "Age of the oldest of them, in business time",
    "cme_safeguarding_escalations_unconfirmed": "Escalations a rule made and no person has confirmed or taken back",
    "cme_safeguarding_escalations_silent": "Escalations social care should have acknowledged and has not",
}


async def backlog(pool: asyncpg.Pool[asyncpg.Record], now: datetime) -> dict[str, float]:
    """The value of each gauge in `MEANING`. `now` is business time."""
    row = await pool.fetchrow(COUNT, now)
    assert row is not None  # an aggregate always answers
    return {name: float(value) for name, value in zip(MEANING, row.values(), strict=True)}


COUNT = """
SELECT waiting.number, waiting.at_once, waiting.oldest, unconfirmed.number, silent.number
FROM (SELECT count(*) AS number, count(*) FILTER (WHERE urgency = 0) AS at_once,
             greatest(coalesce(extract(epoch FROM $1::timestamptz - min(considered_at)), 0), 0) AS oldest
      FROM consideration WHERE decision IS NULL) AS waiting,
     (SELECT count(*) AS number FROM escalation WHERE rule IS NOT NULL AND confirmed IS NULL) AS unconfirmed,
     (SELECT count(*) AS number FROM escalation
      WHERE acknowledged_at IS NULL AND confirmed IS NOT FALSE AND answer_due_at <= $1) AS silent"""
