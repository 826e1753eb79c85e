"""The composition root of intake."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from fastapi import FastAPI

from cme_bus.consumer import Consumer
from cme_bus.database import Database
from cme_bus.sealing import VersionedKeyring
from cme_calendars import WorkingDays
from cme_contracts.catalogue import CATALOG
from cme_contracts.partners import ANSWERS
from cme_contracts.referrals import CONCERNS, STREAM
from cme_council import Council, load
from cme_referrals.adapters.batches import forget
from cme_referrals.adapters.blinding import ADDRESSES, SAMENESS
from cme_referrals.adapters.contact_links import forget_links
from cme_referrals.adapters.partner_keys import WithPartners
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application.authority import Authority
from cme_referrals.entrypoints import by_topic, cli, events, import_gias, republish, take_file
from cme_referrals.entrypoints.app import app_of
from cme_referrals.entrypoints.ctf import cli as ctf_cli
from cme_referrals.entrypoints.ctf.maps import maps
from cme_referrals.entrypoints.desk import Desk
from cme_referrals.entrypoints.pages.rendering import Pages
from cme_referrals.entrypoints.reader import read_for_another
from cme_referrals.entrypoints.readers import Readers
from cme_referrals.settings import Settings
from cme_service import run
from cme_service.context import Context
from cme_service.definition import Command, ServiceDefinition
from cme_web.blinding import Blinding

KEEP_BATCHES = timedelta(days=30)
"""Long enough to mend a file over the holidays; refused rows are about children nobody has to know of yet."""
KEEP_TAKEN = timedelta(days=400)
"""A file sent again within the school year is known again. Only blind tokens are kept."""

KEEP_LINKS = timedelta(days=14)
"""Longer than a link works, which begins when its message goes out."""

type ReferralsContext = Context[Settings, ReferralsTx]


def council_of(context: ReferralsContext) -> Council | None:
    """The council's file, where one is configured."""
    return load(context.settings.council) if context.settings.council else None


def desk_of(context: ReferralsContext) -> Desk:
    """The desk where forms are handed in, over HTTP or by a command."""
    council = council_of(context)
    secrets = context.settings.link_secret.get_secret_value().split(",")
    return Desk(
        db=context.db,
        clock=context.clock,
        links=context.links,
        public_url=context.settings.public_url,
        authority=Authority(
            la_code=council.la_code if council else None,
            working_days=WorkingDays(council.closure_days if council else ()),
            addresses=Blinding(secrets, ADDRESSES),
        ),
        blinds=Blinding(secrets, SAMENESS),
        ctf_maps=context.settings.ctf,
    )


def app(context: ReferralsContext) -> FastAPI:
    """Answers over HTTP. It needs the database and the issuer's keys; Kafka and the other services may be away."""
    readers = Readers(context.settings.readers)
    desk = replace(desk_of(context), readers=readers)
    maps(desk.ctf_maps)  # a map that cannot be used is found now, and not by a school

    @asynccontextmanager
    async def until_it_ends(_: FastAPI) -> AsyncIterator[None]:
        yield
        await readers.end()

    pages = Pages(council_of(context), context.clock.now)
    return app_of(desk, pages, partial(context.make_app, lifespan=until_it_ends))


def consumer(context: ReferralsContext) -> Consumer[ReferralsTx]:
    """Hears how cases go on, and forms that partners' own systems send."""
    db, keys = context.db, context.settings.form_keys
    if keys is not None:
        ring = WithPartners(context.keyring, VersionedKeyring.from_text(keys.get_secret_value()))
        db = Database(context.pool, ReferralsTx, source="/cme/referrals", keyring=ring)
    ears = Consumer(db, name="referrals", service="referrals", catalog=CATALOG)
    events.listen(ears)
    by_topic.listen(ears, desk_of(context))
    return ears


async def sweep(context: ReferralsContext) -> int:
    """Forget batches with their refused rows, which rows were taken once nobody sends them again, and links that are over."""
    links = await forget_links(context.pool, KEEP_LINKS)
    return links + await forget(context.pool, batches=KEEP_BATCHES, rows=KEEP_TAKEN)


REFERRALS = ServiceDefinition(
    name="referrals",
    settings=Settings,
    tx=ReferralsTx,
    streams=[STREAM, CONCERNS, ANSWERS],
    keeps=republish.KEPT,
    components=["web", "identity"],
    migrations=Path(__file__).parent / "migrations",
    http=app,
    consumer=consumer,
    sweep=sweep,
    commands={
        "import-gias": Command(
            "load establishments from a GIAS extract (CSV)", import_gias.import_gias, import_gias.arguments
        ),
        "import-calendars": Command("load an authority's term dates (JSON)", cli.import_calendars, cli.file_argument),
        "take": Command(
            "take a file of forms, as a school or an officer would send it over HTTP",
            lambda context, arguments: take_file.take_file(desk_of(context), arguments),
            take_file.arguments,
        ),
        "reader": Command(
            "read rows of large batches for `http`, which starts it",
            lambda context, _: read_for_another(desk_of(context)),
        ),
        "republish": Command(
            "announce again what was announced since a day: the same events, the same ids",
            republish.republish,
            republish.arguments,
        ),
        "ctf-maps": Command(
            "list the maps of transfer files, and how much was ever seen",
            lambda context, _: ctf_cli.show_maps(desk_of(context)),
        ),
        "kept-files": Command(
            "list the transfer files that are kept because something in them does not fit",
            lambda context, _: ctf_cli.show_kept(desk_of(context)),
        ),
        "read-again": Command(
            "read a kept transfer file again, by the maps as they are now",
            lambda context, arguments: ctf_cli.read_again(desk_of(context), arguments),
            ctf_cli.read_again_arguments,
        ),
    },
)


def main() -> None:
    """`cme-referrals`."""
    sys.exit(run.main(REFERRALS))


if __name__ == "__main__":
    main()
