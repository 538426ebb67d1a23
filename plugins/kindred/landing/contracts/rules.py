"""The rules that a field's type does not say, each over the values of a column at once.

A page of two thousand records is good as a rule, and then a column is looked at in one go: its
least and its greatest date, all its ids in one text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from math import isfinite
from typing import Any

from kindred.fields import EPOCH, DateBounds, Limits, annotated
from kindred.landing.contracts import coercion

# A b-tree takes no key beyond 2.7 kB; no vendor's id comes near.
LONGEST_KEY = 512
MOST_DIGITS = 1000
BIGINT = range(-(2**63), 2**63)
UNTIL = {
    "asked": "what was asked for",
    "seen": "the day we saw it",
    "soon": "the quarter after we saw it",
}
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True)
class Rule:
    """What values have to be, in words that name no value, and whether they all are."""

    expected: str
    holds: Callable[[Sequence[Any]], bool]


def is_storable(text: str) -> bool:
    """Say whether Postgres takes a text as it is: no NUL, no half of a surrogate pair."""
    return _UNSTORABLE.search(text) is None


def rules_of(kind: Any, *, is_key: bool, is_id: bool, limits: Limits | None) -> list[Rule]:
    """Return the rules of a field."""
    kinds = coercion.kinds(kind)
    rules = [rule for member, rule in BY_KIND.items() if member in kinds]
    if str in kinds:
        rules += [NOT_EMPTY, NOT_LONG] if is_key else []
        rules += [STORABLE, NOT_BLANK] if is_id else []
    least = annotated(kind, "at_least")
    if least is not None:
        rules.append(Rule(f"Expected nothing below {least}", _every(lambda found: found >= least)))
    bounds = annotated(kind, "bounds")
    return [*rules, *_bounds(bounds, datetime in kinds, limits)] if bounds else rules


def _bounds(bounds: DateBounds, is_instant: bool, limits: Limits | None) -> list[Rule]:
    first: Any = datetime.combine(bounds.since, time.min, UTC) if is_instant else bounds.since
    rules = [
        Rule(
            f"Expected nothing before {bounds.since}",
            lambda found: not found or min(found) >= first,
        )
    ]
    if not is_instant:
        rules.append(
            Rule("Expected another day than a stopped clock's", lambda found: EPOCH not in found)
        )
    last = limits.last(bounds.until) if limits else None
    if last is not None:
        end: Any = last if is_instant else last.date()
        rules.append(
            Rule(
                f"Expected nothing after {UNTIL[bounds.until]}",
                lambda found: not found or max(found) <= end,
            )
        )
    return rules


def _every(test: Callable[[Any], Any]) -> Callable[[Sequence[Any]], bool]:
    return lambda found: all(map(test, found))


NOT_EMPTY = Rule("Expected a key that is not empty", _every(bool))
NOT_LONG = Rule(
    f"Expected a key of length <= {LONGEST_KEY}", _every(lambda value: len(value) <= LONGEST_KEY)
)
# Two ids that differ in what cannot be stored would become one.
STORABLE = Rule(
    "Expected an id without NUL or half a surrogate pair", lambda found: is_storable("".join(found))
)
NOT_BLANK = Rule("Expected an id that is not blank", _every(str.strip))

BY_KIND: dict[Any, Rule] = {
    datetime: Rule("Expected `datetime` with a time zone", _every(lambda value: value.tzinfo)),
    int: Rule("Expected `int` of 64 bits", _every(lambda value: value in BIGINT)),
    float: Rule("Expected a finite `float`", _every(isfinite)),
    Decimal: Rule(
        f"Expected a finite `decimal` of at most {MOST_DIGITS} digits",
        _every(lambda value: value.is_finite() and abs(value.adjusted()) <= MOST_DIGITS),
    ),
}
