"""One of the two years: night after night, with or without faults, to the closing night."""

from __future__ import annotations

import logging
import random
import sys
from collections import defaultdict
from datetime import date, timedelta
from time import monotonic
from typing import Any

import psycopg

from bench.year.faults import Fault, random_fault
from harness import digests, forked_tasks, small_year
from harness.databases import SURVIVES_KILLS, serving_temporarily
from harness.forked_nights import ForkedNights, NightResult, preload, shorten_timeouts
from harness.small_year import FIRST_DAY
from kindred.cli.business_days import Night
from kindred.embedded.home import SUPERUSER
from sandbox.world import open_world

SHARES = {"faultless": 0.0, "faulty": 0.3}
COMPARED_EVERY, BUILT_EVERY = 30, 7  # nights; the second of the faultless year
Counts = dict[str, int]
ENDINGS = {forked_tasks.DONE: "had nothing left to write", forked_tasks.SUPERSEDED: "refused"}


def run_year(part: str, count: int, seed: int, customers: int) -> dict[str, Any]:
    """Run `count` nights and a closing one; return what happened and what the marts hold."""
    preload()
    shorten_timeouts()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, force=True)
    dice, began = random.Random(seed), monotonic()  # noqa: S311 -- faults, no secrets
    faults: dict[str, Counts] = defaultdict(lambda: dict.fromkeys(("nights", "retries", "lost"), 0))
    orphans: list[dict[str, str]] = []
    states: dict[str, dict[str, str]] = {}
    with serving_temporarily(SURVIVES_KILLS) as server:
        scenario = small_year.scenario(customers)
        world = open_world(server.home.folder, scenario, lambda _: None)
        nights = ForkedNights(server, world)
        compared = {*range(0, count, COMPARED_EVERY), count}
        others = [number for number in range(count) if number not in compared]
        struck = set(dice.sample(others, round(SHARES[part] * count)))
        for number in range(count + 1):
            is_compared = number in compared
            fault = random_fault(dice, nights) if number in struck else None
            day = FIRST_DAY + timedelta(days=number)
            is_built = is_compared or bool(SHARES[part]) or number % BUILT_EVERY == 0
            result = _night(nights, day, fault, is_built=is_built)
            nights.vendors.heal()
            if fault is not None:
                row = faults[fault.kind]
                row["nights"] += 1
                row["retries"] += len(result.retried)
                row["lost"] += len(result.failed)
            elif result.failed:
                raise SystemExit(f"{day}: without a fault failed {', '.join(result.failed)}")
            orphans += [{"task": task, "ending": _wake(pid)} for task, pid in result.orphans]
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


def _night(nights: ForkedNights, day: date, fault: Fault | None, *, is_built: bool) -> NightResult:
    """Run the night that ends when `day` begins, and what its fault adds to it."""
    night, fault = Night.ending(day), fault or Fault("none")
    nights.world.clock.set(night.end)
    tasks = [] if fault.is_skipped else nights.night_tasks(night, night.run_id)
    for number in range(fault.days):
        earlier = Night.ending(max(day - timedelta(days=fault.days_back - number), FIRST_DAY))
        # The same run again, or days that a person backfills.
        is_backfill = fault.days > 1
        run_id = f"backfill__{day}__{number}" if is_backfill else earlier.run_id
        tasks += nights.night_tasks(earlier, run_id, is_backfill=is_backfill)
    if is_built and not fault.is_skipped:
        tasks += nights.refresh_tasks(f"refresh__{day}", full_refresh=fault.full_refresh)
    return nights.run(tasks, fault.prepare, ends_there=fault.ends_there)


def _wake(orphan: int) -> str:
    return ENDINGS.get(forked_tasks.wake(orphan).code, "failed")


def _say(what: str, day: date, seconds: float, fault: Fault | None) -> None:
    wrong = f"  {fault.kind} {fault.where}" if fault else ""
    sys.stderr.write(f"{what}, {day}, {seconds:6.0f} s{wrong}\n")
    sys.stderr.flush()
