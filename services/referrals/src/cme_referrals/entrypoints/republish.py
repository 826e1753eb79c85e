"""`republish`: what was announced is announced again, so that a register that was lost, or is new, can be filled."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from datetime import datetime

from cme_bus.again import announce_again
from cme_calendars import LONDON
from cme_contracts.catalogue import CATALOG
from cme_contracts.referrals import STREAM, LinkRequested
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.settings import Settings
from cme_service.context import Context

KEPT: tuple[str, ...] = tuple(
    event.type for event in CATALOG.values() if event.stream == STREAM and event is not LinkRequested
)
"""Everything on the main stream but links: where somebody without an account can be written to is forgotten after two weeks."""


def arguments(parser: ArgumentParser) -> None:
    """Since when, and what."""
    parser.add_argument(
        "--since", required=True, help="a day or an instant, local time unless it says otherwise: 2026-09-01"
    )
    parser.add_argument("--only", action="append", metavar="TYPE", help="an event's type; several times for several")


async def republish(context: Context[Settings, ReferralsTx], given: Namespace) -> int:
    """The same events with the same ids, in the same order. 2: what is asked for makes no sense."""
    if unknown := set(given.only or ()) - set(KEPT):
        print(
            f"republish: {len(unknown)} types are not kept; those that are: {', '.join(sorted(KEPT))}", file=sys.stderr
        )
        return 2
    try:
        since = datetime.fromisoformat(given.since)
    except ValueError:
        print("republish: --since is a day or an instant, such as 2026-09-01 or 2026-09-01T08:00", file=sys.stderr)
        return 2
    since = since if since.tzinfo else since.replace(tzinfo=LONDON)
    total = await announce_again(
        context.pool,
        since=since,
        types=given.only or KEPT,
        progress=lambda done: print(f"\r{done}", end="", flush=True),
    )
    print(f"\r{total} events wait for Kafka, or are there; readers that knew them do nothing")
    return 0
