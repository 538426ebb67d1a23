"""Mastodon: both ways through a timeline give the same statuses; the deleted are gone."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from sandbox.times import milliseconds
from sandbox.world import World
from tests.unit.sandbox.asking import records

TAG = "/mastodon/api/v1/timelines/tag/harborandlane"

pytestmark = pytest.mark.asyncio


async def walk(client: httpx.AsyncClient, url: str, rel: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        answer = await client.get(url)
        page = answer.json()
        ids = [int(status["id"]) for status in page]
        assert ids == sorted(ids, reverse=True)
        found += page if rel == "next" else page[::-1]
        link = re.search(rf'<([^>]+)>; rel="{rel}"', answer.headers.get("Link", ""))
        if link is None:
            return found
        url = link[1]


async def test_both_directions_give_every_living_status_once(
    client: httpx.AsyncClient, world: World
) -> None:
    down = await walk(client, f"{TAG}?limit=5", "next")
    up = await walk(client, f"{TAG}?limit=5&min_id=1", "prev")
    living = [
        status["id"]
        for status in records(world, "mastodon_statuses", milliseconds(world.clock.now))
        if "harborandlane" in [tag["name"] for tag in status["tags"]]
    ]
    assert len(living) > 5
    assert [status["id"] for status in up] == living
    assert down == up[::-1]


async def test_ids_grow_with_time(world: World) -> None:
    found = records(world, "mastodon_statuses")
    by_id = sorted(found, key=lambda status: int(status["id"]))
    stamps = [status["created_at"] for status in by_id]
    assert stamps == sorted(stamps)
    assert len({status["id"] for status in found}) == len(found)


async def test_a_status_is_found_by_id_and_an_unknown_one_is_404(
    client: httpx.AsyncClient, world: World
) -> None:
    known = records(world, "mastodon_statuses", milliseconds(world.clock.now))[0]
    assert (await client.get(f"/mastodon/api/v1/statuses/{known['id']}")).json() == known
    assert (await client.get("/mastodon/api/v1/statuses/17")).status_code == 404


async def test_the_rate_limit_is_reported_and_enforced(client: httpx.AsyncClient) -> None:
    await client.post("/sandbox/limits", json={"requests": {"mastodon": 1}})
    answers = [await client.get(TAG) for _ in range(3)]
    assert answers[-1].status_code == 429
    assert answers[-1].headers["X-RateLimit-Remaining"] == "0"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", answers[-1].headers["X-RateLimit-Reset"])


async def test_a_wrong_token_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get(TAG, headers={"Authorization": "Bearer guess"})
    assert answer.status_code == 401


async def test_named_statuses_come_without_those_that_are_gone_and_no_more_than_twenty(
    client: httpx.AsyncClient, world: World
) -> None:
    known = records(world, "mastodon_statuses", milliseconds(world.clock.now))[:3]
    ids = [status["id"] for status in known]
    asked = {"id[]": [*ids, "17"]}
    assert (await client.get("/mastodon/api/v1/statuses", params=asked)).json() == known
    many = {"id[]": [str(number) for number in range(21)]}
    assert (await client.get("/mastodon/api/v1/statuses", params=many)).status_code == 422
