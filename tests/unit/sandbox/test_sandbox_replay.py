"""A replay serves what somebody else supplies, as the vendors would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from sandbox.app import make_app
from sandbox.render import ReplayError
from sandbox.replay import open_replay
from tests.unit.sandbox.asking import log_in

CONTACT = {"Id": "003A", "Email": "ada@example.com", "SystemModstamp": "2026-01-02T00:00:00Z"}
STATUS = {
    "id": "7",
    "created_at": "2026-01-03T00:00:00Z",
    "content": "<p>hello</p>",
    "account": {"acct": "somebody"},
    "tags": [{"name": "Kind"}],
}


def supply(folder: Path, **files: list[dict[str, Any]]) -> None:
    for name, rows in files.items():
        (folder / f"{name}.jsonl").write_bytes(b"\n".join(map(msgspec.json.encode, rows)))


@pytest.mark.asyncio
async def test_supplied_records_are_served_and_missing_files_are_no_records(
    tmp_path: Path,
) -> None:
    newer = CONTACT | {"Email": "ada@example.org", "SystemModstamp": "2026-02-02T00:00:00Z"}
    supply(tmp_path, salesforce_contacts=[newer, CONTACT], statuses=[STATUS])
    app = make_app(open_replay(tmp_path, tmp_path / "home"), "me", "secret")
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        tagged = await client.get("/mastodon/api/v1/timelines/tag/kind")
        await log_in(client, "salesforce")
        found = []
        for name in ("Contact", "Order"):
            query = f"SELECT Id, Email, Phone FROM {name} ORDER BY SystemModstamp, Id"
            url = "/salesforce/services/data/v62.0/queryAll"
            found.append((await client.get(url, params={"q": query})).json()["records"])
    assert tagged.json() == [STATUS]
    assert [(contact["Id"], contact["Email"]) for contact in found[0]] == [
        ("003A", "ada@example.org")
    ]
    assert found[1] == []


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"Id": "003A"}, "contacts.jsonl, line 2: no 'SystemModstamp'"),
        ({"Id": "003A", "SystemModstamp": "soon"}, "contacts.jsonl, line 2: Invalid"),
    ],
)
def test_a_record_that_cannot_be_served_is_named(
    tmp_path: Path, row: dict[str, Any], complaint: str
) -> None:
    supply(tmp_path, salesforce_contacts=[CONTACT, row])
    with pytest.raises(ReplayError, match=complaint):
        open_replay(tmp_path, tmp_path / "home")


def test_a_replay_of_no_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="is not a folder"):
        open_replay(tmp_path / "nothing", tmp_path)


@pytest.mark.asyncio
async def test_a_purged_record_is_gone_from_its_instant_on_from_the_recycle_bin_too(
    tmp_path: Path,
) -> None:
    deleted = {"SystemModstamp": "2026-01-04T00:00:00Z", "IsDeleted": True}
    purged = CONTACT | deleted | {"_purgedAt": "2026-01-20T00:00:00Z"}
    supply(tmp_path, salesforce_contacts=[CONTACT, purged, CONTACT | {"Id": "003B"}])
    app = make_app(open_replay(tmp_path, tmp_path / "home"), "me", "secret")
    transport = httpx.ASGITransport(app=app)
    seen = {}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        await log_in(client, "salesforce")
        for day in ("2026-01-05", "2026-01-21"):
            await client.post("/sandbox/clock", json={"now": f"{day}T00:00:00Z"})
            query = {"q": "SELECT Id FROM Contact ORDER BY Id"}
            answer = await client.get("/salesforce/services/data/v62.0/queryAll", params=query)
            seen[day] = [contact["Id"] for contact in answer.json()["records"]]
    assert seen == {"2026-01-05": ["003A", "003B"], "2026-01-21": ["003B"]}


def test_posts_without_a_tag_are_an_error_because_posts_are_found_by_their_tags(
    tmp_path: Path,
) -> None:
    supply(tmp_path, statuses=[STATUS | {"tags": []}])
    with pytest.raises(ReplayError, match="no status has a tag"):
        open_replay(tmp_path, tmp_path / "home")
