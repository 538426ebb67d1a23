"""Posts under the brand's hashtags, most of them by strangers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.simulation.context import HOUR, GenerationContext, daytime
from sandbox.simulation.identities import HOSTS, Identities
from sandbox.times import DAY, Floats, Ints


@dataclass(frozen=True)
class PostVersion:
    """A post as it reads from an instant on: plain text with line breaks, then hashtags."""

    since: int
    text: str
    hashtags: list[str]


@dataclass(frozen=True)
class Post:
    """A post, edited at most once and perhaps deleted."""

    account: str  # user@host
    versions: list[PostVersion]
    deleted: int | None
    replies: int
    shares: int
    likes: int


def posts(context: GenerationContext, identities: Identities) -> list[Post]:
    """Return all posts, in the order of their instants."""
    # The seed's name: another would draw other posts.
    kind, changes = "statuses", context.scenario.changes
    rng, texts = context.rng(kind), context.texts(kind)
    month, customer, moment, account = _posted(context, identities, rng)
    count = len(month)
    touchpoint = context.touchpoints(rng, customer)
    quality = context.population.quality[customer, touchpoint]
    mood, bond = context.valence(rng, month, customer, quality)
    names, motives = [p.name for p in context.scenario.touchpoints], context.scenario.key_motivators
    draw = rng.random((count, 4))
    edited = moment + (draw[:, 0] * 2 * DAY).astype(np.int64) + HOUR
    deleted = moment + (draw[:, 1] * 5 * DAY).astype(np.int64) + 2 * HOUR
    echoes = rng.poisson(1.2, (count, 3)).tolist()
    found = []
    for at, (replies, shares, likes) in enumerate(echoes):
        words = float(mood[at]), names[touchpoint[at]], motives, float(bond[at])
        versions = [PostVersion(int(moment[at]), *texts.post(*words))]
        if draw[at, 2] < changes.posts_edited:
            versions.append(PostVersion(int(edited[at]), *texts.post(*words)))
        until = int(deleted[at]) if draw[at, 3] < changes.posts_deleted else None
        found.append(Post(account[at], versions, until, replies, shares, likes))
    return found


def _posted(
    context: GenerationContext, identities: Identities, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints, list[str]]:
    """Draw who posts when: owners of a claimed handle, and strangers with a customer's mood."""
    population, behaviour = context.population, context.scenario.behaviour
    has_handle = np.array([handle is not None for handle in identities.handles])
    loud = np.where(population.connected, 2.0, 1.0) * np.where(population.negative, 1.8, 1.0)
    rate: Floats = (behaviour.own_posts_a_month * loud * has_handle).astype(np.float32)
    month, customer, moment = context.events(rng, rate)
    accounts = [str(identities.handles[who]) for who in customer.tolist()]
    months, n = population.active.shape
    expected = behaviour.strangers_posts_a_month_per_1000 * n / 1000
    other_month = np.repeat(np.arange(months), rng.poisson(expected, months))
    other = rng.integers(0, n, len(other_month))
    pool = max(n // 4, 20)
    voices = rng.integers(0, pool, len(other_month)).tolist()
    accounts += [f"passer_{voice:05d}@{HOSTS[voice % len(HOSTS)]}" for voice in voices]
    edges = population.month_starts
    other_moment = daytime(rng, edges[other_month], edges[other_month + 1])
    moment = np.concatenate([moment, other_moment])
    order = np.argsort(moment, kind="stable")
    month = np.concatenate([month, other_month])[order]
    customer = np.concatenate([customer, other])[order]
    return month, customer, moment[order], [accounts[at] for at in order.tolist()]
