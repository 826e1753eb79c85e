"""Public lists as they are published."""

from datetime import date
from pathlib import Path

import pytest

from cme_referrals.adapters.files import UnreadableFileError, read_establishments, read_term_dates
from cme_referrals.domain.school_data import Establishment

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
    terms = read_term_dates(county / "term-dates.json")
    assert (terms.la_code, terms.terms[0].first_day) == ("999", date(2026, 9, 3))


@pytest.mark.parametrize(
    "content",
    [
        "not JSON",
        '{"la_code": "999"}',
        YEAR + '"terms": [{"name": "a", "first_day": "2026-10-01", "last_day": "2026-09-01"}]}',
        YEAR + '"terms": [], "closed_days": [{"day": "2026-10-01", "reason": "-"}]}',
    ],
)
def test_term_dates_that_contradict_themselves_are_refused(tmp_path: Path, content: str) -> None:
    (file := tmp_path / "terms.json").write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableFileError):
        read_term_dates(file)
