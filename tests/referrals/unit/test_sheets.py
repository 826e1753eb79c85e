"""A row is read by itself, by what is known of its file: here or in another process."""

import pickle

import pytest

from cme_referrals.adapters.records import Record
from cme_referrals.entrypoints.sheets import Format, Layout

NDJSON = Layout(Format.NDJSON, None)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (b'{"kind": "referral", "refused": {"row": 1}}', {"kind": "referral"}),
        (rb'{"kind": "\ud83d"}', {"kind": "\ud83d"}),
        (b'{"kind": 1, "kind": 2}', {"kind": 2}),
        (b'{"a": 100000000000000000000000000000}', {"a": 10**29}),
    ],
)
def test_what_is_json_is_read_however_odd(text: bytes, values: dict[str, object]) -> None:
    assert NDJSON.read(Record(1, text)).values == values


@pytest.mark.parametrize("text", [b'{"a": NaN}', b'{"a": -Infinity}', b"{", b"[" * 100_000, b'{"a": 1} x', b"[]"])
def test_what_is_not_is_given_back(text: bytes) -> None:
    row = NDJSON.read(Record(7, text))
    assert (row.number, row.sent, row.values) == (7, text.decode(), None)
    assert row.faults


def test_a_layout_that_was_sent_to_another_process_reads_the_same() -> None:
    """A cell that repeats the one above it says the same in both rows, and an empty one nothing again."""
    layout = Layout(Format.CSV, "cp1252", ";", ("kind", "child.forename", "factors", "child.addresses.2.lines.1"))
    rows = [b"referral;Zo\xeb;ehcp;4 Row", b"referral;Zo\xeb;none;4 Row", b"referral;;;", b"referral;Zo\xeb;ehcp;"]
    read = [layout.read(Record(number, text)).values for number, text in enumerate(rows)]
    first = {"forename": "Zoë", "addresses": [{"lines": ["4 Row"]}]}
    assert read == [
        {"kind": "referral", "child": first, "factors": ["ehcp"]},
        {"kind": "referral", "child": first, "factors": []},
        {"kind": "referral"},
        {"kind": "referral", "child": {"forename": "Zoë"}, "factors": ["ehcp"]},
    ]
    sent = pickle.loads(pickle.dumps(layout))  # our own
    assert [sent.read(Record(number, text)).values for number, text in enumerate(rows)] == read
