"""What a night that touches one customer in a hundred rebuilds, beside a full refresh.

The scenario `retailer` goes down the fast road (`bench/truth/road.py` says what that leaves out)
up to the middle of its last month; then a night brings an order and a survey response for each
hundredth customer, through landing and the merge that record what changed. Postgres keeps its
usual settings. At the end every mart must be, to the byte, what a full refresh makes of it.
"""

from __future__ import annotations

import argparse
import resource
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any, TypeVar

import msgspec
import psycopg

from bench.truth.road import Road, serving
from bench.year import digests
from kindred.building import DbtNode
from kindred.loads import Window
from kindred.sources import LOADS
from kindred.warehouse.connections import connect
from sandbox.scenario_files import load_scenario
from sandbox.world import World, open_world

T = TypeVar("T")
MIDDLE = timedelta(days=16)  # before the history's end: a night without a turn of the month
COLUMNS = ("customer_id", "month")  # of the tables whose rows a night is to rebuild a few of


def main(arguments: Sequence[str]) -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(prog="bench change", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--share", type=float, default=0.01, help="of the customers touched")
    options = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="kindred-bench-") as scratch:
        Path(scratch).chmod(0o755)
        with serving(Path(scratch) / "home", settings={}) as server:
            road = Road(server)
            world = timed("world", lambda: _world(Path(scratch), options.customers))
            road.clear()
            timed("pull and publish the history", lambda: road.pull(world))
            timed("score and build it for the first time", road.build)
            touched = touch(road, world.clock.now, options.share)
            measure(road, touched)


def _world(scratch: Path, customers: int) -> World:
    scenario = load_scenario("retailer", customers)
    world = open_world(scratch, scenario, lambda _: None)
    world.clock.set(scenario.now - MIDDLE)
    return world


def touch(road: Road, now: datetime, share: float) -> int:
    """Publish a night in which a share of the customers order and answer; return how many."""
    night = Window(now, now + timedelta(days=1))
    with psycopg.connect(road.dsn("admin")) as conn:
        found = conn.execute(
            "select contact_id from raw.salesforce_contacts where not is_deleted"
            " order by md5(contact_id)"
        ).fetchall()
    chosen = [contact for (contact,) in found][: round(len(found) * share)]
    stamp = (now + timedelta(hours=12)).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    records = {
        "salesforce_orders": [_order(each, at, stamp) for at, each in enumerate(chosen)],
        "salesforce_survey_responses": [_answer(each, at, stamp) for at, each in enumerate(chosen)],
    }
    timed("publish the night", lambda: road.bring(night, records))
    return len(chosen)


def _order(contact: str, at: int, stamp: str) -> dict[str, Any]:
    day = {"EffectiveDate": stamp[:10], "CreatedDate": stamp, "SystemModstamp": stamp}
    return _empty("salesforce_orders") | {
        "Id": f"801bench{at:010d}",
        "BillToContactId": contact,
        "TotalAmount": 10 + at % 90,
        "Status": "Activated",
        "Channel__c": "web",
        **day,
    }


def _answer(contact: str, at: int, stamp: str) -> dict[str, Any]:
    stamps = {"Submitted_At__c": stamp, "CreatedDate": stamp, "SystemModstamp": stamp}
    return _empty("salesforce_survey_responses") | {
        "Id": f"a0Bbench{at:010d}",
        "Contact__c": contact,
        "Survey__c": "relationship",
        "Touchpoint__c": "delivery",
        "Satisfaction__c": 1 + at % 5,
        "Recommend__c": at % 11,
        "Helps_Belonging__c": 1 + at % 7,
        "Verbatim__c": f"Parcel {at} came in time and I was glad of it.",
        **stamps,
    }


def _empty(load: str) -> dict[str, Any]:
    """Return a record that has every field which its query names, and says nothing."""
    fields = msgspec.structs.fields(LOADS[load].row)
    asked = (field.encode_name for field in fields if field.default is msgspec.NODEFAULT)
    return dict.fromkeys(asked) | {"IsDeleted": False}


def measure(road: Road, touched: int) -> None:
    """Build the night, then everything; print both, and hold their marts against each other."""
    night, night_seconds = clocked(road.build)
    by_night = built(road)
    whole, whole_seconds = clocked(lambda: road.build(full_refresh=True))
    by_refresh = built(road)
    say(f"\n{'rebuilt a customer-month':<40}{'night':>12}{'full':>12}{'share':>9}")
    total = {node.name: node for node in whole}
    kept = set(_customer_months(road))
    for node in night:
        full = total[node.name].rows
        if node.name in kept and node.rows is not None and full:
            say(f"  {node.name:<38}{node.rows:>12,}{full:>12,}{node.rows / full:>9.2%}")
    row("customers touched", touched)
    row("score and build the night, s", night_seconds)
    row("  models, seeds, tests on 2 threads, s", sum(node.seconds for node in night))
    row("score and build everything, s", whole_seconds)
    row("  models, seeds, tests on 2 threads, s", sum(node.seconds for node in whole))
    say(f"{'ratio':<40}{night_seconds / whole_seconds:>12.2%}")
    say(f"\n{'seconds of the slowest models':<40}{'night':>12}{'full':>12}")
    spent = {node.name: node.seconds for node in night}
    for node in sorted(whole, key=lambda each: -each.seconds)[:12]:
        say(f"  {node.name:<38}{spent.get(node.name, 0):>12.1f}{node.seconds:>12.1f}")
    other = sorted(mart for mart in by_refresh if by_refresh[mart] != by_night.get(mart))
    row("peak memory of this process, MiB", memory())
    if other:
        raise SystemExit(f"a night and a full refresh differ in {', '.join(other)}")
    say(f"{len(by_refresh)} marts have the same bytes after the night as after a full refresh")


def built(road: Road) -> dict[str, str]:
    """Return a digest of every mart as it was built."""
    with connect(road.dsn("transformer")) as conn:
        return digests.marts(conn, "build", without=())


def _customer_months(road: Road) -> list[str]:
    """Return the kept tables of `build` with a row a customer and month."""
    with connect(road.dsn("transformer")) as conn:
        found = conn.execute(
            "select table_name from information_schema.columns"
            " where table_schema = 'build' and column_name = any(%s)"
            " group by table_name having count(*) = %s",
            [list(COLUMNS), len(COLUMNS)],
        ).fetchall()
    return [name for (name,) in found]


def clocked(act: Callable[[], list[DbtNode]]) -> tuple[list[DbtNode], float]:
    """Return what an act returns, and its seconds."""
    began = monotonic()
    return act(), monotonic() - began


def timed(what: str, act: Callable[[], T]) -> T:
    """Do something and print its seconds."""
    began = monotonic()
    done = act()
    row(f"{what}, s", monotonic() - began)
    return done


def memory() -> int:
    """Return the most memory that this process ever held, in MiB; Postgres comes on top."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def row(name: str, figure: float) -> None:
    """Print one aligned figure."""
    say(f"{name:<40}{figure:>12.1f}" if isinstance(figure, float) else f"{name:<40}{figure:>12,}")


def say(line: str) -> None:
    """Print a line now."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
