"""Archives are unpacked as they come, in pieces of any size, and what is no honest archive is refused in words."""

import gzip
import io
import random
import zipfile
from collections.abc import Iterator

import pytest

from cme_referrals.adapters.unpacking import PIECE, BrokenUploadError, Unpacker

ROWS = bytes(random.Random(4).choices(b"abcdefghij,\n", k=300_000))


def unpacked(packed: bytes, step: int, unpacker: Unpacker | None = None) -> Iterator[bytes]:
    unpacker = unpacker or Unpacker()
    for start in range(0, len(packed), step):
        yield from unpacker.feed(packed[start : start + step])
    yield from unpacker.end()


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


class Pipe(io.RawIOBase):
    """A place one cannot go back in: zipfile then writes the sizes behind the file."""

    def __init__(self) -> None:
        self.written = b""

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        self.written += bytes(piece)
        return len(piece)


def streamed_zip() -> bytes:
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows.csv", ROWS)
    return pipe.written


@pytest.mark.parametrize("step", [1, 7, 4096, 10**9])
@pytest.mark.parametrize(
    "packed",
    [
        ROWS,
        gzip.compress(ROWS),
        gzip.compress(ROWS[:1000]) + gzip.compress(ROWS[1000:]),
        gzip.compress(ROWS) + bytes(512),
        zipped(("rows.csv", ROWS)),
        zipped(("rows.csv", ROWS), method=zipfile.ZIP_STORED),
        zipped(("folder/", b""), ("folder/rows.csv", ROWS), ("__MACOSX/folder/._rows.csv", b"notes")),
        streamed_zip(),
    ],
    ids=["plain", "gzip", "two members", "padded", "zip", "stored", "folder", "streamed zip"],
)
def test_it_is_the_same_however_it_was_packed_and_cut(packed: bytes, step: int) -> None:
    assert b"".join(unpacked(packed, step)) == ROWS


@pytest.mark.parametrize("short", [b"", b"a", b"abc", b"\x1f\x8b"])
def test_what_is_shorter_than_any_mark_is_text(short: bytes) -> None:
    assert b"".join(unpacked(short, 1)) == short


@pytest.mark.parametrize(
    ("packed", "wrong"),
    [
        (gzip.compress(ROWS)[:-9], "not whole"),
        (gzip.compress(ROWS)[:-8] + bytes(8), "damaged"),
        (gzip.compress(ROWS) + b"more", "damaged"),
        (zipped(("rows.csv", ROWS))[:5000], "not whole"),
        (zipped(("one.csv", b"a"), ("two.csv", b"b")), "more than one file"),
        (zipped(("rows.csv", ROWS), method=zipfile.ZIP_BZIP2), "a way we do not read"),
        (zipped(("rows.csv", b"kind\n"), method=zipfile.ZIP_STORED).replace(b"kind\n", b"kinp\n", 1), "damaged"),
        ("kind,key".encode("utf-16"), "UTF-16"),
    ],
    ids=["cut", "garbled", "behind", "zip cut", "two files", "bzip2", "checksum", "utf-16"],
)
def test_what_is_no_honest_archive_is_refused_in_words(packed: bytes, wrong: str) -> None:
    with pytest.raises(BrokenUploadError, match=wrong) as refused:
        list(unpacked(packed, 997))
    assert refused.value.mend


@pytest.mark.parametrize("bomb", [gzip.compress(bytes(64 * 1024**2)), zipped(("b", bytes(64 * 1024**2)))])
def test_a_bomb_is_stopped_while_it_is_small(bomb: bytes) -> None:
    """It is fed whole; pieces come out one at a time, and none is asked for once it has been recognised."""
    given, pieces = 0, unpacked(bomb, len(bomb), Unpacker(free=1024**2))
    with pytest.raises(BrokenUploadError, match="200 times"):
        for piece in pieces:
            assert len(piece) <= PIECE
            given += len(piece)
    assert given <= max(1024**2, 200 * len(bomb)) < 64 * 1024**2
