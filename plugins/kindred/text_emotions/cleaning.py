"""A customer's own words out of what vendors deliver: HTML, mail, transcripts, 10 MB of anything.

Letter case, punctuation, emoji and "sooo" stay: they carry feeling. A cheap test comes before
every costly step, since most texts need none; every pattern is anchored or bounded, so that
time grows with length and not with its square.
"""

from __future__ import annotations

import html
import re
import unicodedata

from kindred.text_emotions.quoted_text import strip_quoted

_COMMENTS = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HIDING = re.compile(r"<(/?)(?:script|style|head|blockquote)\b[^<>]*>", re.IGNORECASE)
_BREAKS = re.compile(
    r"<[ ]?/?(?:br|p|div|li|tr|td|th|ul|ol|table|hr|h[1-6])\b[^<>]*>", re.IGNORECASE
)
# "<b>", "</b>", "<a href=…>", "<!doctype…>": but neither "a < b" nor "<very angry>" nor "<3".
_TAGS = re.compile(r"</?[a-zA-Z][\w:.-]*+(?:\s*+/?>|\s[^<>=]*+=[^<>]*>)|<[!?][^<>]*>")

# A number of so many digits is no character, and too long for Python to read as a number.
_HUGE_ENTITY = re.compile(r"&#\d{16,}+;?")

_SINGLE_QUOTES = re.compile("[\u2018-\u201b\u2032\u02bc\u00b4]")
_DOUBLE_QUOTES = re.compile("[\u201c-\u201f\u2033\u00ab\u00bb]")

# Control characters that are no white space, invisible and bidi ones, variation selectors,
# halves of surrogate pairs, and accents that NFKC could not put on their letter (zalgo).
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u0300-\u036f\u0600-\u0605\u061c\u06dd\u070f"
    "\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20f0\u2800\u3164"
    "\ud800-\udfff\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_NORMALIZED_AT_ONCE = 250
"""Characters: putting a run of accents into order takes time with the square of its length."""

_LINKS = re.compile(r"<?\b(?:(?:https?|ftp)://|www\.)\S+", re.IGNORECASE)
_ADDRESSES = re.compile(
    r"(?:<|(?<![\w.+-]))[\w.+-]{1,64}+@[\w-]{1,63}+(?:\.[\w-]{1,63}+)+>?"
    r"|(?<!\w)@\w[\w.-]*+(?:@[\w.-]++)?"
)
_HASHTAG = re.compile(r"(?<![\w&#])#([^\W\d_]\w*+)")
_HUMP = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_+")
_SENTENCE_ENDS = (". ", "! ", "? ", "… ")


def clean(text: str) -> str:
    """Return the customer's own words of `text` on one line, white space folded.

    Markup, links, addresses, handles, what others wrote and characters that nobody sees are
    left out; a hashtag becomes its words; fancy letters and quotes become plain ones.
    """
    clean = text.isascii()
    if "<" in text or "&" in text:
        text = _without_markup(text)
        clean = text.isascii()
    if not clean or not text.isprintable():
        text = _seen(text)
    text = strip_quoted(text)
    if "://" in text or "www." in text or "WWW." in text:
        text = _LINKS.sub(" ", text)
    if "@" in text:
        text = _ADDRESSES.sub(" ", text)
    if "#" in text:
        text = _HASHTAG.sub(_words_of_hashtag, text)
    return " ".join(text.split())


def segments(words: str, longest: int = 600) -> list[str]:
    """Cut `words` at the ends of sentences into segments of at most `longest` characters.

    Each takes as many whole sentences as fit. A sentence that is longer is cut at white space,
    and where it has none, after `longest` characters. Only white space is lost between two.
    """
    cut: list[str] = []
    start = 0
    while len(words) - start > longest:
        limit = start + longest
        sentence = max(words.rfind(end, start, limit + 1) for end in _SENTENCE_ENDS)
        end = sentence + 1 if sentence >= start else words.rfind(" ", start + 1, limit + 1)
        end = end if end > start else limit
        cut.append(words[start:end].strip())
        start = end + words.startswith(" ", end)
    cut.append(words[start:].strip())
    return [segment for segment in cut if segment]


def _without_markup(text: str) -> str:
    """Strip tags and resolve entities, thrice at most: vendors escape what is escaped."""
    for _ in range(3):
        if "<" in text:
            text = _TAGS.sub("", _BREAKS.sub("\n", _shown(_COMMENTS.sub("", text))))
        if "&" not in text:
            break
        text = html.unescape(_HUGE_ENTITY.sub("", text))
    return text


def _shown(text: str) -> str:
    """Leave out what is inside elements that show nothing or quote somebody else."""
    kept: list[str] = []
    depth = start = 0
    for tag in _HIDING.finditer(text):
        if depth == 0:
            kept.append(text[start : tag.start()])
        depth = max(0, depth - 1) if tag[1] else depth + 1
        start = tag.end()
    if depth == 0:
        kept.append(text[start:])
    return "\n".join(kept)


def _seen(text: str) -> str:
    """Give fancy characters their plain form and take out those that nobody sees."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        text = _DOUBLE_QUOTES.sub('"', _SINGLE_QUOTES.sub("'", text))
        at = range(0, len(text), _NORMALIZED_AT_ONCE)
        text = "".join(_unfancied(text[i : i + _NORMALIZED_AT_ONCE]) for i in at)
    return _UNSEEN.sub("", text)


def _unfancied(piece: str) -> str:
    """Apply NFKC, but not to what it would blow up: one Arabic ligature is 18 letters to it."""
    normalized = unicodedata.normalize("NFKC", piece)
    return normalized if len(normalized) <= 3 * len(piece) else piece


def _words_of_hashtag(hashtag: re.Match[str]) -> str:
    return _HUMP.sub(" ", hashtag[1])
