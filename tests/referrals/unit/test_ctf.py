"""A transfer file becomes forms by its map; what does not fit is named element by element, and mended in the map."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cme_referrals.adapters.unpacking import BrokenUploadError
from cme_referrals.entrypoints.ctf.maps import OURS, BadMapError, CtfMap, maps
from cme_referrals.entrypoints.ctf.names import FileName, file_name_of
from cme_referrals.entrypoints.ctf.sheet import CtfSheet
from cme_referrals.entrypoints.kinds import read_form
from cme_referrals.entrypoints.sheets import Row
from tests.referrals.invented import CANARY
from tests.referrals.transfer_files import in_pieces, pupil, transfer_file

COUNTY = Path(__file__).parents[3] / "deploy" / "local" / "county"


def read(
    text: str | bytes, *, name: str | None = None, with_: tuple[CtfMap, ...] | None = None
) -> tuple[list[Row], CtfSheet, str]:
    """Its rows, and why it cannot be read any further."""
    sheet = CtfSheet(with_ or maps(), None, file_name_of(f"attachment; filename={name}") if name else None)
    rows: list[Row] = []
    try:
        for piece in in_pieces(text if isinstance(text, bytes) else text.encode(), 70_000):
            rows += sheet.feed(piece)
        rows += sheet.end()
    except BrokenUploadError as error:
        return rows, sheet, error.wrong
    return rows, sheet, ""


def faults(text: str, **more: Any) -> list[tuple[str, str]]:
    rows, sheet, _ = read(text, **more)
    return [(fault.field, fault.wrong) for fault in (*sheet.faults, *(one for row in rows for one in row.faults))]


def form(text: str, **more: Any) -> dict[str, Any]:
    rows, _, wrong = read(text, **more)
    assert not wrong and rows[0].values is not None, (wrong, rows)
    return dict(rows[0].values)


def test_a_leaver_is_a_deletion_return_and_a_joiner_a_new_pupil_return() -> None:
    (leaver, other), _, _ = read((COUNTY / "9994001_CML_999LLLL_001.xml").read_bytes())
    assert leaver.values == {
        "kind": "deletion_return", "ground": "g", "deleted_on": "2026-11-20",
        "child": {
            "upn": "W830200126001", "surname": "Vale", "forename": "Juniper", "date_of_birth": "2015-03-09", "sex": "F",
            "other_names": ["Vale-Marsh"],
            "addresses": [{"lines": ["4 Invented Row", "Fallowmere"], "postcode": "ZZ99 9ZZ"}],
            "parents": [{"name": "Robin Vale", "relationship": "MOT", "telephones": ["01632 960123", "01632 960124"]}],
        },
    }  # fmt: skip
    assert other.values and other.values["child"]["addresses"][0]["lines"] == ["17", "Imaginary Lane", "Harrowmere"]
    joiner = form((COUNTY / "9994001_CMJ_999LLLL_001.xml").read_text())
    assert (joiner["kind"], joiner["entered_on"], joiner["child"]["surname"]) == (
        "new_pupil_return",
        "2026-11-23",
        "Marsh",
    )
    for values in (leaver.values, other.values, joiner):
        read_form(values)


def test_an_ordinary_transfer_file_without_a_ground_says_only_that_it_was_sent() -> None:
    text = (COUNTY / "9994001_CTF_XXXXXXX_001.xml").read_text()
    values = form(text, name="9994001_CTF_XXXXXXX_001.xml")
    child = values.pop("child")
    assert values == {
        "kind": "ctf_sent", "sent_on": "2026-11-23", "deleted_on": "2026-11-20", "destination_laestab": "XXXXXXX",
        "file_name": "9994001_CTF_XXXXXXX_001.xml",
    }  # fmt: skip
    assert child["surname"] == "Vale"
    read_form(values | {"child": child})
    assert (
        form(text.replace("</LeavingDate>", "</LeavingDate><RemovalGrounds>a</RemovalGrounds>"))["kind"]
        == "deletion_return"
    )


@pytest.mark.parametrize(("destination", "descriptor"), [(("999", "LLLL"), ""), (None, ""), (("XXX", "XXXX"), "CML")])
def test_no_ground_is_invented(destination: tuple[str, str] | None, descriptor: str) -> None:
    """Sent to the authority, or nobody knows where, or as a leaver: it says neither that it was sent on nor why the pupil left."""
    text = transfer_file(pupil(RemovalGrounds=""), destination=destination, descriptor=descriptor)
    (row,), _, _ = read(text)
    (fault,) = row.faults
    assert (fault.field, fault.wrong) == ("Pupil/SchoolHistory/School/RemovalGrounds", "is missing")
    assert "regulation 9(1)" in fault.mend and "no deletion return" in fault.mend


def test_every_shipped_sample_says_first_that_it_is_invented() -> None:
    samples = [path.read_text() for path in COUNTY.glob("*.xml")]
    assert len(samples) == 3
    assert all(text.partition("<!--")[2].partition("-->")[0].strip().startswith("Invented") for text in samples)


def test_every_element_of_our_maps_is_marked_and_has_its_source() -> None:
    for path in OURS.glob("*.toml"):
        assert "state" in path.read_text() and "source" in path.read_text()
    for one in maps():
        assert all(entry.state in {"verified", "supposed"} and entry.source for entry in one.elements.values())
    assert all(sign.state == "supposed" for one in maps() if one.name in {"cml", "cmj"} for sign in one.signs)


ANOTHER = "<School><LEA>999</LEA><Estab>2001</Estab><LeavingDate>2019-07-21</LeavingDate><RemovalGrounds>L</RemovalGrounds></School>"


def test_only_the_entry_of_the_school_that_sends_the_file_says_why_the_pupil_left() -> None:
    values = form(transfer_file(pupil(history=ANOTHER)))
    assert (values["deleted_on"], values["ground"]) == ("2026-11-20", "g")
    assert faults(transfer_file(pupil(history=ANOTHER), estab="4002")) == [
        ("Pupil/SchoolHistory/School/LeavingDate", "is missing"),
        ("Pupil/SchoolHistory/School/RemovalGrounds", "is missing"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (transfer_file(pupil(more="<Shoe>38</Shoe>")), ("Pupil/Shoe", "is an element that the map does not know")),
        (
            transfer_file(pupil(more=f"<{CANARY * 9}/>")),
            ("Pupil/(unusual name)", "is an element that the map does not know"),
        ),
        (
            transfer_file(pupil(more='<Contacts><Contact><Surname kept="no">V</Surname></Contact></Contacts>')),
            ("Pupil/Contacts/Contact[1]/Surname/@kept", "is an attribute that the map does not know"),
        ),
        (transfer_file(pupil(more="<DOB>2015-03-09</DOB>")), ("Pupil/DOB", "stands there more than once")),
        (transfer_file(pupil(more="<Contacts>none</Contacts>")), ("Pupil/Contacts", "has text where the map knows elements only")),
        (
            transfer_file(pupil(RemovalGrounds="moved")),
            ("Pupil/SchoolHistory/School[1]/RemovalGrounds", "is not one of the codes that the map knows"),
        ),
        (transfer_file(version="99.0"), ("Header/CTFversion", "is a version that no map knows")),
        (transfer_file(descriptor="").replace("<CTFversion>23.0</CTFversion>", ""), ("Header/CTFversion", "is missing")),
        (
            transfer_file().replace("Common Transfer File", "Post").replace("CML", ""),
            ("Header/DocumentName", "is no message that a map knows"),
        ),
        (transfer_file().replace("<Estab>4001</Estab>", "", 1), ("Header/SourceSchool/Estab", "is missing")),
        (transfer_file(header="<Copies>2</Copies>"), ("Header/Copies", "is an element that the map does not know")),
        (transfer_file(destination=("ZZZ", "1")), ("Header/DestSchool", "is no destination that the map knows")),
        (transfer_file().replace("Header>", "Head>"), ("Header", "does not stand before the pupils")),
        (f"<Invoice>{CANARY}</Invoice>", ("(first element)", "is none of a transfer file")),
        ("<CTfile></CTfile>", ("Header", "is missing")),
        (
            transfer_file().replace("</CTFpupilData>", "</CTFpupilData><Annex/>"),
            ("(beside the pupils)", "is an element that the map does not know"),
        ),
        (transfer_file(header="<SupplierID>" + "x" * 300_000 + "</SupplierID>"), ("Header", "is too long")),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_by_its_place_and_never_by_what_it_says(
    text: str, expected: tuple[str, str]
) -> None:
    assert faults(text) == [expected]
    _, sheet, wrong = read(text)
    assert CANARY not in wrong + str(sheet.faults)


def test_a_fault_of_the_form_is_told_at_its_element() -> None:
    contacts = "<Contacts><Contact/><Contact><Surname>V</Surname><Phones><Phone><PhoneNo>1632 9</PhoneNo></Phone>\
<Phone><PhoneNo>call me</PhoneNo></Phone></Phones></Contact></Contacts>"
    (row,), sheet, _ = read(transfer_file(pupil(more=contacts)))
    assert sheet.column_of(row, "child.parents.0.telephones.1") == "Pupil/Contacts/Contact[2]/Phones/Phone[2]/PhoneNo"
    assert sheet.column_of(row, "child.addresses.0.postcode") == "Pupil/Address/PostCode"
    assert sheet.column_of(row, "child.upn") == "Pupil/UPN"
    assert sheet.column_of(row, "school_urn") == "school_urn"


@pytest.mark.parametrize(
    ("in_header", "in_name", "expected"),
    [
        (("XXX", "XXXX"), None, None),
        (("MMM", "MMMM"), None, "outside publicly funded education, or abroad (the transfer file says MMMMMMM)"),
        (("855", "2042"), None, "the school with authority and number 8552042"),
        (("999", "LLLL"), None, None),
        (None, "XXXXXXX", None),
        (None, "MMMMMMM", "outside publicly funded education, or abroad (the transfer file says MMMMMMM)"),
        (None, None, None),
    ],
)
def test_the_destination_is_what_header_or_name_say(
    in_header: tuple[str, str] | None, in_name: str | None, expected: str | None
) -> None:
    name = f"9994001_CML_{in_name}_001.xml" if in_name else None
    values = form(transfer_file(destination=in_header), name=name)
    assert values.get("destination", {}).get("description") == expected


@pytest.mark.parametrize(
    ("name", "place"),
    [("9994001_CML_8552042_001.xml", "Header/DestSchool"), ("9992001_CML_999LLLL_001.xml", "Header/SourceSchool")],
)
def test_a_name_that_contradicts_the_header_stops_the_file(name: str, place: str) -> None:
    assert [field for field, _ in faults(transfer_file(), name=name)] == [place]


def test_the_message_may_be_known_by_the_name_alone() -> None:
    text = (
        transfer_file(descriptor="", destination=None)
        .replace("LeavingDate", "EntryDate")
        .replace("<RemovalGrounds>G</RemovalGrounds>", "")
    )
    assert form(text, name="9994001_CMJ_999LLLL_001.xml")["kind"] == "new_pupil_return"


@pytest.mark.parametrize(
    ("disposition", "expected"),
    [
        ('attachment; filename="8302001_CTF_XXXXXXX_001.xml"', FileName("8302001", "CTF", "XXXXXXX", "001")),
        ("attachment; filename=830llll_cml_8552042_012.XML.gz", FileName("830LLLL", "CML", "8552042", "012")),
        ("attachment; filename*=UTF-8''8302001_CTF_MMMMMMM_001.xml", FileName("8302001", "CTF", "MMMMMMM", "001")),
        (f'attachment; filename="{CANARY}.xml"', None),
        ("attachment", None),
        ("\r\n;;;=", None),
        (None, None),
    ],
)
def test_a_name_is_read_where_it_is_written_by_the_rule(disposition: str | None, expected: FileName | None) -> None:
    assert file_name_of(disposition) == expected
    assert expected is None or file_name_of(f"x; filename={expected}") == expected


@given(st.text(max_size=60))
def test_any_disposition_is_read_or_passed_over(disposition: str) -> None:
    file_name_of(disposition)


OWN = """
extends = ["cml"]
precedence = 3
[sources]
letter = "a letter from the school's supplier, invented"
[[signs]]
header = { DataDescriptor = "CML" }
state = "verified"
source = "letter"
[versions]
"99.0" = { state = "verified", source = "letter" }
[elements]
"Pupil/Shoe" = { passed_over = "nobody asks for it", state = "verified", source = "letter" }
"""


def test_an_operators_map_makes_a_file_fit_without_code(tmp_path: Path) -> None:
    text = transfer_file(pupil(more="<Shoe>38</Shoe>"), version="99.0")
    assert faults(text)
    (tmp_path / "own.toml").write_text(OWN)
    assert form(text, with_=maps(tmp_path))["ground"] == "g"
    changed = (OURS / "leaver.toml").read_text().replace('g = "g"', 'g = "g", moved = "g"')
    (tmp_path / "leaver.toml").write_text(changed)
    maps.cache_clear()
    assert form(transfer_file(pupil(RemovalGrounds="moved")), with_=maps(tmp_path))["ground"] == "g"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('extends = ["cml"]', 'extends = ["nothing"]', "no file of the folder"),
        ('extends = ["cml"]', 'extends = ["own"]', "extends itself"),
        ("[sources]\n", "[sources]\n# ", "does not say what letter is"),
        ('passed_over = "nobody asks for it"', 'member = "child.shoe"', "no member of a deletion_return"),
        ('passed_over = "nobody asks for it"', 'member = "child.other_names"', "hold several"),
        ('passed_over = "nobody asks for it"', 'member = "child.parents.#.name"', "is repeated"),
        ('passed_over = "nobody asks for it"', 'member = "ground", as = "code"', "codes belong to"),
        ('passed_over = "nobody asks for it", ', "", "either member or passed_over"),
        ('state = "verified"', 'state = "true"', "verified"),
        ("[elements]", "[elements", "own.toml"),
        ("[elements]", '[otherwise]\nwithout = "Pupil/Shoe"\nmap = "ctf"\n[elements]', "has one itself"),
        ("[elements]", '[otherwise]\nwithout = "Pupil/Shoe"\nmap = "nothing"\n[elements]', "no file of the folder"),
        (
            "[elements]",
            '[from_file]\n"child.shoe" = { said = "name", state = "verified", source = "letter" }\n[elements]',
            "no member of a deletion_return",
        ),
    ],
)  # fmt: skip
def test_a_map_that_cannot_be_used_says_why(tmp_path: Path, old: str, new: str, why: str) -> None:
    assert old in OWN
    (tmp_path / "own.toml").write_text(OWN.replace(old, new))
    with pytest.raises(BadMapError, match=why.replace("(", r"\(")):
        maps(tmp_path)


PUPILS = [pupil(number, more=f"<Email>{number}@example.org</Email>") for number in range(1, 5)]
GOOD = transfer_file(*PUPILS, header="<SupplierID>Invented</SupplierID>").encode()
ENDS = [GOOD.index(one.encode()) + len(one.encode()) for one in PUPILS]
VALUES = [dict(row.values or {}) for row in read(GOOD)[0]]


@settings(max_examples=300)
@given(
    at=st.integers(0, len(GOOD)),
    gone=st.integers(0, 40),
    instead=st.one_of(
        st.binary(max_size=30),
        st.sampled_from(
            [b"<Pupil>", b"</Pupil>", b"<a>", b"]]>", b"&", b"<!--", b"<!DOCTYPE x>", b"<?x?>", b"\xff\xfe", b"\0"]
        ),
    ),
)
def test_however_a_file_is_damaged_the_pupils_before_the_damage_are_read(at: int, gone: int, instead: bytes) -> None:
    rows, sheet, wrong = read(GOOD[:at] + instead + GOOD[at + gone :])
    before = sum(end <= at for end in ENDS)
    assert [dict(row.values or {}) for row in rows[:before]] == VALUES[:before]
    assert all((row.values is None) == bool(row.faults) for row in rows)
    assert all(
        fault.field and fault.wrong and fault.mend
        for fault in (*sheet.faults, *(one for row in rows for one in row.faults))
    )
    assert wrong or len(rows) >= before


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(text: bytes) -> None:
    read(text)
    read(b"<CTfile><Header>" + text)
    read(GOOD[: ENDS[0]] + text)
