"""All vendors from the sandbox's servers, whole and with every fault they know."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from kindred.api import Endpoint
from kindred.errors import SourceForbidden, SourceMalformed, SourceUnavailable
from kindred.landing.extraction import LandingResult, land_loads
from kindred.loads import Window
from kindred.publishing import publish_batches
from kindred.sources import LOADS, VENDORS, client
from kindred.warehouse import ledger
from kindred.warehouse.connections import connect

ROOT = Path(__file__).resolve().parents[2]
CLIENT = ("a-loader", "a-secret-of-the-loader")
QUICK = {"attempts": 3, "first_wait": 0.01, "longest_limit": 1}
# Where faults strike, and the load that meets them first.
PATHS = {
    "salesforce": ("/salesforce/services/data", "salesforce_contacts"),
    "genesys": ("/genesys/api/v2/analytics", "genesys_conversations"),
    "mastodon": ("/mastodon/api/v1/timelines", "mastodon_statuses"),
}
EVERYWHERE = pytest.mark.parametrize("vendor", PATHS)


@dataclass(frozen=True)
class Sandbox:
    """The running servers, and how many rows of each load they have when nothing is wrong."""

    url: str
    rows: dict[str, int] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: dict | None = None) -> dict:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)  # noqa: S310
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 -- loopback
            return json.load(response)

    def endpoint(self, vendor: str) -> Endpoint:
        extra = self.ask("GET", "/sandbox")["connections"][vendor]
        return Endpoint(f"{self.url}/{vendor}", *CLIENT, {"patience": QUICK} | extra)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    home = tmp_path_factory.mktemp("sandbox")
    port_file = home / "port"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "sandbox", "--scenario", "tiny"),
            *("--home", str(home), "--port-file", str(port_file)),
        ],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ
        | {"KINDRED_SANDBOX_CLIENT_ID": CLIENT[0], "KINDRED_SANDBOX_CLIENT_SECRET": CLIENT[1]},
    )
    try:
        for _ in range(600):
            assert process.poll() is None, "the sandbox ended before it served"
            if port_file.exists():
                break
            time.sleep(0.1)
        yield Sandbox(f"http://127.0.0.1:{port_file.read_text().strip()}")
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    yield running
    running.ask("DELETE", "/sandbox/faults")


@pytest.fixture
def conn(warehouse):
    with connect(warehouse.dsn("loader")) as conn:
        yield conn


def history(sandbox: Sandbox) -> Window:
    clock = sandbox.ask("GET", "/sandbox/clock")
    return Window(*(datetime.fromisoformat(clock[edge]) for edge in ("begins", "now")))


def landed(
    conn, sandbox: Sandbox, vendor: str, run: str = "run", window: Window | None = None
) -> dict[str, LandingResult]:
    loads = VENDORS[vendor].loads
    windows = {load.name: window or history(sandbox) for load in loads}
    return {
        outcome.load: outcome
        for outcome in land_loads(
            conn, partial(client, vendor, sandbox.endpoint(vendor)), loads, windows, run
        )
    }


def whole(conn, sandbox: Sandbox, vendor: str) -> dict[str, int]:
    """How many rows each load of the vendor has: landed once, remembered for all tests."""
    names = [load.name for load in VENDORS[vendor].loads]
    if names[0] not in sandbox.rows:
        for outcome in landed(conn, sandbox, vendor, "whole").values():
            sandbox.rows[outcome.load] = outcome.rows_landed
    return {name: sandbox.rows[name] for name in names}


def in_landing(conn, load: str) -> int:
    (count,) = conn.execute(f"select count(*) from landing.{load}").fetchone()
    conn.commit()
    return count


@EVERYWHERE
def test_a_history_lands_whole_and_nothing_is_quarantined(conn, sandbox, vendor):
    for outcome in landed(conn, sandbox, vendor).values():
        assert outcome.error is None
        assert (outcome.rows_quarantined, outcome.extra_fields) == (0, ())
        assert outcome.rows_landed == in_landing(conn, outcome.load) > 0


@EVERYWHERE
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "error_500", "times": 2},
        {"kind": "rate_limited", "times": 2},
        {"kind": "rate_limited", "times": 2, "retry_after": 0.05},
        {"kind": "unauthorized"},
        {"kind": "truncated"},
        {"kind": "dropped"},
        {"kind": "slow_drip", "seconds": 0.3},
    ],
    ids=lambda fault: f"{fault['kind']}{'_with_hint' if 'retry_after' in fault else ''}",
)
def test_a_fault_that_passes_costs_nothing_but_time(conn, sandbox, vendor, fault):
    rows = whole(conn, sandbox, vendor)
    sandbox.ask("POST", "/sandbox/faults", {"path": PATHS[vendor][0], **fault})
    harmed = landed(conn, sandbox, vendor, "harmed")
    assert sandbox.ask("GET", "/sandbox/faults")["faults"][0]["hit"] == fault.get("times", 1)
    assert not any(outcome.error for outcome in harmed.values())
    assert {name: outcome.rows_landed for name, outcome in harmed.items()} == rows


@EVERYWHERE
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("error_500", SourceUnavailable),
        ("rate_limited", SourceUnavailable),
        ("dropped", SourceUnavailable),
        ("unauthorized", SourceForbidden),
        ("truncated", SourceMalformed),
        ("html_page", SourceMalformed),
        ("cursor_loop", SourceMalformed),
    ],
)
def test_a_fault_that_stays_fails_the_loads_and_leaves_nothing_behind(
    conn, sandbox, vendor, kind, error
):
    path, load = PATHS[vendor]
    sandbox.ask("POST", "/sandbox/faults", {"path": path, "kind": kind, "times": 0})
    outcome = landed(conn, sandbox, vendor)[load]
    assert isinstance(outcome.error, error)
    assert in_landing(conn, load) == 0
    for secret in CLIENT:
        assert secret not in str(outcome.error)


@EVERYWHERE
@pytest.mark.parametrize("kind", ["wrong_type", "missing_key"])
def test_a_record_that_breaks_its_contract_goes_to_quarantine_alone(conn, sandbox, vendor, kind):
    path, _ = PATHS[vendor]
    rows = whole(conn, sandbox, vendor)
    sandbox.ask("POST", "/sandbox/faults", {"path": path, "kind": kind})
    harmed = landed(conn, sandbox, vendor, "harmed")
    assert not any(outcome.error for outcome in harmed.values())
    assert sum(outcome.rows_quarantined for outcome in harmed.values()) >= 1
    for name, outcome in harmed.items():
        assert outcome.rows_landed + outcome.rows_quarantined == rows[name]


@EVERYWHERE
def test_a_field_that_nobody_expected_is_kept_and_named(conn, sandbox, vendor):
    path, _ = PATHS[vendor]
    sandbox.ask("POST", "/sandbox/faults", {"path": path, "kind": "unknown_field"})
    (harmed,) = [o for o in landed(conn, sandbox, vendor).values() if o.extra_fields]
    (kept,) = conn.execute(
        f"select _extra from landing.{harmed.load} where _extra is not null"
    ).fetchone()
    assert tuple(kept) == harmed.extra_fields


@EVERYWHERE
@pytest.mark.parametrize("kind", ["nul_escape", "lone_surrogate", "huge_text"])
def test_texts_that_postgres_cannot_take_as_they_are_arrive_cleaned(conn, sandbox, vendor, kind):
    path, field = {
        "salesforce": (PATHS["salesforce"][0], "LeadSource"),
        "genesys": ("/transcripts", "text"),
        "mastodon": (PATHS["mastodon"][0], "content"),
    }[vendor]
    rows = whole(conn, sandbox, vendor)
    sandbox.ask("POST", "/sandbox/faults", {"path": path, "kind": kind, "field": field})
    for name, outcome in landed(conn, sandbox, vendor, "harmed").items():
        assert (outcome.error, outcome.rows_landed) == (None, rows[name])


def test_an_id_that_cannot_be_asked_for_breaks_nothing(conn, sandbox):
    path, load = PATHS["genesys"]
    rows = whole(conn, sandbox, "genesys")
    sandbox.ask("POST", "/sandbox/faults", {"path": path, "kind": "huge_text"})
    found = landed(conn, sandbox, "genesys", "harmed")
    assert not any(outcome.error for outcome in found.values())
    assert (found[load].rows_landed, found[load].rows_quarantined) == (rows[load] - 1, 1)


def test_a_transcript_host_that_is_down_costs_the_transcripts_only(conn, sandbox):
    sandbox.ask(
        "POST", "/sandbox/faults", {"path": "/transcripts", "kind": "error_500", "times": 0}
    )
    found = landed(conn, sandbox, "genesys")
    assert isinstance(found["genesys_transcripts"].error, SourceUnavailable)
    assert found["genesys_conversations"].rows_landed > 0
    assert found["genesys_surveys"].error is None


def test_a_night_asks_for_no_transcript_that_raw_has_already(conn, sandbox):
    landed(conn, sandbox, "genesys", "first")
    conn.execute("update ops.loads set status = 'passed'")
    names = [load.name for load in VENDORS["genesys"].loads]
    publish_batches(conn, ledger.batches(conn, "first", names, "passed"), LOADS)
    now = history(sandbox).end
    night = Window(now - timedelta(days=11), now)
    again = landed(conn, sandbox, "genesys", "second", night)
    assert again["genesys_conversations"].rows_landed > 0
    assert again["genesys_transcripts"].rows_landed == 0
