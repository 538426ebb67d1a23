"""Statuses: what people post under the brand's hashtags, most of them strangers to the CRM."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from sandbox.ids import snowflakes, utc_time
from sandbox.records.contacts import HOSTS, People
from sandbox.records.stage import HOUR, Stage, daytime
from sandbox.shelf import FOREVER, Shelf, ShelfBuilder
from sandbox.times import DAY, Floats, Ints

_encode = msgspec.json.Encoder().encode


def statuses(stage: Stage, people: People) -> tuple[Shelf, list[tuple[str, str]]]:
    """Put all statuses on a shelf; returns it with (account, contact id) of the claimed."""
    rng, shares = stage.rng("statuses"), stage.scenario.changes
    month, customer, moment, account = _posted(stage, people, rng)
    count = len(month)
    touchpoint = stage.touched(rng, customer)
    quality = stage.population.quality[customer, touchpoint]
    mood, bond = stage.valence(rng, month, customer, quality)
    names, motives = [p.name for p in stage.scenario.touchpoints], stage.scenario.key_motivators
    ids, texts, builder = snowflakes(moment), stage.texts("statuses"), ShelfBuilder()
    draw = rng.random((count, 4))
    edited = moment + (draw[:, 0] * 2 * DAY).astype(np.int64) + HOUR
    deleted = moment + (draw[:, 1] * 5 * DAY).astype(np.int64) + 2 * HOUR
    echoes = rng.poisson(1.2, (count, 3)).tolist()
    for at in range(count):
        words = float(mood[at]), names[touchpoint[at]], motives, float(bond[at])
        created = int(moment[at])
        status = _status(ids[at], created, account[at], texts.post(*words), echoes[at])
        versions = [(created, created, _encode(status))]
        groups = tags_mask(status, stage.scenario.hashtags)
        if draw[at, 2] < shares.posts_edited:
            change = {"edited_at": utc_time(int(edited[at])), "content": texts.post(*words)}
            again = status | change | {"tags": _tags(change["content"])}
            versions.append((int(edited[at]), created, _encode(again)))
            groups |= tags_mask(again, stage.scenario.hashtags)
        until = int(deleted[at]) if draw[at, 3] < shares.posts_deleted else FOREVER
        builder.add(ids[at], versions, until, groups)
    claimed = [
        (handle, people.contact_ids[at])
        for at, handle in enumerate(people.handles)
        if handle is not None
    ]
    return builder.shelf(), claimed


def _posted(
    stage: Stage, people: People, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints, list[str]]:
    """Draw who posts when: owners of a claimed handle, and strangers with a customer's mood."""
    population, behaviour = stage.population, stage.scenario.behaviour
    has_handle = np.array([handle is not None for handle in people.handles])
    loud = np.where(population.connected, 2.0, 1.0) * np.where(population.negative, 1.8, 1.0)
    rate: Floats = (behaviour.own_posts_a_month * loud * has_handle).astype(np.float32)
    month, customer, moment = stage.happenings(rng, rate)
    accounts = [str(people.handles[who]) for who in customer.tolist()]
    months, n = population.active.shape
    posts = behaviour.strangers_posts_a_month_per_1000 * n / 1000
    other_month = np.repeat(np.arange(months), rng.poisson(posts, months))
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


def _status(
    status_id: str, created: int, account: str, content: str, echoes: list[int]
) -> dict[str, Any]:
    """Write a status entity; an account of the server itself has no host in its `acct`."""
    user, host = account.split("@")
    home = f"https://{host}/@{user}"
    return {
        "id": status_id,
        "created_at": utc_time(created),
        "in_reply_to_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "en" if int(status_id) % 11 else None,
        "uri": f"https://{host}/users/{user}/statuses/{status_id}",
        "url": f"{home}/{status_id}",
        "replies_count": echoes[0],
        "reblogs_count": echoes[1],
        "favourites_count": echoes[2] * 2,
        "edited_at": None,
        "content": content,
        "reblog": None,
        "account": {
            "id": str(sum(map(ord, account)) * 100_003),
            "username": user,
            "acct": user if host == HOSTS[0] else account,
            "display_name": user.replace("_", " ").title(),
            "bot": False,
            "url": home,
        },
        "media_attachments": [],
        "mentions": [],
        "tags": _tags(content),
        "emojis": [],
        "card": None,
        "poll": None,
    }


def _tags(content: str) -> list[dict[str, str]]:
    names = [part.split("<", 1)[0] for part in content.split("#<span>")[1:]]
    return [{"name": name, "url": f"https://{HOSTS[0]}/tags/{name}"} for name in names]


def tags_mask(status: dict[str, Any], hashtags: list[str]) -> int:
    """Return a bit for each of the hashtags that a status carries."""
    carried = {tag["name"].lower() for tag in status.get("tags", ())}
    return sum(1 << at for at, tag in enumerate(hashtags) if tag.lower() in carried)
