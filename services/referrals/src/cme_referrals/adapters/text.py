"""Text as senders' systems write it: UTF-8, with or without a mark at its beginning, or Windows-1252."""

from __future__ import annotations

UTF_8_MARK = b"\xef\xbb\xbf"
CHARSETS = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "utf-8",
    "windows-1252": "cp1252", "cp1252": "cp1252", "iso-8859-1": "cp1252", "latin1": "cp1252",
}  # fmt: skip
"""What a sender may call it. Whoever says ISO 8859-1 means Windows-1252, as browsers know."""


def text_of(sent: bytes, charset: str | None) -> str | None:
    """The text of a row, or None where it is none in this charset.

    Where no charset was said each row decides: letters of Windows-1252 that are UTF-8 by chance make no word.
    """
    for encoding in [charset] if charset else ["utf-8", "cp1252"]:
        try:
            return sent.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
