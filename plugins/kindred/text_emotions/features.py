"""Turn plain words into the features of a linear model: words, pairs, character n-grams, cues.

A text is a bag of *parts*. A part is a word as typed, or information about its position ("not"
before it, the word beside it). The features of a part do not depend on its surroundings, so a model
sums a part's weights once and looks the sum up from then on, which makes it fast.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

PAIR, NEGATED, BOOSTED, CUE, RATED = "\x1f", "\x1e", "\x1b", "\x1d", "\x1c"
_LONGEST_WORD = 40

_TOKEN = re.compile(
    r"[^\W\d_]+(?:'[^\W\d_]+)*"  # words, don't
    r"|\d+(?:[.,:]\d+)*"  # numbers
    r"|[!?]+|\.{2,}"  # telling ends of sentences
    r"|[:;=]['^-]?[)(\]\[DPpOo/\\|*3]+|<3"  # emoticons
    r"|[^\w\s]"  # any other sign, an emoji
)
_ELONGATED = re.compile(r"(.)\1{2,}", re.DOTALL)
_STOPS = frozenset('.,;:!?()"')
_NEGATIONS = """
not no never cannot cant dont doesnt didnt isnt wasnt arent werent wont wouldnt couldnt shouldnt
havent hasnt hadnt aint without nobody nothing none neither nor hardly barely scarcely
"""
_BOOSTERS = """
so very really extremely absolutely completely totally incredibly utterly truly too such quite super
most especially highly deeply particularly fucking freaking
"""
_NEGATES = frozenset(_NEGATIONS.split())
_BOOSTS = frozenset(_BOOSTERS.split())
_TURN = _NEGATES | _BOOSTS
_REACH = 3  # words after a negation that it reverses


def parts(words: str) -> list[str]:
    """Return the distinct parts of a text, in order of appearance."""
    typed = _TOKEN.findall(words)
    low = list(map(_lowered, typed))
    pairs = map(PAIR.join, zip(["", *low], [*low, ""], strict=True))
    found = dict.fromkeys([*typed, *pairs])
    if not _TURN.isdisjoint(low) or "n't" in words or "N'T" in words:
        _turn(low, found)
    loud = sum(map(str.isupper, typed))
    if loud > 1:
        found[CUE + "loud"] = None
        if 2 * loud > len(typed):
            found[CUE + "shouted"] = None
    found[f"{CUE}length {min(len(low) // 4, 7)}"] = None
    return list(found)


def is_whole(part: str) -> bool:
    """Return whether a part is exactly one feature, with the part's name."""
    return PAIR in part or part[0] == CUE


def expand(part: str, ratings: Mapping[str, int]) -> list[str]:
    """Return the features that a part stands for.

    Args:
        part: One of `parts`.
        ratings: How good (above 0) or bad (below 0) people rate a word, in half points.
    """
    if is_whole(part):
        return [part]
    if part[0] == BOOSTED:
        return [f"{RATED}boosted {ratings[part[1:]]}"] if part[1:] in ratings else []
    if part[0] == NEGATED:
        rating = ratings.get(part[1:])
        return [part] if rating is None else [part, f"{RATED}negated {rating}"]
    low = _lowered(part)
    short = _shortened(low, 1)
    found = [low]
    rating = ratings.get(low, ratings.get(short) if short else None)
    if rating is not None:
        found.append(f"{RATED}{rating}")
    if not part[0].isalpha():
        if ord(part[0]) > 0x2000:  # the Unicode name of an emoji describes it
            found += [CUE + word for word in unicodedata.name(part[0], "").lower().split()]
        return found
    if len(part) > 2 and part.isupper():
        found.append(CUE + low)
        if rating is not None:
            found.append(f"{RATED}loud {rating}")
    if short:
        found += [short, CUE + "elongated"]
    padded = f" {low[:_LONGEST_WORD]} "
    found += [
        "#" + padded[at : at + size] for size in (3, 4, 5) for at in range(len(padded) - size + 1)
    ]
    return found


@lru_cache(maxsize=65_536)
def _lowered(token: str) -> str:
    first = token[0]
    if first.isalpha():
        low = token.lower()
        return _shortened(low, 3) or low
    if first.isdigit():
        return "0"
    if first in "!?" and len(token) > 1:
        return "?!" if "?" in token and "!" in token else first * 2
    return token[:3]


def _shortened(low: str, keep: int) -> str | None:
    """Return an elongated word ("sooooo") with its run cut to `keep` letters, else None."""
    if _ELONGATED.search(low) is None:
        return None
    return _ELONGATED.sub(lambda run: run.group(1) * keep, low)


def _turn(low: list[str], found: dict[str, None]) -> None:
    """Add the words that others modify: by a negation, up to the next stop, or by a booster."""
    left, is_boosted = 0, False
    for word in low:
        if is_boosted:
            found[BOOSTED + word] = None
        is_boosted = word in _BOOSTS
        if word in _STOPS:
            left = 0
        elif word in _NEGATES or word.endswith("n't"):
            left = _REACH
        elif left:
            found[NEGATED + word] = None
            left -= 1
