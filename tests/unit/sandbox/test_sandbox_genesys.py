"""Genesys: pages, rewrites, late surveys, and transcripts that no token may reach."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from sandbox.scenario import Scenario
from tests.unit.sandbox.asking import log_in

API = "/genesys/api/v2"
DETAILS = f"{API}/analytics/conversations/details/query"
MONTH = "2025-03-01T00:00:00Z/2025-03-31T00:00:00Z"

pytestmark = pytest.mark.asyncio


async def ask(
    client: httpx.AsyncClient, interval: str = MONTH, size: int = 5, number: int = 1
) -> httpx.Response:
    paging = {"pageSize": size, "pageNumber": number}
    return await client.post(DETAILS, json={"interval": interval, "paging": paging})


async def everything(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number in range(1, 1000):
        page = (await ask(client, number=number)).json()
        found += page["conversations"]
        if not page["conversations"]:
            assert len(found) == page["totalHits"]
            return found
    raise AssertionError("the pages do not end")


async def test_pages_give_every_conversation_of_the_interval_once(
    client: httpx.AsyncClient,
) -> None:
    await log_in(client, "genesys")
    found = await everything(client)
    starts = [conversation["conversationStart"] for conversation in found]
    assert len({conversation["conversationId"] for conversation in found}) == len(found) > 5
    assert starts == sorted(starts)
    assert "2025-03-01" <= starts[0] < starts[-1] < "2025-03-31"


async def test_conversations_change_within_days_and_surveys_come_late(
    client: httpx.AsyncClient, scenario: Scenario
) -> None:
    await log_in(client, "genesys")
    changed = 0
    for days in range(60):
        end = scenario.now - timedelta(days=20 + days)
        window = f"{end - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}/{end:%Y-%m-%dT%H:%M:%SZ}"
        await client.post("/sandbox/clock", json={"now": end.isoformat()})
        soon = (await ask(client, window, 100)).json()["conversations"]
        await client.post("/sandbox/clock", json={"now": (end + timedelta(days=6)).isoformat()})
        found = (await ask(client, window, 100)).json()["conversations"]
        late = {conversation["conversationId"]: conversation for conversation in found}
        for conversation in soon:
            again = late[conversation["conversationId"]]
            changed += conversation != again
            for survey in again.get("surveys", []):
                assert (survey["surveyStatus"] == "Finished") == ("oSurveyTotalScore" in survey)
    assert changed > 5


async def test_a_transcript_is_fetched_from_another_origin_without_a_token(
    client: httpx.AsyncClient,
) -> None:
    await log_in(client, "genesys")
    statuses = set()
    for conversation in await everything(client):
        session = conversation["participants"][0]["sessions"][0]["sessionId"]
        answer = await client.get(
            f"{API}/speechandtextanalytics/conversations/{conversation['conversationId']}"
            f"/communications/{session}/transcripturl"
        )
        statuses.add(answer.status_code)
        if answer.status_code == 200:
            url = answer.json()["url"]
    assert statuses == {200, 404}
    assert urlsplit(url).netloc == "localhost:8"
    assert (await client.get(url)).status_code == 400
    del client.headers["Authorization"]
    document = (await client.get(url)).json()
    assert document["transcripts"][0]["phrases"][0]["text"]
    assert (await client.get(url.replace("Signature=", "Signature=0"))).status_code == 403


@pytest.mark.parametrize(
    ("interval", "size", "complaint"),
    [
        ("2025-01-01T00:00:00Z/2025-02-02T00:00:00Z", 25, "wider than 31 days"),
        ("2025-01-02T00:00:00Z/2025-01-01T00:00:00Z", 25, "the first before the second"),
        ("2025-01-01T00:00:00/2025-01-02T00:00:00", 25, "time zone"),
        ("January", 25, "ISO 8601"),
        (MONTH, 101, "pageSize"),
    ],
)
async def test_a_bad_question_is_refused(
    client: httpx.AsyncClient, interval: str, size: int, complaint: str
) -> None:
    await log_in(client, "genesys")
    answer = await ask(client, interval, size)
    assert answer.status_code == 400
    assert complaint in answer.json()["message"]


async def test_the_rate_limit_is_reported_and_enforced(client: httpx.AsyncClient) -> None:
    await client.post("/sandbox/limits", json={"requests": {"genesys": 1}})
    await log_in(client, "genesys")
    answers = [await ask(client) for _ in range(3)]
    assert answers[-1].status_code == 429
    assert 1 <= int(answers[-1].headers["inin-ratelimit-reset"]) <= 60
    assert answers[-1].headers["Retry-After"] == answers[-1].headers["inin-ratelimit-reset"]


async def test_a_salesforce_token_does_not_open_genesys(client: httpx.AsyncClient) -> None:
    await log_in(client, "salesforce")
    assert (await ask(client)).status_code == 401
