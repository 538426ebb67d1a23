"""What the sandbox's tests share: reading a record store, and logging in."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec

from sandbox.world import World

ALWAYS = 2**62


def ignore(_: str) -> None:
    """Take progress and say nothing."""


def records(world: World, store: str, now: int = ALWAYS) -> list[dict[str, Any]]:
    """Return a store's records as they are at an instant, at the end of time by default."""
    found = world.stores[store]
    return [msgspec.json.decode(found.record(at)) for at in found.find(0, ALWAYS, now).tolist()]


def truth_lines(world: World, name: str) -> list[dict[str, Any]]:
    """Return the lines of one of the world's truth files."""
    return msgspec.json.Decoder().decode_lines((world.folder / f"{name}.jsonl").read_bytes())


CREDENTIALS = {"grant_type": "client_credentials", "client_id": "me", "client_secret": "secret"}
LOGINS = {
    "salesforce": "/salesforce/services/oauth2/token",
    "genesys": "/genesys/login/oauth/token",
    "mastodon": "/mastodon/oauth/token",
}


async def log_in(client: httpx.AsyncClient, vendor: str) -> None:
    """Give the client a token of the vendor."""
    answer = await client.post(LOGINS[vendor], data=CREDENTIALS)
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
