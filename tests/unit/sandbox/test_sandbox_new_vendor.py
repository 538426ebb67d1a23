"""A new vendor is served as soon as its two folders are there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

import sandbox.render
import sandbox.servers
from sandbox.app import make_app
from sandbox.render import ReplayError
from sandbox.replay import open_replay
from sandbox.scenario import Scenario
from sandbox.world import World, open_world
from tests.unit.sandbox.asking import ignore

RENDERER = """
import msgspec

from sandbox.record_store import RecordStoreBuilder
from sandbox.render import Renderer, Rendering, SuppliedVersion
from sandbox.simulation.contacts import contacts


def render(context, identities):
    builder = RecordStoreBuilder()
    for contact, changes in contacts(context, identities):
        moment = changes[0][0]
        record = {"number": contact.number, "mail": contact.email}
        builder.add(str(contact.number), [(moment, moment, msgspec.json.encode(record))])
    return Rendering({"contacts": builder.build()}, [])


def read(kind, record):
    return SuppliedVersion(str(record["number"]), 0, 0, record)


RENDERER = Renderer(("contacts",), render, read)
"""
SERVER = """
from starlette.routing import Route

from sandbox.record_store import FOREVER
from sandbox.servers.answer_format import AnswerFormat
from sandbox.servers.server_state import JSON
from sandbox.servers.vendor_server import RateLimit, VendorServer


class Answers(AnswerFormat):
    unauthorized = b"{}"

    def records(self, document):
        return document

    def loop(self, document, url, headers):
        pass

    def empty(self, document, headers):
        pass

    def typed_field(self, record):
        return "number"

    def text_field(self, record):
        return "mail"


class Server(VendorServer):
    rate_limit = RateLimit(100, seconds=60)
    answers = Answers()

    def routes(self):
        return [Route(f"/{self.name}/people", self.people)]

    async def people(self, request):
        self.count()
        store = self.state.world.stores[f"{self.name}_contacts"]
        found = store.find(0, FOREVER, self.state.now)
        return JSON(b"[" + store.join(found.tolist()) + b"]")
"""


@pytest.fixture
def globex(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The folders of a vendor `globex`, as if they lay beside the others."""
    for package, source in ((sandbox.render, RENDERER), (sandbox.servers, SERVER)):
        room = package.__name__.rpartition(".")[2]
        folder = tmp_path / room / "globex"
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(source, encoding="utf-8")
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path / room)])
    sandbox.render.renderers.cache_clear()
    yield
    sandbox.render.renderers.cache_clear()
    for name in [name for name in sys.modules if name.endswith(".globex")]:
        del sys.modules[name]


async def people(world: World, **fault: object) -> list[dict[str, object]]:
    transport = httpx.ASGITransport(app=make_app(world, "me", "secret"))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        if fault:
            await client.post("/sandbox/faults", json={"path": "/globex", **fault})
        found: list[dict[str, object]] = (await client.get("/globex/people")).json()
        return found


@pytest.mark.asyncio
@pytest.mark.usefixtures("globex")
async def test_a_new_vendor_has_records_a_server_and_faults(
    scenario: Scenario, tmp_path: Path
) -> None:
    world = open_world(tmp_path / "home", scenario, ignore)
    assert "globex" in world.vendors
    found = await people(world)
    assert len(found) > 100
    harmed = await people(world, kind="missing_key")
    assert ["number" in person for person in harmed[:2]] == [False, True]


@pytest.mark.asyncio
@pytest.mark.usefixtures("globex")
async def test_two_vendors_of_one_kind_are_replayed_from_files_with_their_names(
    tmp_path: Path,
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    contact = {"Id": "003A", "SystemModstamp": "2026-01-02T00:00:00Z"}
    (source / "salesforce_contacts.jsonl").write_bytes(msgspec.json.encode(contact))
    (source / "globex_contacts.jsonl").write_bytes(msgspec.json.encode({"number": 7}))
    world = open_replay(source, tmp_path / "home")
    assert world.vendors == ("globex", "salesforce")
    assert await people(world) == [{"number": 7}]


@pytest.mark.usefixtures("globex")
def test_a_file_that_could_be_of_several_vendors_is_not_left_out(tmp_path: Path) -> None:
    (tmp_path / "contacts.jsonl").write_bytes(msgspec.json.encode({"number": 7}))
    with pytest.raises(ReplayError, match="whose contacts are these"):
        open_replay(tmp_path, tmp_path / "home")
