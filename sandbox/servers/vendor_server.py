"""What the servers of all vendors have: a name, a rate limit, tokens of their own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.routing import Route

from sandbox.servers.answer_format import AnswerFormat
from sandbox.servers.server_state import ServerState


@dataclass(frozen=True)
class RateLimit:
    """How many requests a vendor answers in a window of so many seconds."""

    requests: int
    seconds: int


@dataclass(frozen=True)
class RateUse:
    """How much of the present window's rate limit is used, and when the window ends."""

    used: int
    allowed: int
    ends: float

    @property
    def is_exceeded(self) -> bool:
        """Say whether a request came after those that are allowed."""
        return self.used > self.allowed


class VendorServer(ABC):
    """One vendor's API; `answers` says how faults find their way in what it answers."""

    rate_limit: ClassVar[RateLimit]
    answers: ClassVar[AnswerFormat]

    def __init__(self, name: str, state: ServerState) -> None:
        self.name, self.state = name, state

    @abstractmethod
    def routes(self) -> list[Route]:
        """Return the routes."""

    def connection(self, base: str) -> dict[str, Any]:  # noqa: ARG002 - most need no more
        """Return what a client has to know beside the vendor's address: `{base}/{name}`."""
        return {}

    async def issue(self, request: Request) -> str | None:
        """Return a new token for good client credentials, None for bad ones."""
        return await self.state.issue(self.name, request)

    def admits(self, request: Request) -> bool:
        """Say whether the request carries a live token of this vendor."""
        return self.state.admits(self.name, request)

    def count(self) -> RateUse:
        """Count a request against the rate limit."""
        used, ends = self.state.count(self.name, self.rate_limit.seconds)
        return RateUse(used, self.allowed, ends)

    @property
    def allowed(self) -> int:
        """Return how many requests a window may have: the scenario's or a test's number first."""
        return self.state.limits.requests.get(self.name, self.rate_limit.requests)
