"""Many forms at once: each goes through the use case it would go through alone, and none costs another (policy 5.2, 7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from cme_referrals.application.parts import Part, take_parts
from cme_referrals.application.ports import Challenges, Publishes, Schools, Submission
from cme_referrals.application.telling import Sender, ToldChildren
from cme_referrals.application.timed import Punctuality
from cme_referrals.application.unwritten import Schooling, Unwritten
from cme_referrals.domain.errors import SubmissionError


class State(StrEnum):
    """How far the reading of a batch has come."""

    RECEIVING = "receiving"
    COMPLETE = "complete"
    STOPPED = "stopped"
    """It could not be read any further: `wrong` and `mend` say why."""
    CUT = "cut"
    """The connection was lost. What had come is taken; sent again, the rest follows."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing that is wrong with a row: which member or column, what, and how to mend it. Never what was sent."""

    field: str
    wrong: str
    mend: str


THE_FILE, AROUND = -1, 0
"""Numbers in the place of a row's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A batch as its sender sees it. The counts are of rows."""

    id: UUID
    format: str
    state: State
    received_at: datetime
    finished_at: datetime | None = None
    accepted: int = 0
    repeated: int = 0
    """Rows that had been taken before: nothing was done again."""
    refused: int = 0
    wrong: str | None = None
    mend: str | None = None
    columns: tuple[str, ...] = ()
    """CSV: the columns of its first row, to write refused rows under."""
    file_kept: bool = False
    """The file is kept as it came, and can be read again."""
    file_name: str | None = None
    """Its name, where it is written by the rule for transfer files."""


@dataclass(slots=True, kw_only=True)  # not frozen: one is made of each form (`Receipt`)
class FormRow:
    """A row that is a valid form."""

    number: int
    names: tuple[bytes, ...]
    """Blind tokens of what makes the row the same row: its key, or else its content. The first is the current one."""
    contents: tuple[bytes, ...]
    """Blind tokens of its content."""
    parts: Sequence[Part]
    """What it becomes: a submission for each child, all or none."""
    explain: Callable[[SubmissionError], tuple[RowFault, ...]]
    """What the use case's refusal is called where the sender finds it."""
    refused: Callable[[Sequence[RowFault]], RefusedRow]
    """The same, given back."""

    @property
    def submission_id(self) -> UUID:
        """What the row is known by: the submission of its first child."""
        return self.parts[0].receipt.submission_id


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """A row that is not taken, with what is wrong. `sent` is None where it was too long to be kept."""

    number: int
    """From 1. `THE_FILE`: what is wrong with the whole of it; `AROUND`: what stands before and behind its rows."""
    sent: str | None
    cells: tuple[str, ...] | None = None
    """CSV: its cells, under the batch's columns; None where it could not be read as cells."""
    faults: tuple[RowFault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedRow:
    """A row that is a submission, now or since it was sent before."""

    number: int
    submission_id: UUID
    reference: str
    repeated: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A row that was taken before."""

    submission_id: UUID
    contents: bytes
    withdrawn: bool = False
    """Its sender took it back since."""


class Batches(Protocol):
    """Batches, the rows they brought, and which rows were taken ever."""

    async def open(self, batch: Batch, sender: Sender) -> None:
        """Keep a new one."""

    async def head(self, batch_id: UUID, format_: str, columns: Sequence[str]) -> None:
        """Its format and columns are known."""

    async def count(self, batch_id: UUID, *, accepted: int, repeated: int, refused: int) -> None:
        """So many more rows."""

    async def finish(
        self, batch_id: UUID, state: State, *, at: datetime, wrong: str | None = None, mend: str | None = None
    ) -> None:
        """Nothing more comes."""

    async def reopen(self, batch_id: UUID, *, broken_off: bool = False) -> bool:
        """It is read again from its beginning: what became of its rows is to be found anew.

        False while it is being read, unless that is said to have been broken off.
        """

    async def find(self, batch_id: UUID, sender: Sender) -> Batch | None:
        """A batch of this sender's."""

    async def known(self, names: Sequence[bytes]) -> Mapping[bytes, Known]:
        """The rows among these that were taken before."""

    async def claim(self, rows: Sequence[tuple[bytes, bytes, UUID]]) -> set[bytes]:
        """Take rows: name, content, submission. Returns the names that nobody had; waits for whoever is taking one."""

    async def let_go(self, names: Sequence[bytes]) -> None:
        """These were not taken after all."""

    async def accept(self, batch_id: UUID, rows: Sequence[tuple[int, UUID, bool]]) -> None:
        """Row, submission, whether it was there before."""

    async def refuse(self, batch_id: UUID, rows: Sequence[RefusedRow]) -> None:
        """Keep rows with what is wrong with them, sealed."""

    async def counted(self, batch_id: UUID, first: int, last: int) -> tuple[int, int, int]:
        """Of the rows from one number to another: how many were accepted, repeated, refused in this batch."""

    async def accepted(self, batch_id: UUID, *, after: int, limit: int) -> Sequence[AcceptedRow]:
        """In the order of their numbers."""

    async def refused(self, batch_id: UUID, *, after: int, limit: int) -> Sequence[RefusedRow]:
        """In the order of their numbers."""


class ManySubmissions(Protocol):
    """Submissions, many at once."""

    async def add_many(self, submissions: Sequence[Submission]) -> None:
        """Keep new ones."""


class TakesBatches(Publishes, Protocol):
    """What taking a batch needs."""

    @property
    def submissions(self) -> ManySubmissions: ...

    @property
    def schools(self) -> Schools: ...

    @property
    def batches(self) -> Batches: ...

    @property
    def told(self) -> ToldChildren: ...

    @property
    def challenges(self) -> Challenges: ...

    @property
    def punctuality(self) -> Punctuality: ...


@dataclass(slots=True)
class Counts:
    """Rows of a chunk."""

    accepted: int = 0
    repeated: int = 0
    refused: int = 0
    kept: int = 0
    """Bytes of refused rows, about."""


async def take_rows(
    tx: TakesBatches, batch_id: UUID, rows: Sequence[FormRow | RefusedRow], claimed: Callable[[], None]
) -> Counts:
    """Take some rows of a batch in one transaction. `claimed` is called once it is decided which of them are new.

    A row that was taken before is answered as it was then, whoever of the same sender sends it, however concurrently.
    """
    forms = [row for row in rows if isinstance(row, FormRow)]
    refused = [row for row in rows if isinstance(row, RefusedRow)]
    known = dict(await tx.batches.known([name for row in forms for name in row.names[1:]]))
    fresh: dict[bytes, FormRow] = {}
    for row in forms:
        if known.keys().isdisjoint(row.names):
            fresh.setdefault(row.names[0], row)
    mine = await tx.batches.claim([(row.names[0], row.contents[0], row.submission_id) for row in fresh.values()])
    claimed()
    if late := [name for name in fresh if name not in mine]:  # taken before, or by somebody else just now
        known |= await tx.batches.known(late)
    work = _Work(tx)
    failed: dict[bytes, tuple[RowFault, ...]] = {}
    for name, row in fresh.items():
        if name not in mine:
            continue
        try:
            await work.take_in(row)
        except SubmissionError as error:
            failed[name] = row.explain(error)
    await tx.batches.let_go(list(failed))
    await work.write()
    accepted: list[tuple[int, UUID, bool]] = []
    for row in forms:
        name = row.names[0]
        before = next((known[name] for name in row.names if name in known), None)
        if faults := failed.get(name):
            refused.append(row.refused(faults))
            continue
        was = before or Known(fresh[name].submission_id, fresh[name].contents[0])
        if was.contents not in row.contents:
            refused.append(row.refused([ANOTHER]))
            continue
        if was.withdrawn:  # to call it taken would lose a child whom the sender means after all
            refused.append(row.refused([WITHDRAWN]))
            continue
        accepted.append((row.number, was.submission_id, before is not None or fresh[name] is not row))
    await tx.batches.accept(batch_id, accepted)
    await tx.batches.refuse(batch_id, refused)
    repeated = sum(again for _, _, again in accepted)
    counts = Counts(len(accepted) - repeated, repeated, len(refused), sum(len(row.sent or "") for row in refused))
    await tx.batches.count(batch_id, accepted=counts.accepted, repeated=repeated, refused=counts.refused)
    return counts


ANOTHER = RowFault(
    "key", "came before with other content", "Give another form a key of its own; to change what was sent, correct it."
)
WITHDRAWN = RowFault(
    "row",
    "was taken before, and you withdrew it since",
    "Leave it out if it stays withdrawn. If it holds after all, give it a new key, or send it by itself and not in a file.",
)


class _Work:
    """Forms on their way: what each use case writes is gathered, and written for all of them at once."""

    def __init__(self, tx: TakesBatches) -> None:
        self._tx = tx
        self._held = Unwritten(tx.schools, Schooling())
        self._told: list[tuple[bytes, UUID]] = []

    async def take_in(self, row: FormRow) -> None:
        """Raises what the use case raises, and then nothing of this row is left."""
        before = self._held.so_far()
        try:
            await take_parts(self._held, row.parts)
        except SubmissionError:
            self._held.back(before)
            raise
        self._told += [(part.child[0], part.receipt.submission_id) for part in row.parts if part.child]

    async def write(self) -> None:
        self._tx.publish(*self._held.said)
        await self._tx.submissions.add_many(self._held.submissions.kept)
        await self._tx.challenges.add_many(self._held.challenges.asked)
        await self._tx.punctuality.add_many(self._held.punctuality.timed)
        await self._tx.told.add_many(self._told)
