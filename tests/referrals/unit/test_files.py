"""Public lists as they are published."""

from datetime import date
from pathlib import Path

import pytest

from cme_referrals.adapters.files import UnreadableFileError, read_establishments, read_term_dates
from cme_referrals.domain.school_data import Establishment, OwnDays, TermDates

COLUMNS = (
    '"URN","LA (code)","EstablishmentNumber","EstablishmentName","PhaseOfEducation (name)","EstablishmentStatus (name)"'
)
YEAR = '{"la_code": "999", "academic_year": "2026-27", '


def listed(tmp_path: Path, *lines: str, columns: str = COLUMNS) -> list[Establishment | int]:
    file = tmp_path / "establishments.csv"
    file.write_text("\r\n".join([columns, *lines]), encoding="cp1252")
    return list(read_establishments(file))


def test_a_school_is_read_from_a_windows_file_apostrophe_and_all(tmp_path: Path) -> None:
    (school,) = listed(tmp_path, '"990003","999","3301","St Aldwyn’s","Primary","Open, but proposed to close"')
    assert school == Establishment("990003", "999", "3301", "St Aldwyn’s", "Primary", open=True, mailbox=None)


@pytest.mark.parametrize(("status", "is_open"), [("Open", True), ("Closed", False), ("Proposed to open", False)])
def test_only_an_open_school_is_open(tmp_path: Path, status: str, is_open: bool) -> None:
    (school,) = listed(tmp_path, f'"990003","999","3301","St Aldwyn","Primary","{status}"')
    assert isinstance(school, Establishment) and school.open is is_open


def test_a_line_without_a_urn_is_passed_over_by_its_number(tmp_path: Path) -> None:
    assert listed(tmp_path, '"","999","3301","No number","Primary","Open"') == [2]


def test_another_file_is_refused_with_the_columns_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="LA \\(code\\)"):
        listed(tmp_path, columns='"URN","EstablishmentNumber","EstablishmentName"')


def test_the_invented_county_is_read_whole() -> None:
    county = Path(__file__).parents[3] / "deploy" / "local" / "county"
    schools = list(read_establishments(county / "establishments.csv"))
    assert schools and all(isinstance(one, Establishment) and one.la_code == "999" and one.mailbox for one in schools)
    assert [one.urn for one in schools if isinstance(one, Establishment) and one.type_code == "07"] == ["990008"]
    terms = read_term_dates(county / "term-dates.json")
    assert isinstance(terms, TermDates)
    assert (terms.la_code, terms.terms[0].first_day) == ("999", date(2026, 9, 3))


@pytest.mark.parametrize(
    "content",
    [
        "not JSON",
        '{"la_code": "999"}',
        YEAR + '"terms": [{"name": "a", "first_day": "2026-10-01", "last_day": "2026-09-01"}]}',
        YEAR + '"terms": [], "closed_days": [{"day": "2026-10-01", "reason": "-"}]}',
        '{"urn": "99", "academic_year": "2026-27"}',
        '{"urn": "990001", "academic_year": "2026-27", "inset_days": [{"day": "2 November", "reason": "-"}]}',
        '{"urn": "990001", "academic_year": "2026-27", "terms": [{"name": "a", "first_day": "2026-10-01"}]}',
    ],
)
def test_term_dates_that_contradict_themselves_are_refused(tmp_path: Path, content: str) -> None:
    (file := tmp_path / "terms.json").write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableFileError):
        read_term_dates(file)


def test_a_file_that_names_a_school_says_how_it_departs_from_its_authority(tmp_path: Path) -> None:
    (file := tmp_path / "own.json").write_text(
        '{"urn": "990001", "academic_year": "2026-27", "inset_days": [{"day": "2026-11-02", "reason": "training"}]}',
        encoding="utf-8",
    )
    assert read_term_dates(file) == OwnDays("990001", "2026-27", inset_days=((date(2026, 11, 2), "training"),))


def test_the_type_of_a_school_is_read_where_the_extract_has_it(tmp_path: Path) -> None:
    more = COLUMNS + ',"TypeOfEstablishment (code)"'
    line = '"990008","999","7001","Willowbank","Not applicable","Open",'
    (special,), (unsaid,) = listed(tmp_path, line + '"7"', columns=more), listed(tmp_path, line + '""', columns=more)
    assert isinstance(special, Establishment) and special.type_code == "07"
    assert isinstance(unsaid, Establishment) and unsaid.type_code is None
