"""Commands of the service's own: loading public lists, as often as one likes."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from itertools import batched
from pathlib import Path

from cme_referrals.adapters.files import UnreadableFileError, read_establishments, read_term_dates
from cme_referrals.adapters.postgres import ReferralsTx
from cme_referrals.application.elsewhere import decide_on_new_days
from cme_referrals.application.load import load_establishments, load_terms
from cme_referrals.application.punctuality import time_again
from cme_referrals.domain.school_data import Establishment, OwnDays
from cme_referrals.settings import Settings
from cme_service.context import Context

TOGETHER = 500
"""Schools in one transaction: short locks, and a broken-off import goes on where it stopped."""


def file_argument(parser: ArgumentParser) -> None:
    """One file."""
    parser.add_argument("file", type=Path)


async def import_gias(context: Context[Settings, ReferralsTx], arguments: Namespace) -> int:
    """Load establishments; prints how many were read, changed and passed over."""
    read, changed, passed = 0, 0, []
    try:
        for some in batched(read_establishments(arguments.file), TOGETHER):
            schools = [one for one in some if isinstance(one, Establishment)]
            passed += [one for one in some if isinstance(one, int)]
            read += len(schools)
            async with context.db.transaction() as tx:
                changed += await load_establishments(tx, schools, at=context.clock.now())
    except UnreadableFileError as error:
        print(f"import-gias: {error}", file=sys.stderr)
        return 1
    print(f"{read} establishments read, {changed} new or changed{_passed(passed)}")
    return 0


async def import_calendars(context: Context[Settings, ReferralsTx], arguments: Namespace) -> int:
    """Load an authority's term dates, or a school's own."""
    try:
        terms = read_term_dates(arguments.file)
    except UnreadableFileError as error:
        print(f"import-calendars: {error}", file=sys.stderr)
        return 1
    async with context.db.transaction() as tx:
        changed = await load_terms(tx, terms, at=context.clock.now())
        if changed:
            await decide_on_new_days(tx, terms, at=context.clock.now())
            await time_again(tx, terms)
    whose = f"school {terms.urn}" if isinstance(terms, OwnDays) else terms.la_code
    print(f"{len(terms.terms or ())} terms of {whose} {terms.academic_year}: {'kept' if changed else 'unchanged'}")
    return 0


def _passed(lines: Iterable[int]) -> str:
    numbers = ", ".join(map(str, lines))
    return f"; passed over, without a URN or an authority: line {numbers}" if numbers else ""
