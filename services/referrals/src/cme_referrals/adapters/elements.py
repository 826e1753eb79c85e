"""Cuts a stream of XML into elements. However deep or long one claims to be, no more than one that is allowed is held.

The parser is expat of the standard library, which hands over each tag as it comes and builds nothing. What a hostile
file could make it keep is limited here: no document type (so no entities), and bounds for a tag, a comment, the depth
and the number of different names. Decision 0118.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from cme_referrals.adapters.text import CHARSETS
from cme_referrals.adapters.unpacking import BrokenUploadError

LONGEST = 256 * 1024
"""Bytes of an element that is cut out, and of a tag, a comment or the like."""
DEEPEST = 64
MOST_NODES = 5000
"""Elements and attributes within one that is cut out."""
MOST_NAMES, LONGEST_NAME = 4000, 128
"""Different names in a file: the parser remembers each of them to the end."""
TOGETHER = 32 * 1024
"""Bytes that are parsed at a time: a tag that is not whole is looked at again with each piece."""
DECLARATION = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([^"'>]*)["']""")
LONGEST_DECLARATION = 1024
NOT_IN_THIS_CHARSET = frozenset({expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]})
NOT_WHOLE = frozenset(
    expat.errors.codes[one]
    for one in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
    )
)
OURS = ("xmlns", "xml:", "xsi:")
"""Beginnings of attributes that XML itself has."""
AGAIN = "Mend it, or export it anew, and send the whole file again; no pupil is taken twice."


@dataclass(slots=True)
class Node:
    """An element, or an attribute: then its name begins with @. Prefixes of namespaces are left out."""

    name: str
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def child(self, *names: str) -> Node | None:
        """The first of its children of this name, and of that child's, and so on."""
        node: Node | None = self
        for name in names:
            node = next((one for one in node.children if one.name == name), None) if node else None
        return node


@dataclass(frozen=True, slots=True)
class Element:
    """An element that was cut out. `raw` and `node` are None where it was too long to be kept."""

    path: str
    number: int
    """Counted from 1 among those of its path."""
    raw: str | None
    node: Node | None
    around: tuple[str, ...] = ()
    """The start tags of the elements it stands in."""


class Elements:
    """The elements of a document, cut out one by one.

    `holders` are the paths of elements that hold others and are looked into, the root among them. Whatever element
    stands in one of them, or as the root, and is none of them itself is cut out. `charset` is a Python codec, or None
    where the sender did not say.
    """

    def __init__(self, holders: Collection[str], charset: str | None = None, *, longest: int = LONGEST) -> None:
        self._holders, self._charset, self._longest = frozenset(holders), charset, longest
        self._parser: expat.XMLParserType | None = None
        self._waiting = b""
        self._raw, self._base = bytearray(), 0
        self._path: list[str] = []
        self._nodes: list[Node] = []
        self._texts: list[list[str]] = []
        self._names: set[str] = set()
        self._counts: dict[str, int] = {}
        self._done: list[Element] = []
        self._start: int | None = None
        self._depth = self._inside = 0
        self._kept, self._just_opened = True, False
        self._around: tuple[str, ...] = ()

    def feed(self, piece: bytes) -> Iterator[Element]:
        """The elements that end in this piece. Raises `BrokenUploadError` where it cannot be read any further."""
        self._waiting += piece
        if len(self._waiting) >= TOGETHER:
            yield from self.so_far()

    def so_far(self) -> Iterator[Element]:
        """Those that are whole already, where nothing more may come. Raises `BrokenUploadError`."""
        whole, self._waiting = self._waiting, b""
        for at in range(0, len(whole), TOGETHER):
            yield from self._parse(whole[at : at + TOGETHER])

    def end(self) -> Iterator[Element]:
        """Those that were still waited for. Raises `BrokenUploadError` where the document is not whole."""
        yield from self.so_far()
        yield from self._parse(b"", last=True)

    def _parse(self, piece: bytes, *, last: bool = False) -> Iterator[Element]:
        parser = self._parser = self._parser or self._made(piece)
        self._raw += piece
        broken: BrokenUploadError | None = None
        try:
            parser.Parse(piece, last)
        except expat.ExpatError as error:
            broken = self._not_well_formed(error)
        except BrokenUploadError as error:
            broken = error
        done, self._done = self._done, []
        yield from done
        if broken is not None:
            raise broken
        self._let_go()
        if len(self._raw) > self._longest + 2 * TOGETHER and not last:
            raise BrokenUploadError("has a tag, a comment or an attribute that is too long", AGAIN)

    def _made(self, head: bytes) -> expat.XMLParserType:
        if b"\0" in head[:4] or head.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise BrokenUploadError("is UTF-16", "Save or export it as UTF-8 and send it again.")
        if self._charset is None:
            said = DECLARATION.match(head[:LONGEST_DECLARATION])
            self._charset = CHARSETS.get(said[1].decode("latin-1").lower()) if said else "utf-8"
            if self._charset is None:
                raise BrokenUploadError("says that it is in a charset we do not read", "Export it as UTF-8.")
        parser = expat.ParserCreate(self._charset)
        parser.buffer_text = True
        parser.ordered_attributes = True
        parser.StartDoctypeDeclHandler = _refuse_a_document_type
        parser.StartElementHandler = self._opened
        parser.EndElementHandler = self._closed
        parser.CharacterDataHandler = self._said
        return parser

    def _opened(self, written: str, attributes: list[str]) -> None:
        at = self._at()
        self._depth += 1
        if self._depth > DEEPEST:
            raise BrokenUploadError(f"has elements more than {DEEPEST} deep", AGAIN)
        for name in (written, *attributes[::2]):
            self._know(name)
        name = _local(written)
        if self._start is None:
            self._path.append(name)
            if "/".join(self._path) in self._holders:
                self._around += (_tag(written, attributes),)
                return
            self._start, self._inside, self._kept = at, 0, True
        self._just_opened = True
        if self._kept:
            self._begin(name, attributes)
        self._watch(at)

    def _begin(self, name: str, attributes: list[str]) -> None:
        node = Node(name)
        for name_, value in zip(attributes[::2], attributes[1::2], strict=True):
            if not name_.startswith(OURS):
                node.children.append(Node(f"@{_local(name_)}", value))
        self._inside += 1 + len(node.children)
        if self._nodes:
            self._nodes[-1].children.append(node)
        self._nodes.append(node)
        self._texts.append([])

    def _said(self, text: str) -> None:
        self._just_opened = False
        if self._start is None:
            if self._path and not text.isspace():
                raise BrokenUploadError(f"has text where only elements belong, {self._where()}", AGAIN)
        elif self._kept:
            self._texts[-1].append(text)
            self._watch(self._at())

    def _closed(self, written: str) -> None:
        self._depth -= 1
        at, empty, self._just_opened = self._at(), self._just_opened, False
        if self._start is None:
            self._path.pop()
            self._around = self._around[:-1]
            return
        if self._kept:
            node = self._nodes.pop()
            node.text = "".join(self._texts.pop()).strip()
            self._watch(at)
        if self._depth >= len(self._path):
            return
        path, raw, whole = "/".join(self._path), None, None
        if self._kept:
            end = self._end_of_tag(at, empty=empty)
            source = bytes(self._raw[self._start - self._base : end - self._base])
            raw, whole = source.decode(self._charset or "utf-8", "replace"), node
        number = self._counts[path] = self._counts.get(path, 0) + 1
        self._done.append(Element(path, number, raw, whole, self._around))
        self._nodes.clear()
        self._texts.clear()
        self._path.pop()
        self._start = None

    def _end_of_tag(self, at: int, *, empty: bool) -> int:
        """Where the end tag that begins at `at` ends. Of an element written as one tag the parser gives its end."""
        here = at - self._base
        if empty and self._raw[here - 2 : here] == b"/>":
            return at
        return self._raw.index(b">", here) + self._base + 1

    def _watch(self, at: int) -> None:
        """Give up an element that is longer than one may be; its end is still looked for."""
        assert self._start is not None
        if self._kept and (at - self._start > self._longest or self._inside > MOST_NODES):
            self._kept = False
            self._nodes.clear()
            self._texts.clear()

    def _know(self, name: str) -> None:
        if name in self._names:
            return
        self._names.add(name)
        if len(name) > LONGEST_NAME or len(self._names) > MOST_NAMES:
            raise BrokenUploadError("has names of elements that are too long, or too many of them", AGAIN)

    def _let_go(self) -> None:
        """Keep only the bytes that are still needed: of the element that is open, and of a tag that is not whole."""
        needed = self._at()
        if self._start is not None and self._kept:
            self._watch(self._base + len(self._raw))
            needed = self._start if self._kept else needed
        del self._raw[: max(0, needed - self._base)]
        self._base = max(self._base, needed)

    def _at(self) -> int:
        assert self._parser is not None
        return self._parser.CurrentByteIndex

    def _where(self) -> str:
        assert self._parser is not None
        return f"at line {self._parser.CurrentLineNumber}, column {self._parser.CurrentColumnNumber + 1}"

    def _not_well_formed(self, error: expat.ExpatError) -> BrokenUploadError:
        where = f"at line {error.lineno}, column {error.offset + 1}"
        if error.code in NOT_WHOLE:
            return BrokenUploadError("is XML that is not whole", AGAIN)
        if error.code in NOT_IN_THIS_CHARSET:
            return BrokenUploadError(
                f"is no longer well-formed XML {where}: a sign that may not stand there, or bytes that are no text in "
                "the charset it says it is in",
                "Save it as UTF-8, or say charset=windows-1252 with the Content-Type. " + AGAIN,
            )
        return BrokenUploadError(f"is no longer well-formed XML {where}", AGAIN)


def _refuse_a_document_type(*_: object) -> None:
    raise BrokenUploadError("has a document type (DOCTYPE)", "Export it without: nothing here needs one.")


def _local(written: str) -> str:
    return written.rpartition(":")[2]


def _tag(written: str, attributes: list[str]) -> str:
    pairs = zip(attributes[::2], attributes[1::2], strict=True)
    return f"<{written}{''.join(f' {name}={quoteattr(value)}' for name, value in pairs)}>"
