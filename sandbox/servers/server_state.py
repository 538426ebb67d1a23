"""What the servers of one world share: client credentials, tokens that expire, counted requests."""

from __future__ import annotations

import base64
import binascii
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from sandbox.scenario import Limits
from sandbox.servers.faults import Faults
from sandbox.times import milliseconds
from sandbox.world import World

_encode = msgspec.json.Encoder().encode


class JSON(Response):
    """A response whose content is encoded here, or is encoded already."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Encode anything but bytes."""
        return content if isinstance(content, bytes) else _encode(content)


@dataclass
class WindowUse:
    """How many requests of a rate limit's present window were used."""

    window: int = 0
    used: int = 0


@dataclass
class ServerState:
    """The world, and who may ask how often."""

    world: World
    client_id: str
    client_secret: str
    limits: Limits
    faults: Faults = field(default_factory=Faults)
    wall_clock: Callable[[], float] = time.time
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict)
    _usage: dict[str, WindowUse] = field(default_factory=dict)

    @property
    def now(self) -> int:
        """The sandbox's clock in milliseconds."""
        return milliseconds(self.world.clock.now)

    async def issue(self, vendor: str, request: Request) -> str | None:
        """Return a new token for good client credentials, None for bad ones."""
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        given = {name: values[0] for name, values in form.items()}
        if request.headers.get("authorization", "").lower().startswith("basic "):
            given |= _basic(request.headers["authorization"])
        good = given.get("grant_type") == "client_credentials"
        good &= _same(given.get("client_id", ""), self.client_id)
        good &= _same(given.get("client_secret", ""), self.client_secret)
        if not good:
            return None
        token = secrets.token_urlsafe(32)
        self._tokens[token] = (vendor, self.wall_clock() + self.limits.token_seconds)
        return token

    def admits(self, vendor: str, request: Request) -> bool:
        """Say whether the request carries a live token of the vendor."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        owner, expires = self._tokens.get(token.strip(), ("", 0.0))
        return scheme.lower() == "bearer" and owner == vendor and self.wall_clock() < expires

    def revoke(self, vendor: str) -> None:
        """Make every token of a vendor invalid."""
        self._tokens = {token: held for token, held in self._tokens.items() if held[0] != vendor}

    def revoke_all(self) -> None:
        """Make every token of every vendor invalid."""
        self._tokens.clear()

    def count(self, vendor: str, seconds: int) -> tuple[int, float]:
        """Count a request; return how many this window has seen and when it ends."""
        window = int(self.wall_clock() // seconds)
        usage = self._usage.setdefault(vendor, WindowUse())
        if usage.window != window:
            usage.window, usage.used = window, 0
        usage.used += 1
        return usage.used, float((window + 1) * seconds)

    def used(self, vendor: str) -> int:
        """Return how many requests the present window has seen."""
        return self._usage.setdefault(vendor, WindowUse()).used


def _basic(header: str) -> dict[str, str]:
    try:
        text = base64.b64decode(header[6:], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return {}
    name, _, secret = text.partition(":")
    return {"client_id": name, "client_secret": secret}


def _same(given: str, expected: str) -> bool:
    return secrets.compare_digest(given.encode(), expected.encode())
