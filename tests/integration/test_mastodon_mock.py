"""Our connector against a Mastodon server that we did not write (its ids are no snowflakes)."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from kindred.api import Endpoint
from kindred.landing.extraction import land_loads
from kindred.loads import Window
from kindred.reconciling import Bound, reconcile
from kindred.sources import LOADS, client
from kindred.warehouse.connections import connect

STATUSES = LOADS["mastodon_statuses"]
TOKEN = "mock_token"
PER_PAGE = 40


class Server:
    """Speaks to the mock as its users would."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, method: str, path: str, **body) -> dict:
        request = urllib.request.Request(  # noqa: S310 -- loopback
            self.url + path,
            method=method,
            data=json.dumps(body).encode() if body else None,
            headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 -- loopback
            return json.load(response)

    def post(self, words: str) -> str:
        return self.ask("POST", "/api/v1/statuses", status=words)["id"]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mastodon_mock", "serve", "--in-memory", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--log-level", "critical"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"HOST": "127.0.0.1"},
    )
    try:
        server = Server(f"http://127.0.0.1:{port}")
        _wait_for(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(server: Server, process: subprocess.Popen) -> None:
    for _ in range(200):
        assert process.poll() is None, "the mock ended before it answered"
        try:
            server.ask("GET", "/api/v1/instance")
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the mock did not answer within 20 seconds")


@pytest.fixture
def conn(warehouse):
    with connect(warehouse.dsn("loader")) as conn:
        yield conn


def landed(conn, server: Server, run_id: str, **connection) -> dict[str, dict]:
    """Land the last day, and return the rows by id."""
    now = datetime.now(UTC)
    window = Window(now - timedelta(days=1), now + timedelta(minutes=1))
    options = {"hashtags": ["kindred"], "domain": "mock.test"}
    endpoint = Endpoint(server.url, options=options, **connection)
    (outcome,) = land_loads(
        conn, partial(client, "mastodon", endpoint), [STATUSES], {STATUSES.name: window}, run_id
    )
    assert outcome.error is None
    assert outcome.rows_quarantined == 0
    names = STATUSES.row.__struct_fields__
    found = conn.execute(
        f"select {', '.join(names)} from landing.mastodon_statuses where _batch_id = %s",
        [outcome.batch_id],
    ).fetchall()
    conn.commit()
    return {row[0]: dict(zip(names, row, strict=True)) for row in found}


def publish(conn) -> None:
    """Take what has landed for known, as the merge would."""
    conn.execute("insert into raw.mastodon_statuses select * from landing.mastodon_statuses")
    conn.commit()


def test_statuses_over_several_pages_then_an_edit_then_a_deletion(conn, server):
    ids = [server.post(f"number {n} of a happy crowd #kindred") for n in range(2 * PER_PAGE + 5)]
    server.post("nothing to do with it #other")
    first = landed(conn, server, "night-1")
    assert set(first) == set(ids)
    one = first[ids[0]]
    assert "number 0 of a happy crowd" in one["content"]
    assert one["hashtags"] == ["kindred"]
    assert one["account"].endswith("@mock.test")
    assert one["modified_at"] == one["created_at"]
    publish(conn)

    server.ask("PUT", f"/api/v1/statuses/{ids[1]}", status="less happy now #kindred")
    server.ask("DELETE", f"/api/v1/statuses/{ids[2]}")
    second = landed(conn, server, "night-2")
    assert set(second) == set(ids)

    edited = second[ids[1]]
    assert "less happy now" in edited["content"]
    assert edited["modified_at"] == edited["edited_at"] > first[ids[1]]["modified_at"]

    tombstone = second[ids[2]]
    assert tombstone["is_deleted"]
    assert tombstone["content"] == ""
    assert tombstone["modified_at"] > first[ids[2]]["modified_at"]
    assert sum(row["is_deleted"] for row in second.values()) == 1


def test_an_app_of_ours_logs_in_by_client_credentials(conn, server):
    status = server.post("as an app #kindred")
    app = server.ask(
        "POST", "/api/v1/apps", client_name="kindred", redirect_uris="urn:ietf:wg:oauth:2.0:oob"
    )
    found = landed(
        conn,
        server,
        "night-1",
        client_id=app["client_id"],
        client_secret=app["client_secret"],
    )
    assert status in found


def test_posts_deleted_beyond_the_lookback_are_found_by_comparing_ids(conn, server):
    ids = [server.post(f"post {n} to compare #kindred") for n in range(25)]  # two requests
    landed(conn, server, "night-1")
    publish(conn)
    conn.execute(
        "insert into ops.cursors values ('mastodon_statuses', now(), 1);"
        " update ops.loads set status = 'published'"
    )
    for status in ids[3], ids[24]:
        server.ask("DELETE", f"/api/v1/statuses/{status}")
    endpoint = Endpoint(server.url, options={"hashtags": ["kindred"], "domain": "mock.test"})
    made = reconcile(conn, partial(client, "mastodon", endpoint), STATUSES, "reconcile-1", Bound())
    assert made.ids_gone == 2
    found = conn.execute(
        "select status_id, content from landing.mastodon_statuses where is_deleted"
    ).fetchall()
    assert sorted(found) == sorted([(ids[3], ""), (ids[24], "")])
