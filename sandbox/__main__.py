"""`python -m sandbox`: make or reopen a world and serve it on 127.0.0.1."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import uvicorn

from sandbox.app import make_app
from sandbox.render import ReplayError
from sandbox.replay import open_replay
from sandbox.scenario_files import ScenarioError, load_scenario
from sandbox.world import open_world

HOST = "127.0.0.1"


def main(arguments: list[str] | None = None) -> int:
    """Run the sandbox until it is interrupted."""
    options = _parser().parse_args(arguments)
    client_id = os.environ.get("KINDRED_SANDBOX_CLIENT_ID")
    client_secret = os.environ.get("KINDRED_SANDBOX_CLIENT_SECRET")
    if not client_id or not client_secret:
        _say("set KINDRED_SANDBOX_CLIENT_ID and KINDRED_SANDBOX_CLIENT_SECRET: what clients show")
        return 2
    try:
        if options.replay is not None:
            world = open_replay(options.replay, options.home)
        else:
            scenario = load_scenario(options.scenario, options.customers)
            world = open_world(options.home, scenario, _say)
    except (ScenarioError, ReplayError) as error:
        _say(str(error))
        return 2
    app = make_app(world, client_id, client_secret)
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, options.port))
    except OSError as error:
        _say(f"port {options.port} on {HOST} cannot be used: {error.strerror}; give another --port")
        return 2
    port = listening.getsockname()[1]
    config = uvicorn.Config(app, log_level="warning", access_log=False)
    now = f"{world.clock.now:%Y-%m-%d %H:%M}"
    _Announcing(config, lambda: _ready(options.port_file, port, now)).run(sockets=[listening])
    return 0


class _Announcing(uvicorn.Server):
    """A server that says when it has begun to serve."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self.announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then announce."""
        await super().startup(sockets=sockets)
        self.announce()


def _ready(port_file: Path | None, port: int, now: str) -> None:
    """Write the port for whoever waits for it: whole or not at all."""
    if port_file is not None:
        port_file.parent.mkdir(parents=True, exist_ok=True)
        part = port_file.with_name(f"{port_file.name}.part")
        part.write_text(f"{port}\n", encoding="utf-8")
        part.replace(port_file)
    _say(f"serving http://{HOST}:{port}; the clock shows {now} UTC")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="folder for worlds and truth")
    parser.add_argument("--scenario", default="retailer", help="a name or a .yml file")
    parser.add_argument("--customers", type=int, help="instead of the scenario's number")
    parser.add_argument("--replay", type=Path, help="serve the JSON lines of this folder instead")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--port-file", type=Path, help="written once the sandbox answers")
    return parser


def _say(text: str) -> None:
    sys.stderr.write(f"sandbox: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
