"""Elements are cut from a stream of XML: however it arrives, and whatever a file does to whoever reads it."""

import tracemalloc
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_referrals.adapters import elements
from cme_referrals.adapters.elements import DEEPEST, LONGEST, MOST_NAMES, MOST_NODES, TOGETHER, Element, Elements
from cme_referrals.adapters.unpacking import BrokenUploadError
from tests.referrals.transfer_files import in_pieces

DOCUMENT = (
    '<?xml version="1.0"?><!-- invented --><f:File xmlns:f="urn:x" v="1 &amp; 2"><Header><a>b</a></Header>\n'
    '<Data><P a="/>"/><P>t&amp;x<b/>é</P ><P></P><P/><f:P><![CDATA[<no/>]]></f:P></Data></f:File>\n'
).encode()
HOLDERS = {"File", "File/Data"}


def cut(pieces: Iterable[bytes], charset: str | None = None) -> tuple[list[Element], str]:
    """What is cut, and why it cannot be read any further."""
    found, reader = [], Elements(HOLDERS, charset)
    try:
        for piece in pieces:
            found += reader.feed(piece)
        found += reader.end()
    except BrokenUploadError as error:
        return found, error.wrong
    return found, ""


@pytest.mark.parametrize("together", [1, 7, TOGETHER])
@pytest.mark.parametrize("step", [1, 13, 10**9])
def test_each_element_is_what_stands_in_the_file(monkeypatch: pytest.MonkeyPatch, step: int, together: int) -> None:
    monkeypatch.setattr(elements, "TOGETHER", together)
    found, wrong = cut(in_pieces(DOCUMENT, step))
    assert not wrong
    assert [one.raw for one in found] == [
        "<Header><a>b</a></Header>", '<P a="/>"/>', "<P>t&amp;x<b/>é</P >", "<P></P>", "<P/>",
        "<f:P><![CDATA[<no/>]]></f:P>",
    ]  # fmt: skip
    assert [(one.path, one.number) for one in found] == [
        ("File/Header", 1), *(("File/Data/P", number) for number in range(1, 6))
    ]  # fmt: skip
    nodes = [one.node for one in found if one.node]
    assert [node.text for node in nodes] == ["", "", "t&xé", "", "", "<no/>"]
    assert [[(child.name, child.text) for child in node.children] for node in nodes[:3]] == [
        [("a", "b")], [("@a", "/>")], [("b", "")]
    ]  # fmt: skip
    assert found[1].around == ('<f:File xmlns:f="urn:x" v="1 &amp; 2">', "<Data>")


@given(st.binary(max_size=300), st.integers(1, 60))
def test_any_bytes_give_the_same_however_they_arrive(text: bytes, step: int) -> None:
    assert cut(in_pieces(b"<File><Data><P>1</P>" + text, step)) == cut([b"<File><Data><P>1</P>" + text])
    assert cut(in_pieces(text, step)) == cut([text])


def endless(start: bytes, piece: bytes, times: int, end: bytes = b"") -> Iterator[bytes]:
    yield b"<File><Data><P>first</P>" + start
    for _ in range(times):
        yield piece
    yield end + b"<P>last</P></Data></File>"


ENTITIES = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
STOPPED = {
    "bomb of entities": (b'<!DOCTYPE File [<!ENTITY l0 "ha">' + ENTITIES + b"]><File>&l9;</File>", "DOCTYPE"),
    "quadratic blow-up": (b'<!DOCTYPE File [<!ENTITY a "' + b"a" * 90_000 + b'">]><File>&a;&a;</File>', "DOCTYPE"),
    "external entity": (b'<!DOCTYPE File [<!ENTITY x SYSTEM "file:///etc/passwd">]><File>&x;</File>', "DOCTYPE"),
    "external document type": (b'<!DOCTYPE File SYSTEM "https://example.org/x.dtd"><File/>', "DOCTYPE"),
    "two roots": (b"<File/><File/>", "well-formed"),
    "nothing": (b"", "not whole"),
    "no XML": (b'{"kind": "referral"}', "well-formed"),
    "utf-16": ("<File/>".encode("utf-16"), "UTF-16"),
    "utf-16 without its mark": ("<File/>".encode("utf-16-le"), "UTF-16"),
    "utf-32": ("<File/>".encode("utf-32-be"), "UTF-16"),
    "says utf-16": (b'<?xml version="1.0" encoding="UTF-16"?><File/>', "charset"),
    "says a codec that is no charset": (b'<?xml version="1.0" encoding="unicode_escape"?><File/>', "charset"),
    "says utf-8 and is windows-1252": ("<File><Data><P>Zoë</P></Data></File>".encode("cp1252"), "charset"),
}
STOPPED_BEHIND_A_GOOD_ONE = {
    "entity nobody declared": (b"<P>&x;</P>", b"", "well-formed"),
    "cut off": (b"<P>sec", b"", "well-formed"),
    "deep": (b"", b"<a>" * (DEEPEST + 10), "deep"),
    "names without end": (b"".join(b"<n%d/>" % number for number in range(MOST_NAMES + 10)), b"", "names"),
    "a name without end": (b"<n", b"n" * 9000, "too long"),
    "an attribute without end": (b'<P a="', b"x" * 60_000, "too long"),
    "a comment without end": (b"<!--", b"x" * 60_000, "too long"),
    "an instruction without end": (b"<?x ", b"x" * 60_000, "too long"),
    "text between the elements": (b"Juniper", b"", "text where only elements"),
}


@pytest.mark.parametrize("name", STOPPED)
def test_a_hostile_file_is_stopped(name: str) -> None:
    text, why = STOPPED[name]
    found, wrong = cut([text])
    assert why in wrong and found == []


@pytest.mark.parametrize("name", STOPPED_BEHIND_A_GOOD_ONE)
def test_what_stands_before_the_harm_is_kept(name: str) -> None:
    start, piece, why = STOPPED_BEHIND_A_GOOD_ONE[name]
    found, wrong = cut(endless(start, piece, 40))
    assert why in wrong, wrong
    assert found[0].raw == "<P>first</P>"


@pytest.mark.parametrize("piece", [b"x" * 60_000, b"<a/>" * 9000, b"&amp;" * 9000])
def test_an_element_without_end_is_passed_over_in_bounded_memory_and_the_next_is_read(piece: bytes) -> None:
    reader = Elements(HOLDERS)
    tracemalloc.start()
    found = [one for part in endless(b"<P>", piece, 80, b"</P>") for one in reader.feed(part)]
    found += reader.end()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [one.raw for one in found] == ["<P>first</P>", None, "<P>last</P>"]
    assert most < 8 * LONGEST + 1000 * MOST_NODES


def test_a_charset_that_was_said_wins_over_what_the_file_says_of_itself() -> None:
    text = '<?xml version="1.0" encoding="UTF-8"?><File><Data><P>Zoë €</P></Data></File>'.encode("cp1252")
    found, wrong = cut([text], "cp1252")
    assert ([one.raw for one in found], wrong) == (["<P>Zoë €</P>"], "")
    said = text.replace(b"UTF-8", b"ISO-8859-1")
    assert [one.raw for one in cut([said])[0]] == ["<P>Zoë €</P>"]
