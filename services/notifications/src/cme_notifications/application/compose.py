"""Write a message out: a greeting, a reference and a link. Never a word about the child (architecture, personal data)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cme_notifications.application.ports import Claimed, Council, Letter, Message, Writer
from cme_notifications.domain.errors import NoAddress
from cme_notifications.domain.recipients import SOCIAL_CARE, Kind, Recipient
from cme_notifications.domain.routing import Route, Tells
from cme_notifications.domain.words import greeting

type Places = Callable[[Message], str]
"""Where a message's link leads."""

ALWAYS = frozenset({"greeting", "link", "council"})
"""What every template may use."""


def known_to(route: Route) -> frozenset[str]:
    """Everything the template of `route` may use: what always is, the route's fields, a sender's own reference."""
    senders = {"reference"} if route.tells in (Tells.REFERRER, Tells.EVERY_SENDER) else set()
    return ALWAYS | set(route.fields) | senders


class Composer:
    """Turns a claimed message into a letter."""

    def __init__(self, writer: Writer, council: Callable[[], Council], places: Places) -> None:
        """`council` gives the values that hold today."""
        self._writer, self._council, self._places = writer, council, places

    def compose(self, message: Claimed) -> tuple[Letter, int]:
        """The letter, and the version of the template it was written from. Raises `NoAddress`."""
        council = self._council()
        fields: dict[str, Any] = {
            **({"reference": message.reference} if message.reference else {}),
            **message.facts,
            "greeting": greeting(message.name),
            "link": self._places(message),
            "council": council,
        }
        version, subject, body = self._writer.write(message.template, fields)
        return Letter(message.id, _address(message, council), subject, body, message.template), version


def _address(message: Claimed, council: Council) -> str:
    match message.recipient:
        case Recipient(Kind.PARTNER, name) if name == SOCIAL_CARE:
            address = council.social_care_mailbox
        case Recipient(Kind.TEAM, name):
            address = council.team_mailboxes.get(name)
        case _:
            address = message.address
    if address is None:
        raise NoAddress(f"{message.recipient.name} has no mailbox")
    return address
