"""CSV columns stand for the members of the forms: every one of them, whatever a spreadsheet does to a cell."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_referrals.adapters.unpacking import BrokenUploadError
from cme_referrals.entrypoints.columns import Heading, columns, guarded, unguarded
from cme_referrals.entrypoints.kinds import KINDS


def members(schema: dict[str, Any], node: dict[str, Any], path: str = "") -> Iterator[str]:
    """The leaves of a form's schema, with # for a place in a list of objects or of lines."""
    node = next((one for one in node.get("anyOf", []) if one.get("type") != "null"), node)
    if "$ref" in node:
        yield from members(schema, schema["$defs"][node["$ref"].rpartition("/")[2]], path)
    elif "properties" in node:
        for name, inner in node["properties"].items():
            yield from members(schema, inner, f"{path}.{name}".removeprefix("."))
    elif node.get("type") == "array" and ("$ref" in node["items"] or path.endswith("lines")):
        yield from members(schema, node["items"], f"{path}.#")
    else:
        yield path


def test_every_member_of_every_form_has_its_column_and_every_column_its_member() -> None:
    schemas = [kind.form.model_json_schema() for kind in KINDS.values()]
    wanted = {path for schema in schemas for path in members(schema, schema)}
    assert {column.name for column in columns()} == wanted | {"kind", "key"}


def test_columns_become_a_form_and_empty_cells_say_nothing() -> None:
    heading = Heading([
        "kind", "Child.Surname ", "child.date_of_birth", "child.addresses.1.postcode", "child.addresses.2.lines.1",
        "child.addresses.2.lines.3", "factors", "child.other_names", "on_roll", "",
    ])  # fmt: skip
    cells = ["referral", "Quill", "09/03/2015", "", "4 Invented Row", "Fallowmere", "none", "Juno; June", "", ""]
    assert heading.form(cells) == {
        "kind": "referral",
        "child": {
            "surname": "Quill",
            "date_of_birth": "2015-03-09",
            "addresses": [{"lines": ["4 Invented Row", "Fallowmere"]}],
            "other_names": ["Juno", "June"],
        },
        "factors": [],
    }
    assert heading.column_of(cells, "child.addresses.0.lines.1") == "child.addresses.2.lines.3"
    assert heading.column_of(cells, "child.other_names.1") == "child.other_names"
    assert heading.column_of(cells, "ground") == "ground"


@pytest.mark.parametrize(
    ("heading", "wrong", "mend"),
    [
        (["kind", "child.surnam"], "number 2", "child.surname"),
        (["kind", "child.addresses.11.postcode"], "number 2", "child.addresses.#.postcode"),
        (["kind", "child.addresses.0.postcode"], "number 2", "child.addresses.#.postcode"),
        (["kind", "key", "key"], "key twice", "Leave one out"),
        (["child.surname"], "no column kind", "Begin with a row of column names"),
    ],
)
def test_a_heading_that_is_not_one_is_explained(heading: list[str], wrong: str, mend: str) -> None:
    with pytest.raises(BrokenUploadError, match=wrong) as refused:
        Heading(heading)
    assert mend in refused.value.mend


def test_a_file_without_column_names_does_not_have_its_first_child_repeated() -> None:
    with pytest.raises(BrokenUploadError) as refused:
        Heading(["Juniper", "Quillfeather", "2015-03-09"])
    assert "uill" not in refused.value.wrong + refused.value.mend


@given(st.text(alphabet="=+-@'\t\rax1", max_size=6))
def test_no_cell_we_write_is_a_formula_and_reading_it_back_gives_what_was_sent(cell: str) -> None:
    assert not guarded(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(guarded(cell)) == unguarded(cell)


@pytest.mark.parametrize(("cell", "expected"), [("Yes", True), ("no", False), ("1", True), ("perhaps", "perhaps")])
def test_yes_and_no_are_true_and_false(cell: str, expected: bool | str) -> None:
    assert Heading(["kind", "child.addresses.1.confidential"]).form(["referral", cell])["child"] == {
        "addresses": [{"confidential": expected}]
    }
