"""What no vendor has: the clock, the faults and the limits, for tests and for the night run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.clock import ClockError
from sandbox.scenario import Limits
from sandbox.servers.faults import Fault
from sandbox.servers.service import JSON, Service


class Moment(msgspec.Struct, forbid_unknown_fields=True):
    """The body that sets the clock."""

    now: datetime


class Control:
    """The endpoints below `/sandbox`."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/sandbox", self.about),
            Route("/sandbox/clock", self.clock, methods=["GET", "POST"]),
            Route("/sandbox/faults", self.faults, methods=["GET", "POST", "DELETE"]),
            Route("/sandbox/limits", self.limits, methods=["GET", "POST"]),
            Route("/sandbox/tokens", self.tokens, methods=["DELETE"]),
        ]

    async def about(self, request: Request) -> Response:  # noqa: ARG002 - the router's signature
        """Say what this sandbox serves."""
        world = self.service.world
        return JSON(
            {
                "scenario": world.name,
                "folder": str(world.folder),
                "hashtags": world.hashtags,
                "vendors": world.vendors,
                "versions": {name: len(shelf) for name, shelf in world.shelves.items()},
                **self._times(),
            }
        )

    async def clock(self, request: Request) -> Response:
        """Tell or set the clock."""
        if request.method == "POST":
            try:
                moment = msgspec.json.decode(await request.body(), type=Moment)
                self.service.world.clock.set(moment.now)
            except (msgspec.DecodeError, ClockError) as error:
                return JSON({"error": str(error)}, 400)
        return JSON(self._times())

    async def faults(self, request: Request) -> Response:
        """List the faults and how often each struck, switch one on, or switch all off."""
        faults = self.service.faults
        if request.method == "DELETE":
            faults.clear()
        if request.method == "POST":
            try:
                faults.add(msgspec.json.decode(await request.body(), type=Fault))
            except msgspec.DecodeError as error:
                return JSON({"error": str(error)}, 400)
        return JSON({"faults": faults.on})

    async def limits(self, request: Request) -> Response:
        """Tell the rate limits or replace those named."""
        if request.method == "POST":
            try:
                named = msgspec.json.decode(await request.body(), type=dict[str, int])
                asked = msgspec.to_builtins(self.service.limits) | named
                self.service.limits = msgspec.convert(asked, Limits)
            except (msgspec.DecodeError, msgspec.ValidationError) as error:
                return JSON({"error": str(error)}, 400)
        return JSON(self.service.limits)

    async def tokens(self, request: Request) -> Response:  # noqa: ARG002 - the router's signature
        """Revoke every token: the next request of each vendor is a 401."""
        for vendor in ("salesforce", "genesys", "mastodon"):
            self.service.revoke(vendor)
        return JSON({})

    def _times(self) -> dict[str, Any]:
        clock = self.service.world.clock
        return {"now": clock.now, "begins": clock.begins, "ends": clock.ends}
