"""Commands for whoever minds the maps of transfer files: what they say, and reading again what did not fit."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import AsyncIterator
from uuid import UUID

from cme_referrals.adapters.records import Record
from cme_referrals.adapters.unpacking import BrokenUploadError
from cme_referrals.application.batches import RefusedRow, RowFault
from cme_referrals.application.kept_files import KeptFile
from cme_referrals.entrypoints.ctf.maps import maps
from cme_referrals.entrypoints.ctf.names import file_name_of
from cme_referrals.entrypoints.ctf.sheet import CtfSheet
from cme_referrals.entrypoints.desk import Desk
from cme_referrals.entrypoints.incoming import Incoming
from cme_referrals.entrypoints.rows import RowReader
from cme_referrals.entrypoints.sheets import Format, Row
from cme_referrals.entrypoints.uploads import Upload
from cme_web.tokens import Caller


def read_again_arguments(parser: ArgumentParser) -> None:
    """Which batch, and how."""
    parser.add_argument("batch", type=UUID)
    parser.add_argument("--check", action="store_true", help="only say what would not fit; nothing is taken")
    parser.add_argument("--broken-off", action="store_true", help="it is said to be read just now, and is not")


async def read_again(desk: Desk, arguments: Namespace) -> int:
    """Read a kept file by the maps as they are now. A pupil that was taken is not taken twice."""
    async with desk.db.transaction() as tx:
        file = await tx.kept.find(arguments.batch)
    if file is None:
        print("read-again: nothing is kept of this batch", file=sys.stderr)
        return 1
    name = file_name_of(f"attachment; filename={file.name}") if file.name else None
    incoming = Incoming(maps(desk.ctf_maps), Format.CTF, file.charset, name)
    caller = Caller(subject=file.sender.subject, roles=file.roles, urn=file.sender.urn)
    if arguments.check:
        return await _check(desk, arguments.batch, file, caller, incoming)
    async with desk.db.transaction() as tx:
        if not await tx.batches.reopen(arguments.batch, broken_off=arguments.broken_off):
            print("read-again: it is being read; if not, add --broken-off", file=sys.stderr)
            return 1
    wrong = ""
    try:
        await Upload(desk, caller, file.sender, incoming, again=arguments.batch).take(_pieces(desk, arguments.batch))
    except BrokenUploadError as error:
        wrong = f"; the file {error.wrong}"
    async with desk.db.transaction() as tx:
        batch = await tx.batches.find(arguments.batch, file.sender)
    assert batch is not None
    print(f"{batch.accepted} accepted, {batch.repeated} taken before, {batch.refused} refused{wrong}")
    return 1 if wrong or batch.refused else 0


async def show_maps(desk: Desk) -> int:
    """The maps in use, and how much of each was ever seen."""
    for one in maps(desk.ctf_maps):
        seen = sum(entry.state == "verified" for entry in one.elements.values())
        print(
            f"{one.name}: {one.kind}; versions {', '.join(one.versions)}; {len(one.elements)} elements, {seen} verified"
        )
    return 0


async def show_kept(desk: Desk) -> int:
    """The files that wait for a map to be mended, or for their senders."""
    async with desk.db.transaction() as tx:
        waiting = await tx.kept.waiting()
    for one in waiting:
        sender = f"school {one.urn}" if one.urn else "an officer"
        why = f"; it {one.wrong}" if one.wrong else ""
        print(f"{one.batch_id}  {one.received_at:%Y-%m-%d %H:%M}  {sender}: {one.state}, {one.refused} refused{why}")
    return 0


async def _check(desk: Desk, batch_id: UUID, file: KeptFile, caller: Caller, incoming: Incoming) -> int:
    reader = RowReader(desk, caller, file.sender)
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], str] = {}
    pupils = 0

    def note(fault: RowFault, where: str) -> None:
        what = re.sub(r"\[[0-9]+\]", "", fault.field), fault.wrong
        counts[what] += 1
        first.setdefault(what, where)

    try:
        async for row in _rows(desk, batch_id, incoming):
            pupils += 1
            assert incoming.sheet is not None
            if isinstance(read := reader.read(row, incoming.sheet.layout), RefusedRow):
                for fault in read.faults:
                    note(fault, f"pupil {row.number}")
    except BrokenUploadError as error:
        print(f"the file {error.wrong}")
        for fault in incoming.sheet.faults if isinstance(incoming.sheet, CtfSheet) else ():
            note(fault, "the whole file")
    for (place, wrong), count in counts.most_common():
        print(f"{count} x {place}: {wrong} (first: {first[place, wrong]})")
    print(f"{pupils} pupils read")
    return 1 if counts else 0


async def _rows(desk: Desk, batch_id: UUID, incoming: Incoming) -> AsyncIterator[Record | Row]:
    async for piece in _pieces(desk, batch_id):
        for row in incoming.feed(piece):
            yield row
    for row in incoming.end():
        yield row


async def _pieces(desk: Desk, batch_id: UUID) -> AsyncIterator[bytes]:
    number = 0
    while True:
        async with desk.db.transaction() as tx:
            piece = await tx.kept.piece(batch_id, number)
        if piece is None:
            return
        yield piece
        number += 1
