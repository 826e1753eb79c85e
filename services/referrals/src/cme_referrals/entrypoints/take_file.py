"""`take FILE`: a batch from a file on this machine, by the same way as over HTTP; sent again, no row is taken twice."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator
from pathlib import Path

from cme_referrals.adapters.unpacking import PIECE, BrokenUploadError
from cme_referrals.application.batches import Batch
from cme_referrals.domain.identifiers import is_urn
from cme_referrals.entrypoints.access import SCHOOL
from cme_referrals.entrypoints.ctf.maps import maps
from cme_referrals.entrypoints.ctf.names import file_name_of
from cme_referrals.entrypoints.desk import Desk, sender_of
from cme_referrals.entrypoints.downloads import refused_of
from cme_referrals.entrypoints.incoming import Incoming
from cme_referrals.entrypoints.sheets import Format, charset_of
from cme_referrals.entrypoints.uploads import Upload
from cme_web.problems import Problem
from cme_web.tokens import Caller

SUFFIX = {Format.CSV: "csv", Format.NDJSON: "ndjson", Format.CTF: "xml"}
OFFICER = "lead_officer"


def arguments(parser: ArgumentParser) -> None:
    """Which file, and who sends it."""
    parser.add_argument("file", type=Path, help="CSV, NDJSON or a common transfer file; as it is, gzip or zip")
    sender = parser.add_mutually_exclusive_group(required=True)
    sender.add_argument("--school", metavar="URN", help="the school that sends it: its rows are its own, as over HTTP")
    sender.add_argument("--officer", metavar="ID", help="the officer who enters it, as the register names them")
    parser.add_argument("--charset", help="utf-8 or windows-1252; left out, it is seen")


async def take_file(desk: Desk, arguments: Namespace) -> int:
    """Take what is good in a file, and write the rest beside it with what is wrong. 1: something was refused."""
    try:
        caller = _caller(arguments)
        sender = sender_of(caller)
        name = file_name_of(f'attachment; filename="{arguments.file.name}"')
        incoming = Incoming(maps(desk.ctf_maps), None, charset_of(arguments.charset), name)
        upload = Upload(desk, caller, sender, incoming)
        with arguments.file.open("rb"):  # it can be opened, or nothing is begun
            pass
    except (ValueError, BrokenUploadError) as error:
        return _no(str(error))
    except OSError:
        return _no("the file cannot be opened")
    wrong = ""
    try:
        await upload.take(_pieces(arguments.file))
    except BrokenUploadError as error:
        wrong = f"the file {error.wrong}. {error.mend}"
    except Problem as problem:
        wrong = problem.title
    except OSError:
        wrong = "the file cannot be read any further; what came before is taken"
    async with desk.db.transaction() as tx:
        batch = await tx.batches.find(upload.id, sender)
    assert batch is not None
    print(f"batch {batch.id}: {batch.accepted} accepted, {batch.repeated} taken before, {batch.refused} refused")
    if batch.refused:
        print(f"to mend and take again: {await _write_refused(desk, batch, arguments.file)}")
    return _no(wrong) if wrong else int(batch.refused > 0)


def _caller(arguments: Namespace) -> Caller:
    """Who sends it, as a token would say. Raises ValueError."""
    if arguments.school is None:
        return Caller(subject=arguments.officer, roles=frozenset({OFFICER}))
    if not is_urn(arguments.school):
        raise ValueError("--school is a URN: six figures")
    return Caller(subject=f"file-of-{arguments.school}", roles=frozenset({SCHOOL}), urn=arguments.school)


async def _pieces(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(PIECE):
            yield piece


async def _write_refused(desk: Desk, batch: Batch, file: Path) -> Path:
    """Beside the file, for its owner's eyes only; a file that somebody may be mending is never written over."""
    stem, suffix, number = file.name.partition(".")[0] or file.name, SUFFIX[Format(batch.format)], 1
    while True:
        place = file.with_name(f"{stem}.refused{f'-{number}' if number > 1 else ''}.{suffix}")
        try:
            descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            break
        except FileExistsError:
            number += 1
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out:
        async for piece in refused_of(desk, batch).body_iterator:
            out.write(piece if isinstance(piece, str) else bytes(piece).decode())
    return place


def _no(why: str) -> int:
    print(f"take: {why}", file=sys.stderr)
    return 1
