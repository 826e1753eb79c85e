"""Term dates as they are handed in."""

from datetime import date
from pathlib import Path

import pytest

from cme_referrals.adapters.files import read_term_dates
from cme_referrals.adapters.published_csv import UnreadableFileError
from cme_referrals.domain.school_data import OwnDays, TermDates

YEAR = '{"la_code": "999", "academic_year": "2026-27", '


def test_the_invented_county_s_terms_are_read() -> None:
    terms = read_term_dates(Path(__file__).parents[3] / "deploy" / "local" / "county" / "term-dates.json")
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
