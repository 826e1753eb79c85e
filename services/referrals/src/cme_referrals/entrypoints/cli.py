"""`import-calendars`: term dates, as often as one likes."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from cme_referrals.adapters.files import read_term_dates
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.adapters.published_csv import UnreadableFileError
from cme_referrals.application.load import load_terms
from cme_referrals.domain.errors import CalendarOverlapError
from cme_referrals.domain.school_data import OwnDays
from cme_referrals.settings import Settings
from cme_service.context import Context


def file_argument(parser: ArgumentParser) -> None:
    """One file."""
    parser.add_argument("file", type=Path)


async def import_calendars(context: Context[Settings, ReferralsTx], arguments: Namespace) -> int:
    """Load an authority's term dates, or a school's own."""
    try:
        terms = read_term_dates(arguments.file)
    except UnreadableFileError as error:
        print(f"import-calendars: {error}", file=sys.stderr)
        return 1
    try:
        async with context.db.transaction() as tx:
            changed = await load_terms(tx, terms, at=context.clock.now())
    except CalendarOverlapError as error:
        print(f"import-calendars: {error}", file=sys.stderr)
        return 1
    whose = f"school {terms.urn}" if isinstance(terms, OwnDays) else terms.la_code
    print(f"{len(terms.terms or ())} terms of {whose} {terms.academic_year}: {'kept' if changed else 'unchanged'}")
    return 0
