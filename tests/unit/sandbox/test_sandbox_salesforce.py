"""Salesforce's pages lose nothing, its clock is the sandbox's, its refusals are its own."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest

from sandbox.app import make_app
from sandbox.scenario import Scenario
from sandbox.times import milliseconds
from sandbox.world import World
from tests.unit.sandbox.asking import log_in, records

QUERY = "/salesforce/services/data/v62.0/queryAll"
ORDER = "ORDER BY SystemModstamp, Id"
WINDOW = "SystemModstamp >= {0} AND SystemModstamp < {1}"

pytestmark = pytest.mark.asyncio


async def ask(client: httpx.AsyncClient, soql: str) -> httpx.Response:
    return await client.get(
        QUERY, params={"q": soql}, headers={"Sforce-Query-Options": "batchSize=200"}
    )


async def everything(client: httpx.AsyncClient, soql: str) -> list[dict[str, Any]]:
    page = (await ask(client, soql)).json()
    found = page["records"]
    while not page["done"]:
        page = (await client.get(page["nextRecordsUrl"])).json()
        found += page["records"]
    assert len(found) == page["totalSize"]
    return found


async def test_pages_give_every_order_once_in_the_order_of_stamp_and_id(
    client: httpx.AsyncClient, world: World
) -> None:
    await log_in(client, "salesforce")
    found = await everything(client, f"SELECT Id, SystemModstamp FROM Order {ORDER}")
    keys = [(order["SystemModstamp"], order["Id"]) for order in found]
    now = milliseconds(world.clock.now)
    assert keys == sorted(keys)
    assert len(keys) > 400
    assert {key[1] for key in keys} == {
        order["Id"] for order in records(world, "salesforce_orders", now)
    }


async def test_a_window_is_half_open_and_windows_together_are_the_whole(
    client: httpx.AsyncClient, scenario: Scenario
) -> None:
    await log_in(client, "salesforce")
    edges = [scenario.begins + timedelta(days=30 * at) for at in range(8)]
    parts = []
    for start, end in pairwise(edges):
        where = WINDOW.format(f"{start:%Y-%m-%dT%H:%M:%SZ}", f"{end:%Y-%m-%dT%H:%M:%SZ}")
        parts += await everything(client, f"SELECT Id FROM Order WHERE {where} {ORDER}")
    whole = await everything(client, f"SELECT Id FROM Order {ORDER}")
    assert sorted(order["Id"] for order in parts) == sorted(order["Id"] for order in whole)


async def test_contacts_of_one_bulk_job_share_a_stamp(client: httpx.AsyncClient) -> None:
    await log_in(client, "salesforce")
    found = await everything(client, f"SELECT Id, SystemModstamp FROM Contact {ORDER}")
    stamps = [contact["SystemModstamp"] for contact in found]
    assert max(map(stamps.count, stamps)) > 30


async def test_nothing_is_newer_than_the_clock_and_a_later_clock_shows_the_later_version(
    client: httpx.AsyncClient, scenario: Scenario
) -> None:
    await log_in(client, "salesforce")
    asked = f"SELECT Id, Status, SystemModstamp FROM Order {ORDER}"
    early = scenario.now - timedelta(days=60)
    await client.post("/sandbox/clock", json={"now": early.isoformat()})
    before = {order["Id"]: order for order in await everything(client, asked)}
    await client.post("/sandbox/clock", json={"now": scenario.now.isoformat()})
    after = {order["Id"]: order for order in await everything(client, asked)}
    assert max(o["SystemModstamp"] for o in before.values()) <= early.isoformat()
    assert before.keys() < after.keys()
    opened = [key for key, order in before.items() if order["Status"] == "Activated"]
    assert opened
    assert all(after[key]["Status"] != "Activated" for key in opened)


async def test_the_deleted_are_served_as_deleted(client: httpx.AsyncClient, world: World) -> None:
    await log_in(client, "salesforce")
    asked = f"SELECT Id, IsDeleted, MasterRecordId FROM Contact {ORDER}"
    merged = [c for c in await everything(client, asked) if c["MasterRecordId"]]
    now = milliseconds(world.clock.now)
    expected = [c["Id"] for c in records(world, "salesforce_contacts", now) if c["MasterRecordId"]]
    assert [contact["Id"] for contact in merged] == expected
    assert all(contact["IsDeleted"] for contact in merged)


async def test_a_condition_on_null_is_kept(client: httpx.AsyncClient) -> None:
    await log_in(client, "salesforce")
    have = await everything(client, f"SELECT Email FROM Contact WHERE Email != null {ORDER}")
    lack = await everything(client, f"SELECT Email FROM Contact WHERE Email = null {ORDER}")
    whole = await everything(client, f"SELECT Email FROM Contact {ORDER}")
    assert all(contact["Email"] for contact in have)
    assert len(have) + len(lack) == len(whole)


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Id FROM Contract", "INVALID_TYPE"),
        ("SELECT Id, Shoe_Size__c FROM Contact", "INVALID_FIELD"),
        ("SELECT * FROM Contact", "MALFORMED_QUERY"),
        ("DELETE FROM Contact", "MALFORMED_QUERY"),
        ("SELECT Id FROM Contact WHERE SystemModstamp >= '2024-11-01T00:00:00Z'", "INVALID_FIELD"),
        ("SELECT Id FROM Contact WHERE SystemModstamp >= yesterday", "INVALID_FIELD"),
        ("SELECT Id FROM Contact WHERE Phone LIKE '+1%'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Contact ORDER BY Email", "MALFORMED_QUERY"),
        ("", "MALFORMED_QUERY"),
    ],
)
async def test_a_bad_query_is_refused_with_the_vendors_code(
    client: httpx.AsyncClient, soql: str, code: str
) -> None:
    await log_in(client, "salesforce")
    answer = await ask(client, soql)
    assert answer.status_code == 400
    assert answer.json()[0]["errorCode"] == code


async def test_a_token_expires(world: World) -> None:
    clock = [1000.0]
    app = make_app(world, "me", "secret", wall_clock=lambda: clock[0])
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        await log_in(client, "salesforce")
        clock[0] += world.limits.token_seconds - 1
        assert (await ask(client, "SELECT Id FROM Lead")).status_code == 200
        clock[0] += 1
        answer = await ask(client, "SELECT Id FROM Lead")
    assert answer.status_code == 401
    assert answer.json()[0]["errorCode"] == "INVALID_SESSION_ID"


async def test_a_wrong_secret_gets_no_token(client: httpx.AsyncClient) -> None:
    given = {"grant_type": "client_credentials", "client_id": "me", "client_secret": "guess"}
    answer = await client.post("/salesforce/services/oauth2/token", data=given)
    assert answer.status_code == 400
    assert "access_token" not in answer.json()


async def test_the_daily_limit_is_reported_and_enforced(client: httpx.AsyncClient) -> None:
    await client.post("/sandbox/limits", json={"requests": {"salesforce": 2}})
    await log_in(client, "salesforce")
    answers = [await ask(client, "SELECT Id FROM Lead") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 403]
    assert answers[1].headers["Sforce-Limit-Info"] == "api-usage=2/2"
    assert answers[2].json()[0]["errorCode"] == "REQUEST_LIMIT_EXCEEDED"


async def test_query_leaves_out_the_recycle_bin_that_query_all_shows(
    client: httpx.AsyncClient,
) -> None:
    await log_in(client, "salesforce")
    asked = {"q": "SELECT Id, IsDeleted FROM Contact ORDER BY Id"}
    every = (await client.get(QUERY, params=asked)).json()["records"]
    live = (await client.get(QUERY.replace("queryAll", "query"), params=asked)).json()["records"]
    assert [contact["Id"] for contact in live] == [c["Id"] for c in every if not c["IsDeleted"]]
    assert 0 < len(live) < len(every)


async def test_ranges_of_ids_together_are_the_whole_and_named_ids_are_found(
    client: httpx.AsyncClient,
) -> None:
    await log_in(client, "salesforce")
    whole = [o["Id"] for o in await everything(client, "SELECT Id FROM Order ORDER BY Id")]
    assert whole == sorted(whole)
    middle, last = whole[len(whole) // 2], whole[-1]
    first = await everything(client, f"SELECT Id FROM Order WHERE Id <= '{middle}' ORDER BY Id")
    rest = await everything(
        client, f"SELECT Id FROM Order WHERE Id > '{middle}' AND Id <= '{last}' ORDER BY Id"
    )
    assert [order["Id"] for order in first + rest] == whole
    page = (await ask(client, f"SELECT Id FROM Order WHERE Id > '{middle}' LIMIT 3")).json()
    assert page["totalSize"] == 3
    named = await everything(client, f"SELECT Id FROM Order WHERE Id IN ('{middle}', 'none')")
    assert [order["Id"] for order in named] == [middle]
