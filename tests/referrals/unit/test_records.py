"""Rows are cut from a stream: however it arrives, whatever a row claims, and with one bad row costing itself."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_referrals.adapters.records import Record, Records

CELL = st.text(alphabet='ab",;\n\r é', max_size=8)


def cut(text: bytes, step: int = 10**9, *, quoted: bool = True, longest: int = 1000) -> list[Record]:
    records = Records(quoted=quoted, longest=longest)
    found = [record for at in range(0, len(text), step) for record in records.feed(text[at : at + step])]
    return [*found, *records.end()]


@given(st.lists(st.lists(CELL, min_size=2, max_size=4), max_size=6), st.integers(1, 40))
def test_what_a_spreadsheet_writes_is_cut_where_it_was_joined(rows: list[list[str]], step: int) -> None:
    written = [_line(row) for row in rows]
    found = cut("".join(written).encode(), step)
    assert [record.text for record in found] == [line.encode().removesuffix(b"\r\n") for line in written]
    assert [record.number for record in found] == list(range(1, len(rows) + 1))


def _line(row: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(row)
    return out.getvalue()


@given(st.binary(max_size=400), st.integers(1, 50), st.booleans())
def test_any_bytes_give_the_same_rows_however_they_arrive(text: bytes, step: int, quoted: bool) -> None:
    assert cut(text, step, quoted=quoted, longest=40) == cut(text, quoted=quoted, longest=40)


@pytest.mark.parametrize("step", [1, 13, 10**9])
def test_a_line_that_is_too_long_is_passed_over_and_the_next_is_read(step: int) -> None:
    found = cut(b"one\n" + b"x" * 5000 + b"\nthree\n" + b"y" * 5000, step)
    assert [record.text for record in found] == [b"one", None, b"three", None]


@pytest.mark.parametrize("step", [1, 13, 10**9])
def test_a_quotation_mark_that_is_never_closed_costs_its_own_line(step: int) -> None:
    lines = [b'"open,1', *(b"row %d,2" % number for number in range(400))]
    found = cut(b"\n".join(lines), step)
    assert found[0] == Record(1, lines[0], unclosed=True)
    assert [record.text for record in found[1:]] == lines[1:]


def test_no_more_is_held_than_one_row_and_one_piece() -> None:
    records = Records(longest=1000)
    for _ in range(10_000):
        list(records.feed(b"x" * 1000))
    assert len(records._buffer) <= 2000
