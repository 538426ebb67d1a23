"""The tiny world, made once, and a client that speaks to it without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from sandbox.app import make_app
from sandbox.scenario import Scenario
from sandbox.scenario_files import load_scenario
from sandbox.world import World, open_world
from tests.unit.sandbox.asking import ignore


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    return load_scenario("tiny")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sandbox")


@pytest.fixture
def world(scenario: Scenario, home: Path) -> World:
    """Reopen the tiny world: made at the first use, kept for the others."""
    opened = open_world(home, scenario, ignore)
    opened.clock.set(scenario.now)
    return opened


@pytest_asyncio.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a token, on a fresh application whose limits' minute never turns."""
    app = make_app(world, "me", "secret", wall_clock=lambda: 1_000_000.0)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8") as opened:
        yield opened
