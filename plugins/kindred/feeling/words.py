"""Plain words out of what vendors deliver: HTML, control characters, 10 MB of anything."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

_BREAKS = re.compile(r"<\s*(?:br|/p|/div|/li)\b[^<>]*>", re.IGNORECASE)
_TAGS = re.compile(r"<[a-zA-Z/!][^<>]*>")
_LINKS = re.compile(r"https?://\S+")
_SPACE = re.compile(r"\s+")


def plain(text: str) -> str:
    """Return `text` without markup, links and control characters, white space folded.

    Works on plain text and on HTML alike: only what looks like a tag is taken for one, so
    "a < b" survives.
    """
    if "<" in text:
        text = _TAGS.sub("", _BREAKS.sub("\n", text))
    if "&" in text:
        text = html.unescape(text)
    text = _LINKS.sub(" ", text)
    text = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf"))
    return _SPACE.sub(" ", text).strip()


def pieces(text: str, longest: int = 500) -> Iterator[str]:
    """Cut `text` at white space into pieces of at most `longest` characters."""
    start = 0
    while start < len(text):
        end = start + longest
        if end < len(text):
            space = text.rfind(" ", start, end)
            end = space if space > start else end
        yield text[start:end]
        start = end
