"""Put the vendors and the controls together into one application on one port."""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.types import ASGIApp

from sandbox.servers.control import Control
from sandbox.servers.genesys import Genesys
from sandbox.servers.mastodon import Mastodon
from sandbox.servers.meddler import Meddler
from sandbox.servers.salesforce import Salesforce
from sandbox.servers.service import Service
from sandbox.world import World


def make_app(
    world: World,
    client_id: str,
    client_secret: str,
    is_replay: bool = False,
    wall_clock: Callable[[], float] = time.time,
) -> ASGIApp:
    """Return the application that serves a world to one client.

    In a replay a selected field that no record has is left out instead of refused: nobody
    who supplies records has to supply all fields. Tokens and limits go by `wall_clock`.
    """
    service = Service(world, client_id, client_secret, world.limits, wall_clock=wall_clock)
    vendors = [
        *Control(service).routes(),
        *Genesys(service).routes(),
        *Mastodon(service).routes(),
        *Salesforce(service, is_strict=not is_replay).routes(),
    ]
    return Meddler(Starlette(routes=vendors), service)
