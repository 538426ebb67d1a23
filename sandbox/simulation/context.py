"""What every kind of event is simulated from, and what all kinds draw in the same way.

Each kind draws from a generator of its own, seeded by its name, so that a change to one kind
leaves the others as they were.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from sandbox.scenario import Scenario
from sandbox.simulation.population import Population, populate
from sandbox.simulation.text_composer import TextComposer
from sandbox.times import DAY, Floats, Ints

HOUR = DAY // 24
MINUTE = HOUR // 60

# From an instant on, fields have these values. The first change of anything creates it.
Change = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class GenerationContext:
    """A scenario and its population."""

    scenario: Scenario
    population: Population
    joined_at: Ints  # [customer] the instant from which the customer can do anything

    def rng(self, kind: str) -> np.random.Generator:
        """Return the generator of one kind of event."""
        return np.random.default_rng([self.scenario.seed, zlib.crc32(kind.encode())])

    def texts(self, kind: str) -> TextComposer:
        """Return the composer of one kind of event."""
        return TextComposer(self.scenario, self.scenario.seed ^ zlib.crc32(kind.encode()))

    def events(self, rng: np.random.Generator, rate: Floats) -> tuple[Ints, Ints, Ints]:
        """Draw events at a monthly rate `[month, customer]` among the active.

        Returns months, customers and instants, in the order of the instants.
        """
        counts = rng.poisson(rate * self.population.active)
        month, customer = np.nonzero(counts)
        times = counts[month, customer]
        month, customer = np.repeat(month, times), np.repeat(customer, times)
        start = np.maximum(self.population.month_starts[month], self.joined_at[customer])
        moment = daytime(rng, start, self.population.month_starts[month + 1])
        order = np.argsort(moment, kind="stable")
        return month[order], customer[order], moment[order]

    def valence(
        self, rng: np.random.Generator, month: Ints, customer: Ints, quality: Floats
    ) -> tuple[Floats, Floats]:
        """Return the mood of words (-1 to 1) and how the bond with the brand shows in them."""
        felt = self.population.connection[month, customer]
        content = self.population.satisfaction[month, customer]
        effects, noise = self.scenario.effects, self.scenario.evidence.word_noise
        mood = 0.1 + effects.sentiment * (felt + 0.4) + 0.25 * content + 0.12 * quality
        mood += noise * rng.standard_normal(len(month))
        bond = np.tanh(effects.sentiment / 0.55 * (felt + 0.3 * rng.standard_normal(len(month))))
        return np.clip(mood, -1, 1), bond

    def touchpoints(self, rng: np.random.Generator, customer: Ints) -> Ints:
        """Draw, for each event, one touchpoint that the customer meets."""
        meets = self.population.meets[customer]
        picked: Ints = np.argmax(meets * rng.random(meets.shape) + 1e-9, axis=1)
        return picked


def make_context(scenario: Scenario) -> GenerationContext:
    """Simulate the population and draw the instant at which each customer joins."""
    population = populate(scenario)
    draw = np.random.default_rng([scenario.seed, 2]).random(scenario.customers)
    start = population.month_starts[population.joined]
    length = population.month_starts[population.joined + 1] - start
    joined = np.where(population.was_there, start + 2 * HOUR, start + (draw * length).astype(int))
    return GenerationContext(scenario, population, joined)


def daytime(rng: np.random.Generator, start: Ints, end: Ints) -> Ints:
    """Draw instants between `start` and `end`, mostly by day, a few by night."""
    span = np.maximum(end - start, 1)
    moment = start + (rng.random(len(start)) * span).astype(np.int64)
    by_day = (7 * HOUR + rng.beta(2.2, 1.9, len(start)) * 16 * HOUR).astype(np.int64)
    moved = np.where(rng.random(len(start)) < 0.93, moment // DAY * DAY + by_day, moment)
    kept: Ints = np.clip(moved, start, end - 1)
    return kept


def removals(
    context: GenerationContext, rng: np.random.Generator, since: Ints
) -> list[list[Change]]:
    """Draw, for each record, its deletion and perhaps its undeletion: mostly no change."""
    shares = context.scenario.changes
    deleted = rng.random(len(since)) < shares.deleted
    restored = rng.random(len(since)) < shares.undeleted
    after = since + (rng.random(len(since)) * 60 * DAY).astype(np.int64) + HOUR
    later = after + (rng.random(len(since)) * 9 * DAY).astype(np.int64) + HOUR
    found: list[list[Change]] = [[] for _ in since]
    for at in np.flatnonzero(deleted).tolist():
        found[at].append((int(after[at]), {"is_deleted": True}))
        if restored[at]:
            found[at].append((int(later[at]), {"is_deleted": False}))
    return found
