"""A vendor is one folder of `render/` and one of `servers/`; nothing shared knows its name."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

import sandbox
from kindred.sources import LOADS
from sandbox.render import renderers
from sandbox.servers import vendor_servers
from sandbox.servers.server_state import ServerState
from sandbox.world import World

HOME = Path(sandbox.__file__).parent
VENDORS = sorted(renderers())
FILES = sorted(path for kind in ("py", "yml") for path in HOME.rglob(f"*.{kind}"))
OF_VENDORS = [HOME / room / vendor for room in ("render", "servers") for vendor in VENDORS]
SHARED = [path for path in FILES if not any(path.is_relative_to(room) for room in OF_VENDORS)]


def test_the_sandbox_has_the_vendors_of_the_pipeline(world: World) -> None:
    pipeline = sorted({load.vendor for load in LOADS.values()})
    servers = vendor_servers(ServerState(world, "me", "secret", world.limits))
    assert VENDORS == sorted(servers) == pipeline


def test_every_path_of_a_vendor_is_its_own(world: World) -> None:
    servers = vendor_servers(ServerState(world, "me", "secret", world.limits))
    rooms = [{route.path.split("/")[1] for route in s.routes()} for s in servers.values()]
    assert len(set.union(*rooms)) == sum(map(len, rooms))
    assert all(name in room for name, room in zip(servers, rooms, strict=True))


@pytest.mark.parametrize("path", SHARED, ids=lambda path: str(path.relative_to(HOME)))
def test_no_shared_file_names_a_vendor(path: Path) -> None:
    words = re.compile("|".join([*VENDORS, r"\w__c\b"]), re.IGNORECASE)
    assert words.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_no_file_of_a_vendor_imports_another(vendor: str) -> None:
    others = "|".join(name for name in VENDORS if name != vendor)
    imports = re.compile(rf"^\s*(?:from|import) .*\b(?:{others})\b", re.MULTILINE)
    for room in ("render", "servers"):
        for path in (HOME / room / vendor).rglob("*.py"):
            assert imports.findall(path.read_text(encoding="utf-8")) == [], path


def test_every_file_of_the_sandbox_is_short() -> None:
    assert [
        p.name for p in FILES if p.suffix == ".py" and len(p.read_text().splitlines()) > 200
    ] == []


@pytest.mark.asyncio
async def test_the_sandbox_says_how_to_connect_to_each_vendor(client: httpx.AsyncClient) -> None:
    served = (await client.get("/sandbox")).json()["connections"]
    assert sorted(served) == VENDORS
    assert served["genesys"] == {"login_url": "http://127.0.0.1:8/genesys/login"}
    assert served["mastodon"]["hashtags"] == ["harborandlane", "harborfinds"]
