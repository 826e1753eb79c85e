"""The composition root: `cme-notifications http | worker | serve | migrate | parked`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx2

import cme_council
from cme_bus.consumer import Consumer
from cme_calendars import local_date
from cme_contracts.notifications import STREAM
from cme_notifications.adapters.council import council_on
from cme_notifications.adapters.mailbox import Mailbox
from cme_notifications.adapters.measures import announce_measures
from cme_notifications.adapters.notify import Notify
from cme_notifications.adapters.places import Places
from cme_notifications.adapters.postgres import NotificationsTx, forget_contacts
from cme_notifications.adapters.routes import read_routes
from cme_notifications.adapters.templates import Templates
from cme_notifications.application.compose import Composer
from cme_notifications.application.ports import Council
from cme_notifications.application.send import Sender
from cme_notifications.entrypoints import events, http
from cme_notifications.entrypoints.sender import for_ever
from cme_notifications.settings import Settings
from cme_service import run
from cme_service.context import Context
from cme_service.definition import Loop, ServiceDefinition

KEEP_CONTACTS = timedelta(days=7)
"""Longer than a message is tried, and than the link in it works."""

type Here = Context[Settings, NotificationsTx]

SENDERS = 2
"""Loops that send everything; beside them one sends only what is urgent, and so never waits for the others."""


def _consumer(context: Here) -> Consumer[NotificationsTx]:
    return events.consumer(context.db, read_routes(), context.clock.now)


def _background(context: Here) -> Sequence[Loop]:
    settings = context.settings
    council = cme_council.load(settings.council)
    templates = Templates(council.label)
    templates.check(read_routes())
    places = Places(
        referrals=_base(settings.referrals_url),
        register=_base(settings.register_url),
        safeguarding=_base(settings.safeguarding_url),
        sign=context.links.make,
    )

    def today() -> Council:
        return council_on(council, local_date(context.clock.now()))

    today()  # a file without our contacts stops the start, not a message
    channel, check = _channel(context)
    sender = Sender(context.db.transaction, channel, Composer(templates, today, places), context.clock.now)
    announce_measures(context.metrics, context.pool)
    return [
        partial(for_ever, sender.address),
        partial(for_ever, partial(sender.send_next, urgent_only=True), check=check),
        *(partial(for_ever, sender.send_next, check=check) for _ in range(SENDERS)),
    ]


def _channel(context: Here) -> tuple[Notify | Mailbox, Loop | None]:
    settings = context.settings
    if settings.notify_key is None:
        return Mailbox(context.pool), None
    notify = Notify(
        settings.notify_key.get_secret_value(),
        settings.templates_of_notify,
        httpx2.AsyncClient(),
        url=settings.notify_url,
    )
    return notify, notify.check


def _base(url: object) -> str:
    return str(url).rstrip("/")


async def _sweep(context: Here) -> int:
    return await forget_contacts(context.pool, KEEP_CONTACTS)


SERVICE = ServiceDefinition(
    name="notifications",
    settings=Settings,
    tx=NotificationsTx,
    streams=[STREAM],
    migrations=Path(__file__).parent / "migrations",
    components=("web", "identity"),
    http=http.app,
    consumer=_consumer,
    background=_background,
    sweep=_sweep,
)


def main() -> None:
    """Run the command on the command line."""
    sys.exit(run.main(SERVICE))


if __name__ == "__main__":
    main()
