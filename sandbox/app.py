"""Put the vendors and the controls together into one application on one port."""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.types import ASGIApp

from sandbox.servers import vendor_servers
from sandbox.servers.control import Control
from sandbox.servers.fault_middleware import FaultMiddleware
from sandbox.servers.server_state import ServerState
from sandbox.world import World


def make_app(
    world: World,
    client_id: str,
    client_secret: str,
    wall_clock: Callable[[], float] = time.time,
) -> ASGIApp:
    """Return the application that serves a world to one client.

    Each vendor's server is below its own paths. Tokens and limits go by `wall_clock`.
    """
    state = ServerState(world, client_id, client_secret, world.limits, wall_clock=wall_clock)
    servers = vendor_servers(state)
    routes = Control(state, servers).routes()
    for server in servers.values():
        routes += server.routes()
    return FaultMiddleware(Starlette(routes=routes), state, list(servers.values()))
