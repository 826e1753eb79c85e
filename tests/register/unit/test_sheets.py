"""What councils write into cells: days in many forms, formulas that failed, numbers that are none."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from cme_register.adapters.keyed_ids import CASES, STARTERS, keyed_ids
from cme_register.adapters.spreadsheets import UnusableFile, load_map
from cme_register.domain.imported import COLUMNS, read_row
from cme_register.domain.sheets import NotTaken, SheetMap
from cme_register.entrypoints.import_cases import CODES, MAP

SHIPPED, _ = load_map(MAP, COLUMNS, CODES)
BEGINS, TODAY = date(2024, 1, 1), date(2026, 11, 24)
ROW = {"name": "Isolde Quillfeather", "received_on": "02/11/2026", "category": "missing"}


def read(sheet: SheetMap = SHIPPED, **cells: str):
    return read_row(ROW | cells, sheet, begins=BEGINS, today=TODAY, ids=lambda text: (UUID(int=len(text)),))


@pytest.mark.parametrize(
    "written",
    [
        "02/11/2026", "2/11/2026", "2/11/26", "02.11.2026", "02-11-2026", "2-Nov-26", "02-NOV-2026", "2 Nov 2026", "2nd November 2026",
        "Monday, 2 November 2026", "Mon 2 Nov 26", "2026-11-02", "2026-11-02 00:00:00", "02/11/2026 09:15", "2026-11-02T09:15:00",
    ],
)  # fmt: skip
def test_a_day_is_read_as_councils_write_it(written: str) -> None:
    assert read(received_on=written).received_on == date(2026, 11, 2)


@pytest.mark.parametrize(("written", "day"), [("4 Sept 2026", date(2026, 9, 4)), ("1st August 2026", date(2026, 8, 1))])
def test_months_are_read_as_people_shorten_them(written: str, day: date) -> None:
    assert read(received_on=written).received_on == day


@pytest.mark.parametrize(
    ("field", "cell", "what"),
    [
        ("received_on", "46328", "is no date in a form"),
        ("received_on", "31/11/2026", "is no date in a form"),
        ("received_on", "25/11/2026", "lies in the future"),
        ("received_on", "31/12/2023", "is before 01/01/2024"),
        ("received_on", "", "is empty"),
        ("date_of_birth", "#REF!", "is an error of the spreadsheet's"),
        ("postcode", "=VLOOKUP(A2;Sheet2!A:C;3)", "is a formula and no value"),
        ("name", "Zo\N{REPLACEMENT CHARACTER} Ash", "has a character that cannot be read"),
        ("parent", "Robin\0", "has a character that is no text"),
        ("address", "x" * 2001, "has more than 2000 characters"),
        ("school_urn", "99001", "is no unique reference number"),
        ("school_la", "Elsewhere", "is no code of a local authority"),
        ("home_la", "99", "is no code of a local authority"),
    ],
)
def test_what_cannot_be_taken_is_named_with_its_field(field: str, cell: str, what: str) -> None:
    with pytest.raises(NotTaken) as refused:
        read(**{field: cell})
    [fault] = [one for one in refused.value.faults if one.what.startswith(what)]
    assert (fault.field, cell in fault.what + fault.mend) == (field, cell == "")


@pytest.mark.parametrize("said", ["n/a", "unknown", "0000000000", "943 476 591"])
def test_a_number_that_is_none_is_left_out_as_two_children_would_share_it(said: str) -> None:
    case = read(nhs_number=said, upn=said)
    assert (case.details.nhs_number, case.details.upn) == (None, None)
    assert [one.field for one in case.remarks] == ["upn", "nhs_number"]


def test_an_authority_may_be_written_by_a_word_of_the_map() -> None:
    assert read(school_la="Fallowshire", home_la="999").school_la == "999"


def test_a_child_is_not_found_before_the_day_of_receipt() -> None:
    case = read(located_on="01/11/2026", location_proof="seen")
    assert case.located_on is None
    assert [(one.field, one.what) for one in case.remarks] == [
        ("located_on", "is not taken, as it is before the day of receipt")
    ]


def test_a_map_whose_words_mean_what_there_is_not_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "map.toml"
    wrong.write_text(MAP.read_text("utf-8").replace('"child_protection_plan"', '"child_protection_pln"'), "utf-8")
    with pytest.raises(UnusableFile, match="codes for factors that there are not: child_protection_pln"):
        load_map(wrong, COLUMNS, CODES)


def test_an_id_follows_from_the_secret_the_purpose_and_the_text() -> None:
    old, new = "an old secret that is long enough to be one", "a new secret that is long enough to be one"
    [first] = keyed_ids([old], CASES)("FC/0311")
    assert keyed_ids([new, old], CASES)("FC/0311")[1] == first
    others = {
        keyed_ids([new], CASES)("FC/0311"),
        keyed_ids([old], STARTERS)("FC/0311"),
        keyed_ids([old], CASES)("FC/0312"),
    }
    assert len({(first,), *others}) == 4
