"""Spreadsheets as schools save them: the same rows, and what is refused comes back with its column and no formula."""

import csv
import io
from typing import Any

import pytest

from tests.referrals.integration.bulk import CHILD, CSV, Bulk, counts, csv_row, lines, table


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("cp1252", ""),
        ("cp1252", "; charset=windows-1252"),
        ("utf-8", "; charset=utf-8"),
    ],
)
async def test_a_spreadsheet_is_read_as_schools_save_it(bulk: Bulk, encoding: str, said: str, delimiter: str) -> None:
    """A name with an accent, an address over two lines, a day the English way, and cells that look like formulas."""
    row = csv_row(
        "Brontë", child__forename="Zoë", child__addresses__1__lines__1='4 "Invented"\nRow', factors="ehcp;gypsy_roma"
    )
    row |= {"child.parents.1.name": "'=1+1", "child.parents.1.telephones": "+44 1632 960123; 01632 960124"}
    row |= {"factors": "none"}
    told = await bulk.sent(table(row, delimiter=delimiter).encode(encoding), CSV + said)
    assert counts(told) == (1, 0, 0), await bulk.refused(told)
    listed = (await bulk.visitor.get("/v1/submissions", bulk.visitor.school())).json()["items"]
    whole = await bulk.visitor.get(f"/v1/submissions/{listed[0]['submission_id']}", bulk.visitor.school())
    form = whole.json()["as_received"]
    assert form["child"]["surname"] == "Brontë" and form["child"]["date_of_birth"] == "2015-03-09"
    assert form["child"]["addresses"][0]["lines"] == ['4 "Invented"\nRow']
    assert form["child"]["parents"] == [{"name": "=1+1", "telephones": ["+44 1632 960123", "01632 960124"]}]
    assert form["factors"] == []


async def test_refused_rows_of_a_spreadsheet_come_back_with_their_column_and_no_formula(bulk: Bulk) -> None:
    rows = [
        csv_row("Good"),
        csv_row("=HYPERLINK(1)", deleted_on="20.11.2026"),
        csv_row("Row", child__addresses__3__postcode="much too long a postcode", ground="z"),
    ]
    text = table(*(dict.fromkeys(rows[2], "") | row for row in rows)) + '"open,\n' + "one,two\n"
    told = await bulk.sent(text, CSV)
    assert counts(told) == (1, 0, 4)
    back = list(csv.DictReader(io.StringIO(await bulk.refused(told))))
    assert [row["refused.row"] for row in back] == ["3", "4", "5", "6"]
    assert [row["refused.fields"] for row in back] == ["deleted_on", "child.addresses.3.postcode; ground", "row", "row"]
    assert back[0]["child.surname"] == "'=HYPERLINK(1)"
    assert [row["refused.sent"] for row in back[2:]] == ['"open,', "one,two"]
    mended = [
        back[0] | {"deleted_on": "20/11/2026"},
        back[1] | {"ground": "g", "child.addresses.3.postcode": "ZZ99 9ZZ"},
    ]
    again = await bulk.sent(table(*mended), CSV)
    assert counts(again) == (2, 0, 0), await bulk.refused(again)
    assert counts(await bulk.sent(table(*mended), CSV)) == (0, 2, 0)


async def test_csv_and_ndjson_of_one_row_are_one_row(bulk: Bulk) -> None:
    as_csv = await bulk.sent(table(csv_row("Quill")), CSV)
    child_ = {"surname": "Quill", "date_of_birth": "2015-03-09", "addresses": [{"postcode": "ZZ99 9ZZ"}]}
    row = {"kind": "deletion_return", "child": child_, "ground": "g", "deleted_on": "2026-11-20"}
    assert (counts(as_csv), counts(await bulk.sent(lines(row)))) == ((1, 0, 0), (0, 1, 0))


async def test_what_is_kept_of_a_row_is_what_is_kept_of_the_form_by_itself(bulk: Bulk) -> None:
    """A child with a number that cannot be right, then with a sister; from a school, then from an officer."""
    sister = {"child": {"forename": "Sage", "surname": "Quill", "date_of_birth": "2017-03-09"}}
    one = {"referrer": {"name": "Sam", "email": "sam@example.org"}, "child": CHILD | {"surname": "Quill", "upn": "X1"}}
    pool, own = bulk.visitor.pool, {"id", "first_submission_id", "reference", "as_received", "family_id"}

    async def kept() -> list[dict[str, Any]]:
        rows = await pool.fetch("SELECT *, family_id IS NULL AS alone FROM submission ORDER BY quarantined, id")
        await pool.execute("TRUNCATE submission, taken_row CASCADE")
        return [{name: value for name, value in row.items() if name not in own} for row in rows]

    for who in (bulk.visitor.school(), bulk.visitor.bearer("lead_officer", sub="imogen")):
        for form in (one, one | {"siblings": [sister]}):
            await bulk.visitor.accepted("/v1/referrals", form, who=who)
            by_itself = await kept()
            assert counts(await bulk.sent(lines({"kind": "referral"} | form), who=who)) == (1, 0, 0)
            assert await kept() == by_itself
            assert by_itself[-1]["quarantined"] and len(by_itself) == (2 if "siblings" in form else 1)
