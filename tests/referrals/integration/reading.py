"""Reads a page as somebody with a screen reader would: headings, labels, errors, and where the links lead."""

from collections.abc import Mapping
from html.parser import HTMLParser

VOID = {"input", "meta", "br", "link"}


class Page(HTMLParser):
    """A page, read. Raises AssertionError where an element is not closed, or an id is there twice."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text, self.ids, self.labelled, self.links = text, set[str](), set[str](), list[str]()
        self.inputs: list[dict[str, str]] = []
        self.headings: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self._open: list[str] = []
        self.language = ""
        self.feed(text)
        assert self._open == [], self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if tag == "html":
            self.language = given.get("lang", "")
        if one := given.get("id"):
            assert one not in self.ids, one
            self.ids.add(one)
        if tag == "label":
            self.labelled.add(given["for"])
        if tag == "a":
            self.links.append(given["href"])
        if tag in ("input", "textarea"):
            self.inputs.append(given)
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("h1", "h2", "title"):
            self.headings.append((self._open[-1], data.strip()))

    def check(self) -> None:
        """What WCAG 2.2 asks of every page, as far as its text shows it."""
        assert self.language == "en" and self.tags.count("h1") == 1 and "script" not in self.tags
        assert next(words for tag, words in self.headings if tag == "title")
        for field in self.inputs:
            assert field["id"] in self.labelled, field
            for described in field.get("aria-describedby", "").split():
                assert described in self.ids, described
        for link in self.links:
            assert not link.startswith("#") or link[1:] in self.ids, link

    def filled(self, fields: Mapping[str, str]) -> dict[str, str]:
        """What this form sends when these fields are filled in; the page must have each of them."""
        assert set(fields) <= {field["name"] for field in self.inputs}, set(fields) - {f["name"] for f in self.inputs}
        return dict(fields)
