"""Turns templates into pages: everything escaped, nothing loaded from anywhere, no script."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cme_calendars import local_date
from cme_council import Council, NotGivenError

FOLDER = Path(__file__).with_name("templates")
STYLE = (FOLDER / "style.css").read_text("utf-8")
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The one style sheet stands in the page; a form is sent nowhere but here."""
TEAM = "cme_team"
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip  # not strftime: it speaks the machine's language


class Pages:
    """Renders the pages in the council's name. Without a council's file they name none."""

    def __init__(self, council: Council | None, now: Callable[[], datetime]) -> None:
        """`now` is business time: whose telephone number holds today."""
        self._council, self._now = council, now
        self._jinja = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.filters["day"] = long_date
        self._jinja.filters["words"] = self._words

    def page(self, template: str, status: int = 200, **fields: Any) -> HTMLResponse:
        """One page. The headers that every answer has (no-store, no-referrer) are cme_web's."""
        text = self._jinja.get_template(f"{template}.html").render(style=STYLE, us=self._us(), **fields)
        return HTMLResponse(text, status, {"Content-Security-Policy": POLICY})

    def _us(self) -> dict[str, str | None]:
        name = self._council.name if self._council else "The council"
        try:
            team = self._council.contact(TEAM, local_date(self._now())) if self._council else None
        except NotGivenError:
            team = None
        return {"name": name, "email": team.email if team else None, "telephone": team.telephone if team else None}

    def _words(self, code: str, code_list: str) -> str:
        label = self._council.label(code_list, code) if self._council else code
        return label.replace("_", " ") if label == code else label


def long_date(day: str) -> str:
    """`7 December 2026`, from the date or instant of an answer."""
    when = local_date(datetime.fromisoformat(day)) if "T" in day else date.fromisoformat(day)
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"
