"""Extract a customer's own words from what vendors deliver: HTML, mail, transcripts of up to 10 MB.

Letter case, punctuation, emoji and "sooo" stay, because they carry feeling. A cheap test precedes
every costly step, since most texts need none. Every pattern is anchored or bounded, so that time
grows linearly with length.
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

# A number of so many digits is not a character, and too long for Python to parse.
_HUGE_ENTITY = re.compile(r"&#\d{16,}+;?")

_SINGLE_QUOTES = re.compile("[\u2018-\u201b\u2032\u02bc\u00b4]")
_DOUBLE_QUOTES = re.compile("[\u201c-\u201f\u2033\u00ab\u00bb]")

# Control characters that are not white space, invisible and bidi characters, variation selectors,
# halves of surrogate pairs, and accents that NFKC could not combine with a letter (zalgo).
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u0300-\u036f\u0600-\u0605\u061c\u06dd\u070f"
    "\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20f0\u2800\u3164"
    "\ud800-\udfff\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_NORMALIZED_AT_ONCE = 250
"""Characters: ordering a run of accents takes time proportional to the square of its length."""

_LINKS = re.compile(r"<?\b(?:(?:https?|ftp)://|www\.)\S+", re.IGNORECASE)
_ADDRESSES = re.compile(
    r"(?:<|(?<![\w.+-]))[\w.+-]{1,64}+@[\w-]{1,63}+(?:\.[\w-]{1,63}+)+>?"
    r"|(?<!\w)@\w[\w.-]*+(?:@[\w.-]++)?"
)
_HASHTAG = re.compile(r"(?<![\w&#])#([^\W\d_]\w*+)")
_HUMP = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_+")
_SENTENCE_ENDS = (". ", "! ", "? ", "… ")


def clean(text: str) -> str:
    """Return the customer's own words in `text` on one line, with white space folded.

    Markup, links, addresses, handles, others' words and invisible characters are left out. A
    hashtag becomes its words. Fancy letters and quotes become plain ones.
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

    Each segment holds as many whole sentences as fit. A longer sentence is cut at white space, or
    without any, after `longest` characters. Only white space between segments is lost.
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
    """Strip tags and resolve entities, up to three times, because vendors escape repeatedly."""
    for _ in range(3):
        if "<" in text:
            text = _TAGS.sub("", _BREAKS.sub("\n", _shown(_COMMENTS.sub("", text))))
        if "&" not in text:
            break
        text = html.unescape(_HUGE_ENTITY.sub("", text))
    return text


def _shown(text: str) -> str:
    """Leave out the content of elements that are not displayed or quote someone else."""
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
    """Replace fancy characters with plain ones and remove invisible ones."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        text = _DOUBLE_QUOTES.sub('"', _SINGLE_QUOTES.sub("'", text))
        at = range(0, len(text), _NORMALIZED_AT_ONCE)
        text = "".join(_unfancied(text[i : i + _NORMALIZED_AT_ONCE]) for i in at)
    return _UNSEEN.sub("", text)


def _unfancied(piece: str) -> str:
    """Apply NFKC, except where it would expand: it turns one Arabic ligature into 18 letters."""
    normalized = unicodedata.normalize("NFKC", piece)
    return normalized if len(normalized) <= 3 * len(piece) else piece


def _words_of_hashtag(hashtag: re.Match[str]) -> str:
    return _HUMP.sub(" ", hashtag[1])
