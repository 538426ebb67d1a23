"""What no vendor has: the clock, the faults and the limits, for tests and for the night run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.clock import ClockError
from sandbox.scenario import Limits
from sandbox.servers.faults import Fault
from sandbox.servers.server_state import JSON, ServerState
from sandbox.servers.vendor_server import VendorServer


class ClockSetting(msgspec.Struct, forbid_unknown_fields=True):
    """The body that sets the clock."""

    now: datetime


class Control:
    """The endpoints below `/sandbox`."""

    def __init__(self, state: ServerState, servers: Mapping[str, VendorServer]) -> None:
        self.state, self.servers = state, servers

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/sandbox", self.about),
            Route("/sandbox/clock", self.clock, methods=["GET", "POST"]),
            Route("/sandbox/faults", self.faults, methods=["GET", "POST", "DELETE"]),
            Route("/sandbox/limits", self.limits, methods=["GET", "POST"]),
            Route("/sandbox/tokens", self.tokens, methods=["DELETE"]),
        ]

    async def about(self, request: Request) -> Response:
        """Return what this sandbox serves, and how to connect to each vendor that has records."""
        world, base = self.state.world, str(request.base_url).rstrip("/")
        return JSON(
            {
                "scenario": world.name,
                "folder": str(world.folder),
                "connections": {v: self.servers[v].connection(base) for v in world.vendors},
                "versions": {name: len(store) for name, store in world.stores.items()},
                **self._times(),
            }
        )

    async def clock(self, request: Request) -> Response:
        """Return or set the clock."""
        if request.method == "POST":
            try:
                moment = msgspec.json.decode(await request.body(), type=ClockSetting)
                self.state.world.clock.set(moment.now)
            except (msgspec.DecodeError, ClockError) as error:
                return JSON({"error": str(error)}, 400)
        return JSON(self._times())

    async def faults(self, request: Request) -> Response:
        """List the faults and how often each struck, switch one on, or switch all off."""
        faults = self.state.faults
        if request.method == "DELETE":
            faults.clear()
        if request.method == "POST":
            try:
                faults.add(msgspec.json.decode(await request.body(), type=Fault))
            except msgspec.DecodeError as error:
                return JSON({"error": str(error)}, 400)
        return JSON({"faults": faults.on})

    async def limits(self, request: Request) -> Response:
        """Return the rate limits or replace those named."""
        if request.method == "POST":
            try:
                named = msgspec.json.decode(await request.body(), type=dict[str, Any])
                limits = msgspec.to_builtins(self.state.limits) | named
                self.state.limits = msgspec.convert(limits, Limits)
            except (msgspec.DecodeError, msgspec.ValidationError) as error:
                return JSON({"error": str(error)}, 400)
        return JSON(self.state.limits)

    async def tokens(self, request: Request) -> Response:  # noqa: ARG002 - the router's signature
        """Revoke every token: each vendor answers its next request with 401."""
        self.state.revoke_all()
        return JSON({})

    def _times(self) -> dict[str, Any]:
        clock = self.state.world.clock
        return {"now": clock.now, "begins": clock.begins, "ends": clock.ends}
