"""One of the two years: night after night, with or without faults, to the closing night."""

from __future__ import annotations

import logging
import random
import sys
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import msgspec
import psycopg

from bench.truth.road import serving
from bench.year import digests, forks
from bench.year.faults import Fault, draw
from bench.year.nights import Nights, Told, be_impatient, preload
from kindred.cli.night import Night
from kindred.embedded.home import SUPERUSER
from sandbox.scenario import Scenario
from sandbox.scenario_files import load_scenario
from sandbox.world import open_world

SHARES = {"faultless": 0.0, "faulty": 0.3}
ZONE = "Europe/Berlin"
ENVIRONMENT = {"KINDRED_TIME_ZONE": ZONE}
FIRST = date(2024, 1, 1)
COMPARED_EVERY, BUILT_EVERY = 30, 7  # nights; the second of the faultless year
Counts = dict[str, int]
ENDINGS = {forks.DONE: "had nothing left to write", forks.REFUSED: "refused"}
# Without fsync a killed server loses nothing: the machine is still there.
SETTINGS = {"fsync": "off", "full_page_writes": "off"}


def scenario(customers: int) -> Scenario:
    """Return the population: three months of history before the first night, a year after it."""
    tiny = load_scenario("tiny", customers)
    return msgspec.structs.replace(
        tiny, name="year", starts=date(2023, 10, 1), months=3, future_days=366, initiatives=[]
    )


def live(part: str, count: int, seed: int, customers: int) -> dict[str, Any]:
    """Live through `count` nights and a closing one; return what happened and what is there."""
    preload()
    be_impatient()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, force=True)
    dice, began = random.Random(seed), monotonic()  # noqa: S311 -- faults, no secrets
    faults: dict[str, Counts] = defaultdict(lambda: dict.fromkeys(("nights", "retries", "lost"), 0))
    orphans: list[dict[str, str]] = []
    states: dict[str, dict[str, str]] = {}
    with TemporaryDirectory(prefix="kindred-year-") as scratch:
        Path(scratch).chmod(0o755)
        with serving(Path(scratch) / "home", SETTINGS) as server:
            world = open_world(Path(scratch), scenario(customers), lambda _: None)
            nights = Nights(server, world)
            compared = {*range(0, count, COMPARED_EVERY), count}
            others = [number for number in range(count) if number not in compared]
            struck = set(dice.sample(others, round(SHARES[part] * count)))
            for number in range(count + 1):
                is_compared = number in compared
                fault = draw(dice, nights) if number in struck else None
                day = FIRST + timedelta(days=number)
                is_built = is_compared or bool(SHARES[part]) or number % BUILT_EVERY == 0
                told = _night(nights, day, fault, is_built=is_built)
                nights.vendors.heal()
                if fault is not None:
                    row = faults[fault.kind]
                    row["nights"] += 1
                    row["retries"] += len(told.retried)
                    row["lost"] += len(told.failed)
                elif told.failed:
                    raise SystemExit(f"{day}: without a fault failed {', '.join(told.failed)}")
                orphans += [{"task": task, "ending": _wake(pid)} for task, pid in told.orphans]
                if is_compared:
                    states[str(day)] = digests.all_of(server.dsn(SUPERUSER))
                    _say(f"{part:<10} {digests.short(states[str(day)])}", day, 0, None)
                if number % 10 == 0 or fault is not None:
                    seconds = monotonic() - began
                    _say(f"{part:<10} night {number:>3} of {count}", day, seconds, fault)
            with psycopg.connect(server.dsn(SUPERUSER)) as conn:
                builds = conn.execute(
                    "select count(*) from ops.builds where status = 'published'"
                ).fetchone()
                return {
                    "nights": count,
                    "nights with a fault": sum(row["nights"] for row in faults.values()),
                    "faults": faults,
                    "orphans": orphans,
                    "builds": builds[0] if builds else 0,
                    "seconds": round(monotonic() - began),
                    "states": states,
                }


def _night(nights: Nights, day: date, fault: Fault | None, *, is_built: bool) -> Told:
    """Run the night that ends when `day` begins, and what its fault adds to it."""
    night, fault = Night.ending(day), fault or Fault("none")
    nights.world.clock.set(night.end)
    tasks = [] if fault.is_skipped else nights.ingests(night, night.run_id)
    for number in range(fault.days):
        earlier = Night.ending(max(day - timedelta(days=fault.days_back - number), FIRST))
        # The same run again, or days that a person backfills.
        is_backfill = fault.days > 1
        run_id = f"backfill__{day}__{number}" if is_backfill else earlier.run_id
        tasks += nights.ingests(earlier, run_id, is_backfill=is_backfill)
    if is_built and not fault.is_skipped:
        tasks += nights.refreshes(f"refresh__{day}", full_refresh=fault.full_refresh)
    return nights.go(tasks, fault.prepare, ends_there=fault.ends_there)


def _wake(orphan: int) -> str:
    return ENDINGS.get(forks.wake(orphan).code, "failed")


def _say(told: str, day: date, seconds: float, fault: Fault | None) -> None:
    what = f"  {fault.kind} {fault.where}" if fault else ""
    sys.stderr.write(f"{told}, {day}, {seconds:6.0f} s{what}\n")
    sys.stderr.flush()
