"""The DfE's extract as it is published: what is wrong with a row costs that row, and is said."""

import io
from datetime import date
from pathlib import Path

import pytest

from cme_referrals.adapters.gias import Entry, Extract, Links
from cme_referrals.adapters.published_csv import LONGEST_ROW, Trouble, UnreadableFileError
from cme_referrals.domain.list_check import lacking
from cme_referrals.domain.school_data import Establishment
from cme_referrals.domain.school_history import Succession
from cme_referrals.entrypoints.showing import IN_A_LOG, Showing

COLUMNS = (
    '"URN","LA (code)","EstablishmentNumber","EstablishmentName","PhaseOfEducation (name)","EstablishmentStatus (name)"'
)
DATED = (
    COLUMNS + ',"OpenDate","CloseDate","PreviousLA (code)","PreviousEstablishmentNumber","TypeOfEstablishment (code)"'
)
HARROWMERE = '"990001","999","4001","Harrowmere","Secondary","Open"'
LARKFOLD = '"990002","999","2001","Larkfold","Primary","Open"'


def read(tmp_path: Path, *lines: str, columns: str = COLUMNS, encoding: str = "cp1252") -> list[Entry[Establishment]]:
    file = tmp_path / "establishments.csv"
    file.write_bytes("\r\n".join([columns, *lines]).encode(encoding))
    return list(Extract(file))


def schools(entries: list[Entry[Establishment]]) -> list[Establishment]:
    return [one.holds for one in entries if one.holds]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
def test_a_school_is_read_in_windows_1252_or_as_somebody_saved_it_again(tmp_path: Path, encoding: str) -> None:
    line = '990003,"999","3301","St Aldwyn’s","Primary","Open, but proposed to close"'
    (school,) = schools(read(tmp_path, line, encoding=encoding))
    assert school == Establishment("990003", "999", "3301", "St Aldwyn’s", "Primary", open=True)


@pytest.mark.parametrize(("status", "is_open"), [("Open", True), ("Closed", False), ("Proposed to open", False)])
def test_only_an_open_school_is_open(tmp_path: Path, status: str, is_open: bool) -> None:
    (school,) = schools(read(tmp_path, f'"990003","999","3301","St Aldwyn","Primary","{status}"'))
    assert school.open is is_open


def test_days_type_and_former_number_are_read_where_the_extract_has_them(tmp_path: Path) -> None:
    line = '"990008","999","7001","Willowbank","","Closed","01-09-1999","31-08-2026","998","7005","7"'
    (school,) = schools(read(tmp_path, line, columns=DATED))
    assert (school.opened_on, school.closed_on) == (date(1999, 9, 1), date(2026, 8, 31))
    assert (school.laestab, school.previous_laestab, school.type_code) == ("9997001", "9987005", "07")
    (unsaid,) = schools(read(tmp_path, '"990008","999","","Willowbank","","Open","","","","",""', columns=DATED))
    assert (unsaid.opened_on, unsaid.laestab, unsaid.previous_laestab, unsaid.type_code) == (None,) * 4


@pytest.mark.parametrize(
    ("bad", "column", "kept"),
    [
        ('"","999","3301","No number","Primary","Open","","","","",""', "URN", False),
        ('"990003","99","3301","St Aldwyn","Primary","Open","","","","",""', "LA (code)", False),
        ('"990003","999","3301","","Primary","Open","","","","",""', "EstablishmentName", False),
        ('"990003","999","3301","St Aldwyn","Primary","Open","31-02-2020","","","",""', "OpenDate", True),
        ('"990003","999","3301","St Aldwyn","Primary","Open","","2020","","",""', "CloseDate", True),
        ('"990003","999","3301"', "", False),
        ('"990003","999","3301","St Aldwyn","Primary","Open","","","","","","more"', "", False),
        ('"990003","999","3301","St Aldwyn,"Primary","Open","","","","",""', "", False),
        ('"990003","999","3301","St\0Aldwyn","Primary","Open","","","","",""', "", False),
        ('"990003","999","3301","' + "x" * LONGEST_ROW + '","Primary","Open","","","","",""', "", False),
    ],
)
def test_what_is_wrong_with_a_row_is_said_with_row_and_column_and_costs_no_other(
    tmp_path: Path, bad: str, column: str, kept: bool
) -> None:
    entries = read(tmp_path, HARROWMERE + ",,,,,", bad, LARKFOLD + ",,,,,", columns=DATED)
    assert [(one.row, one.column) for entry in entries for one in entry.troubles] == [(3, column)]
    assert [one.urn for one in schools(entries)] == ["990001", *(["990003"] if kept else []), "990002"]
    assert "St Aldwyn" not in str([entry.troubles for entry in entries])


def test_a_cell_may_run_over_two_lines(tmp_path: Path) -> None:
    entries = read(tmp_path, '"990003","999","3301","St\r\nAldwyn","Primary","Open"', HARROWMERE)
    assert [(one.number, one.holds and one.holds.urn) for one in entries] == [(2, "990003"), (4, "990001")]


def test_only_a_row_that_breaks_off_looks_like_the_end_of_half_a_file(tmp_path: Path) -> None:
    assert [one.cut_short for one in read(tmp_path, HARROWMERE, '"990002","99')] == [False, True]
    assert [one.cut_short for one in read(tmp_path, HARROWMERE, LARKFOLD + ",1")] == [False, False]


@pytest.mark.parametrize("content", ['"URN","EstablishmentNumber"\r\n', "", '{"officers": []}', "\0\0\0", '"URN'])
def test_another_file_is_refused_in_words(tmp_path: Path, content: str) -> None:
    (file := tmp_path / "other.csv").write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="the list of establishments"):
        Extract(file)
    with pytest.raises(UnreadableFileError, match="cannot be opened"):
        Extract(tmp_path / "nothing.csv")


def test_the_invented_county_is_read_whole() -> None:
    county = schools(list(Extract(Path(__file__).parents[3] / "deploy" / "local" / "county" / "establishments.csv")))
    assert county and all(one.la_code == "999" and one.mailbox for one in county)
    assert [one.urn for one in county if one.type_code == "07"] == ["990008"]
    assert [(one.urn, one.closed_on) for one in county if not one.open] == [("990012", date(2025, 8, 31))]


def test_a_link_says_what_went_on_as_what_whichever_of_the_two_it_stands_beside(tmp_path: Path) -> None:
    (file := tmp_path / "links.csv").write_text(
        "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\r\n"
        '990101,990001,"Harrowmere",Predecessor,01-09-2026\r\n'
        '990001,990101,"Harrowmere Academy",Successor,\r\n'
        '990102,990002,"Larkfold","Predecessor - amalgamated",01-01-2020\r\n'
        '990001,990008,"Willowbank","Sixth Form Centre Link",01-01-2020\r\n'
        '990001,99,"?",Successor,01-01-2020\r\n',
        encoding="cp1252",
    )
    entries = list(Links(file))
    assert [one.holds for one in entries] == [
        Succession("990001", "990101", date(2026, 9, 1)),
        Succession("990001", "990101"),
        Succession("990002", "990102", date(2020, 1, 1)),
        None,
        None,
    ]
    assert entries[4].troubles == (Trouble(6, "LinkURN", "is not six figures; passed over"),)


@pytest.mark.parametrize(
    ("before", "listed", "missing"),
    [
        ({}, {"999": ["1"]}, 0),  # the first list of all
        ({"999": range(100)}, {"999": range(90)}, 0),
        ({"999": range(100)}, {"999": range(89)}, 11),  # cut short
        ({"999": range(3)}, {"999": range(1)}, 0),  # a county of three schools may lose two
        ({"999": range(12)}, {"201": range(20)}, 0),  # another authority's says nothing about ours
        ({"999": range(12), "998": range(12, 24)}, {"999": range(12)}, 0),  # one authority's
        ({"999": range(12), "998": range(12, 24)}, {"997": range(24)}, 0),
        ({"999": range(12), "998": range(12, 24), "997": [24]}, {"999": range(12), "997": [24]}, 12),  # one is gone
        (
            {"999": range(12), "998": [20]},
            {"998": [20], "996": range(12)},
            0,
        ),  # half of the authorities: an extract of some
        (
            {"909": range(50), "998": [60]},
            {"942": range(25), "943": range(25, 50), "998": [60]},
            0,
        ),  # divided, and moved
    ],
)
def test_half_a_list_is_not_believed(before: dict[str, range], listed: dict[str, range], missing: int) -> None:
    known, new = ({la: list(map(str, urns)) for la, urns in one.items()} for one in (before, listed))
    assert lacking(known, new) == missing


def test_a_log_is_told_every_few_seconds_and_a_terminal_on_one_line() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for out, expected in (
        (io.StringIO(), "gias: 20 rows, 50 % of the file\n"),
        (
            Terminal(),
            "\rgias: 10 rows, 25 % of the file\rgias: 20 rows, 50 % of the file\rgias: 40 rows, 100 % of the file\n",
        ),
    ):
        showing = Showing("gias", 4000, out=out, seconds=iter([0, IN_A_LOG - 1, IN_A_LOG, IN_A_LOG]).__next__)
        for rows in (10, 20, 21):
            showing.at(rows, rows * 100)
        showing.end(40)
        assert out.getvalue() == expected
