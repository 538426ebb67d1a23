"""Compose what customers write and say, from a grammar of the project's own.

A scorer that meets the same sentence twice learns the sandbox instead of people, so texts are
composed freely from a grammar with numbers, things, times and moods; the mood comes from
the hidden state and is the only thing about a text that means anything.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from sandbox.scenario import Scenario

_SLOT = re.compile(r"\{([a-z_]+)(?::(\d+)-(\d+))?\}")
_MOOD_EDGES = (-0.55, -0.18, 0.18, 0.55)

Part = str | Callable[["TextComposer"], str]


class TextComposer:
    """A seeded composer; the same calls in the same order give the same texts."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - prose, not secrets
        self._draw = self.random.random
        self._grammar = _grammar(scenario.preset)
        self._moods: list[str] = self._grammar.pop("moods")
        self._grammar["brand"] = [scenario.brand]
        self._hashtags = scenario.hashtags
        self._mood = "mixed"
        self._touchpoint = ""
        self._motive = ("", "up")
        self._compiled: dict[object, list[list[Part]]] = {}

    def sentence(self, valence: float, touchpoint: str) -> str:
        """Return one sentence about a touchpoint at a mood near `valence` (-1 to 1)."""
        self._set(valence, touchpoint)
        return self._say("sentence")

    def verbatim(self, valence: float, touchpoint: str, motives: list[str], bond: float) -> str:
        """Return a survey's free text; `bond` (-1 to 1) says how motivators are spoken of."""
        said = [self._finished(self.sentence(self._near(valence), touchpoint))]
        while self._draw() < 0.42 and len(said) < 4:
            said.append(self._finished(self.sentence(self._near(valence), touchpoint)))
        if self._draw() < 0.25 + 0.35 * abs(bond):
            said.insert(self.random.randrange(len(said) + 1), self._bond(motives, bond))
        return self._typed(" ".join(said))

    def turns(
        self,
        valence: float,
        touchpoint: str,
        motives: list[str],
        bond: float,
        warmth: float = 0.0,
    ) -> list[tuple[bool, str]]:
        """Return a conversation: (is the customer, what is said), three to eight phrases.

        The customer's mood goes in a straight line from `valence - warmth / 2`, when they ask,
        to `valence + warmth / 2` in what they say last of it.
        """
        start = valence - warmth / 2
        self._set(start, touchpoint)
        said = [(False, self._say("greeting")), (True, self._finished(self._say("asks")))]
        count = 1 + int(self._draw() * 3)
        for number in range(1, count + 1):
            mood = start + warmth * number / count
            words = self._say("filler") + self.sentence(self._near(mood), touchpoint)
            said.append((True, self._finished(words)))
            said.append((False, self._say("agent")))
        if self._draw() < 0.2 + 0.3 * abs(bond):
            said.append((True, self._bond(motives, bond)))
        return said[:8]

    def post(
        self, valence: float, touchpoint: str, motives: list[str], bond: float
    ) -> tuple[str, list[str]]:
        """Return a post's plain text, with line breaks and emoji, and its hashtags."""
        said = [self._finished(self.sentence(self._near(valence), touchpoint))]
        if self._draw() < 0.5:
            said.append(self._finished(self.sentence(self._near(valence), touchpoint)))
        if self._draw() < 0.25 + 0.35 * abs(bond):
            said.append(self._bond(motives, bond))
        if self._draw() < 0.55:
            said[-1] += " " + self._say("emoji") * (1 + (self._draw() < 0.15))
        breaks = "\n" if self._draw() < 0.2 else "\n\n" if self._draw() < 0.3 else " "
        words = breaks.join([self._typed(part) for part in said])
        tags = [self.random.choice(self._hashtags)]
        if self._draw() < 0.3:
            tags.append(self._say("tag_words"))
        return words, tags

    def _near(self, valence: float) -> float:
        return valence + 0.5 * (self._draw() - 0.5)

    def _set(self, valence: float, touchpoint: str) -> None:
        self._mood = self._moods[sum(valence > edge for edge in _MOOD_EDGES)]
        self._touchpoint = touchpoint

    def _bond(self, motives: list[str], bond: float) -> str:
        self._motive = (self.random.choice(motives), "up" if bond > 0 else "down")
        return self._finished(self._say("connected" if bond > 0 else "disconnected"))

    def _finished(self, words: str) -> str:
        ends = "loud_ends" if self._mood in ("awful", "great") else "ends"
        return words[:1].upper() + words[1:] + self._say(ends)

    def _typed(self, words: str) -> str:
        """Type as people do: some all lower case, some curly quotes, a dash or a double space."""
        draw = self._draw()
        if draw < 0.10:
            return words.lower()
        if draw < 0.13:
            return words.upper()
        if draw < 0.20:
            return words.replace(", ", " — ", 1)
        return words.replace(". ", ".  ", 1) if draw < 0.24 else words

    def _say(self, symbol: str) -> str:
        """Expand a symbol at the present mood, touchpoint and motive."""
        options = self._options(symbol)
        parts = options[int(self._draw() * len(options))]
        return "".join([part if isinstance(part, str) else part(self) for part in parts])

    def _options(self, symbol: str) -> list[list[Part]]:
        key: object = symbol
        found: Any = self._grammar.get(symbol)
        if symbol == "touchpoint":
            key = (symbol, self._touchpoint)
        elif symbol == "motive":
            key = (symbol, *self._motive)
        elif isinstance(found, dict):
            key = (symbol, self._mood)
        if key not in self._compiled:
            self._compiled[key] = [_compile(text) for text in self._alternatives(symbol, found)]
        return self._compiled[key]

    def _alternatives(self, symbol: str, found: Any) -> list[str]:
        if symbol == "touchpoint":
            plain = ["the " + self._touchpoint.replace("_", " ")]
            return self._grammar["touchpoints"].get(self._touchpoint, plain)  # type: ignore[no-any-return]
        if symbol == "motive":
            name, direction = self._motive
            return self._grammar["motives"][name][direction]  # type: ignore[no-any-return]
        return found[self._mood] if isinstance(found, dict) else found  # type: ignore[no-any-return]


def _grammar(preset: str) -> dict[str, Any]:
    """Read the grammar, which speaks of a shop, with the words of another industry in it."""
    here = Path(__file__).parent
    grammar: dict[str, Any] = yaml.safe_load((here / "grammar.yml").read_text(encoding="utf-8"))
    path = here / "words" / f"{preset}.yml"
    words = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    for symbol, found in words.items():
        own = grammar[symbol]
        grammar[symbol] = own | found if isinstance(found, dict) else found
    return grammar


def _compile(text: str) -> list[Part]:
    """Turn an alternative into literal strings and functions that fill its slots."""
    parts: list[Part] = []
    at = 0
    for slot in _SLOT.finditer(text):
        parts += [text[at : slot.start()], _filler(slot)]
        at = slot.end()
    return [part for part in [*parts, text[at:]] if part]


def _filler(slot: re.Match[str]) -> Callable[[TextComposer], str]:
    symbol, low, high = slot.groups()
    if low is not None:
        return lambda composer: str(composer.random.randint(int(low), int(high)))
    return lambda composer: composer._say(symbol)
