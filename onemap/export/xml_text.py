"""Text as XML holds it."""

from __future__ import annotations

import re
from typing import Final
from xml.sax.saxutils import escape

UNKNOWN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML has no way to say."""


class Cleaner:
    """Escapes texts, and counts the characters that had to be left out."""

    def __init__(self) -> None:
        self.left_out = 0

    def __call__(self, text: str) -> str:
        """Return a text as it stands between tags."""
        return escape(self.plain(text))

    def plain(self, text: str) -> str:
        """Return a text without the characters that XML does not know."""
        clean, count = UNKNOWN.subn("", text)
        self.left_out += count
        return clean
