"""Remove others' words from a text: quoted mail, an agent's turns, a signature.

Vendors deliver a customer's mail with the thread below it, and a call with both voices. An agent's
polite words must not count as the customer's feeling. Every pattern is anchored and bounded, so
that time grows linearly with length for any text.
"""

from __future__ import annotations

import re

_AGENT = (
    r"(?:(?:customer|technical|tech|live|chat|service|support|sales|virtual) )?"
    r"(?:agent|advisor|adviser|rep|representative|support|assistant|specialist|associate)"
    r"|customer (?:service|care)|bot|chatbot|operator|csr|ivr"
)
_CUSTOMER = r"customer|client|me|caller|user|visitor|guest|shopper|buyer|member"
_NAME = r" \([^()\n]{1,40}\)| (?-i:[A-Z]\w{0,20}|\d{1,4})"
_LABEL = rf"(?:(?P<agent>{_AGENT})|{_CUSTOMER})(?:{_NAME})?[*]{{0,2}}:"
_CLOCK = r"[\[(]?\d[\d:.,/ -]{0,24}(?:[ap]m)?[\])]?[ \t-]{0,3}"

# "[10:02:15] Agent (Maria):", "Advisor Tom:", "**Customer:**" at the start of a line.
_TURN = re.compile(
    rf"^[ \t]{{0,8}}(?:{_CLOCK})?[*]{{0,2}}{_LABEL}[*]{{0,2}}", re.IGNORECASE | re.MULTILINE
)

# A transcript folded into one line: a turn begins after the end of a sentence.
_FOLDED_TURN = re.compile(rf"(?<=[.!?\"'])[ \t](?={_LABEL})", re.IGNORECASE)

# "On Tue, 3 Mar 2026 at 10:02, Shop <help@shop.example> wrote:", also split into two lines.
_WROTE = re.compile(
    r"\bOn (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|\d)"
    r"[\s\S]{4,160}?\bwrote:"
)
_FORWARDED = re.compile(r"(?<!-)-{3,}+ ?(?:Original|Forwarded) Message", re.IGNORECASE)
_HEADERS = re.compile(
    r"^[>* \t]{0,4}From:[^\n]{1,200}\n(?:[^\n]{0,200}\n){0,2}?"
    r"[>* \t]{0,4}(?:Sent|Date|To|Subject):",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNATURE = re.compile(r"^--[ \t]*+$|^(?:Sent from my|Get Outlook for)\b", re.MULTILINE)

# ">" at the start of a line, unless it begins a face: >:( >_< >.<
_MARK = re.compile(r"^(?:[ \t]*+>)++(?![:;=._<^-])", re.MULTILINE)
_QUOTED = re.compile(_MARK.pattern + r"[^\n]*+", re.MULTILINE)


def strip_quoted(text: str) -> str:
    """Return `text` without the lines and turns that the customer did not write.

    A text of one line that begins with ">" loses only the mark, because in folded lines the
    quotation cannot be told from the answer.
    """
    if ":" in text:
        text = _turns(_without_mail_below(text))
    if ">" in text:
        text = (_QUOTED if "\n" in text.strip() else _MARK).sub("", text)
    if "--" in text or "Sent from" in text or "Get Outlook" in text:
        text = _before(_SIGNATURE, _before(_FORWARDED, text))
    return text


def _before(end: re.Pattern[str], text: str) -> str:
    found = end.search(text)
    return text[: found.start()] if found else text


def _without_mail_below(text: str) -> str:
    """Cut at the header of a quoted mail; keep an answer below or between lines of ">"."""
    if "wrote:" in text:
        header = _WROTE.search(text)
        if header:
            above, below = text[: header.start()], text[header.end() :]
            text = (
                f"{above}\n{below}" if below.lstrip().startswith(">") and "\n" in below else above
            )
    return _before(_HEADERS, text)


def _turns(text: str) -> str:
    """Keep the customer's turns of a transcript, without their labels.

    If both sides are labelled, a line without a label continues the turn before it. If only the
    agent's lines are labelled, every other line is the customer's.
    """
    first = _TURN.match(text)
    if first:
        text = _FOLDED_TURN.sub("\n", text)
    turns = list(_TURN.finditer(text))
    if not turns:
        return text
    both = len({turn["agent"] is None for turn in turns}) == 2
    kept = [text[: turns[0].start()]]
    ends = [turn.start() for turn in turns[1:]] + [len(text)]
    for turn, end in zip(turns, ends, strict=True):
        said = text[turn.end() : end]
        if turn["agent"] is None:
            kept.append(said)
        elif not both:
            kept.append(said.partition("\n")[2])
    return "\n".join(kept)
