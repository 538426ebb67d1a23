"""A fault strikes where, when and as often as a test said, and then no more."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.unit.sandbox.asking import log_in

QUERY = "/salesforce/services/data/v62.0/queryAll?q=SELECT Id, Verbatim__c, CreatedDate FROM {0}"
SURVEYS = QUERY.format("Survey_Response__c")
TAG = "/mastodon/api/v1/timelines/tag/harborandlane"

pytestmark = pytest.mark.asyncio


async def switch(client: httpx.AsyncClient, path: str, kind: str, **more: Any) -> None:
    answer = await client.post("/sandbox/faults", json={"path": path, "kind": kind, **more})
    assert answer.status_code == 200, answer.text


async def test_a_fault_spares_the_first_strikes_twice_and_is_over(
    client: httpx.AsyncClient,
) -> None:
    await switch(client, "/mastodon", "error_500", times=2, after=1)
    statuses = [(await client.get(TAG)).status_code for _ in range(4)]
    assert statuses == [200, 500, 500, 200]
    assert (await client.get("/sandbox/faults")).json()["faults"][0]["hit"] == 2


async def test_other_paths_are_spared_and_delete_ends_all_faults(
    client: httpx.AsyncClient,
) -> None:
    await switch(client, "/genesys", "error_500", times=0)
    assert (await client.get(TAG)).status_code == 200
    await client.delete("/sandbox/faults")
    assert (await client.get("/genesys/api/v2/nothing")).status_code == 404


@pytest.mark.parametrize("wait", [None, 3])
async def test_a_rate_limit_comes_with_and_without_retry_after(
    client: httpx.AsyncClient, wait: int | None
) -> None:
    await switch(client, "/mastodon", "rate_limited", retry_after=wait)
    answer = await client.get(TAG)
    assert answer.status_code == 429
    assert answer.headers.get("Retry-After") == (None if wait is None else "3")


async def test_a_401_in_mid_run_needs_a_new_token(client: httpx.AsyncClient) -> None:
    await log_in(client, "salesforce")
    await switch(client, "/salesforce/services/data", "unauthorized")
    assert [(await client.get(SURVEYS)).status_code for _ in range(2)] == [401, 401]
    await log_in(client, "salesforce")
    assert (await client.get(SURVEYS)).status_code == 200


async def test_a_html_page_comes_with_200(client: httpx.AsyncClient) -> None:
    await switch(client, "/mastodon", "html_page")
    answer = await client.get(TAG)
    assert answer.status_code == 200
    assert answer.text.startswith("<!DOCTYPE html>")


async def test_a_truncated_body_is_not_json(client: httpx.AsyncClient) -> None:
    await switch(client, "/mastodon", "truncated")
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|delimiter|Invalid"):
        (await client.get(TAG)).json()


async def test_a_slow_drip_arrives_whole(client: httpx.AsyncClient) -> None:
    whole = (await client.get(TAG)).json()
    await switch(client, "/mastodon", "slow_drip", seconds=0.05)
    assert (await client.get(TAG)).json() == whole


async def test_a_cursor_leads_back_to_its_own_page(client: httpx.AsyncClient) -> None:
    await log_in(client, "salesforce")
    await switch(client, "/", "cursor_loop", times=0)
    page = (await client.get(SURVEYS)).json()
    again = (await client.get(page["nextRecordsUrl"])).json()
    assert not page["done"]
    assert again["records"] == page["records"]


async def test_a_fault_of_records_waits_for_an_answer_that_has_some(
    client: httpx.AsyncClient,
) -> None:
    await log_in(client, "salesforce")
    await switch(client, "/salesforce/services/data", "wrong_type")
    refused = await client.get(QUERY.format("Survey_Response__c").replace("Id,", "Absent__c,"))
    assert refused.status_code == 400
    assert b"unexpected" not in refused.content
    assert b"unexpected" in (await client.get(SURVEYS)).content
    assert b"unexpected" not in (await client.get(SURVEYS)).content


async def test_an_empty_day_has_no_records(client: httpx.AsyncClient) -> None:
    await log_in(client, "salesforce")
    await switch(client, "/salesforce/services/data", "empty_day")
    assert (await client.get(SURVEYS)).json() == {"totalSize": 0, "done": True, "records": []}


@pytest.mark.parametrize(
    ("kind", "harm"),
    [
        ("nul_escape", b"\\u0000"),
        ("lone_surrogate", b"\\ud83d"),
        ("unknown_field", b"added_last_night"),
        ("wrong_type", b"unexpected"),
        ("huge_text", b"ten megabytes of words " * 1000),
    ],
)
async def test_a_record_is_corrupted_and_the_others_are_not(
    client: httpx.AsyncClient, kind: str, harm: bytes
) -> None:
    await log_in(client, "salesforce")
    whole = (await client.get(SURVEYS)).json()["records"]
    await switch(client, "/salesforce/services/data", kind, field=None)
    answer = await client.get(SURVEYS)
    assert harm in answer.content
    assert answer.json()["records"][1:] == whole[1:]


async def test_a_key_is_missing_and_an_id_comes_twice(client: httpx.AsyncClient) -> None:
    whole = (await client.get(TAG)).json()
    await switch(client, "/mastodon", "missing_key", field="content")
    await switch(client, "/mastodon", "duplicate_id")
    assert "content" not in (await client.get(TAG)).json()[0]
    twice = (await client.get(TAG)).json()
    assert len(twice) == len(whole) + 1
    assert twice[-1] == twice[0]


@pytest.mark.parametrize(
    "body", [{"path": "/", "kind": "explode"}, {"kind": "error_500"}, {"path": "/", "colour": 1}]
)
async def test_an_unknown_fault_is_refused(client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    answer = await client.post("/sandbox/faults", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


async def test_the_clock_refuses_what_lies_outside_its_world(client: httpx.AsyncClient) -> None:
    answer = await client.post("/sandbox/clock", json={"now": "2031-01-01T00:00:00Z"})
    assert answer.status_code == 400
    assert "this sandbox knows 2024-11-01" in answer.json()["error"]
