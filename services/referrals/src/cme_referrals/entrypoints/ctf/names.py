"""The name of a transfer file: who sends it, which message it is, and where the pupils go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message

NAME = re.compile(
    r"(?P<source>[0-9]{3}(?:[0-9]{4}|LLLL))_(?P<message>[A-Z]{3})_(?P<destination>[0-9A-Z]{7})_(?P<serial>[0-9]{3})\.XML"
    r"(?:\.GZ|\.ZIP)?"
)
"""domain reference 3.1: `8302001_CTF_XXXXXXX_001.xml`."""


@dataclass(frozen=True, slots=True)
class FileName:
    """What the name says. Codes only: whatever else a name holds is passed over."""

    source: str
    """Authority and number; LLLL for the authority itself."""
    message: str
    destination: str
    serial: str

    def __str__(self) -> str:
        return f"{self.source}_{self.message}_{self.destination}_{self.serial}.xml"


def file_name_of(disposition: str | None) -> FileName | None:
    """The name in a header Content-Disposition; None where there is none, or none that is written by the rule.

    A name is no part of the address, where gateways would log it: it may be a child's.
    """
    if not disposition or len(disposition) > 1000:
        return None
    message = Message()
    message["Content-Disposition"] = re.sub(r"[\r\n]", " ", disposition)
    found = NAME.fullmatch((message.get_filename() or "").rpartition("/")[2].upper())
    return FileName(**found.groupdict()) if found else None
