"""What can go wrong in a night, drawn at random: the same seed draws the same faults."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from harness.forked_nights import ForkedNights, Prepare
from harness.kill_points import INGEST, POINTS, die, faults_at, kill_database, stop
from kindred.sources import SOURCES, VENDORS

OUTAGES = ("error_500", "truncated", "html_page", "dropped")
GLITCHES = ("error_500", "truncated", "dropped", "unauthorized", "duplicate_id", "rate_limited")


@dataclass(frozen=True)
class Fault:
    """One night's fault: what is done in which task, or to the night as a whole."""

    kind: str
    where: str = ""
    prepare: dict[str, list[Prepare]] = field(default_factory=dict)
    ends_there: bool = False  # nothing is repeated: the rest of the night is lost
    is_skipped: bool = False  # the night is not run at all
    days_back: int = 0  # an earlier night is run again, or days are backfilled
    days: int = 0
    full_refresh: bool = False


def random_fault(dice: random.Random, nights: ForkedNights) -> Fault:
    """Return a fault, each kind as likely as its weight says."""
    makers: dict[Callable[[random.Random, ForkedNights], Fault], int] = {
        _killed: 30,
        _stopped: 12,
        _database_killed: 14,
        _machine_off: 10,
        _vendor_down: 8,
        _vendor_glitches: 8,
        _vendor_malformed: 4,
        _night_skipped: 5,
        _night_again: 4,
        _days_backfilled: 4,
        _everything_rebuilt: 1,
    }
    return dice.choices(list(makers), list(makers.values()))[0](dice, nights)


def _at_a_point(
    dice: random.Random, act: Callable[[], None]
) -> tuple[str, dict[str, list[Prepare]]]:
    """Have a random task do something at a random point of it."""
    name = dice.choice(list(POINTS))
    # The order of these draws is part of what a seed means.
    source = dice.choice(list(SOURCES)) if name in INGEST else ""
    nth = dice.randint(1, POINTS[name].most)
    return name, faults_at(name, act, nth, source)


def _killed(dice: random.Random, _: ForkedNights) -> Fault:
    where, prepare = _at_a_point(dice, die)
    return Fault("worker killed", where, prepare)


def _stopped(dice: random.Random, _: ForkedNights) -> Fault:
    where, prepare = _at_a_point(dice, stop)
    return Fault("worker stopped, woken after its retry", where, prepare)


def _database_killed(dice: random.Random, nights: ForkedNights) -> Fault:
    folder = nights.server.data
    where, prepare = _at_a_point(dice, lambda: kill_database(folder))
    return Fault("database killed", where, prepare)


def _machine_off(dice: random.Random, nights: ForkedNights) -> Fault:
    folder = nights.server.data

    def everything() -> None:
        kill_database(folder)
        die()

    where, prepare = _at_a_point(dice, everything)
    return Fault("worker and database killed, rest of the night lost", where, prepare, True)


def _vendor_down(dice: random.Random, nights: ForkedNights) -> Fault:
    vendor, kind = dice.choice(list(VENDORS)), dice.choice(OUTAGES)
    nights.vendors.harm(path=f"/{vendor}/", kind=kind, times=0, after=dice.choice((0, 0, 3)))
    return Fault("vendor down all night", f"{vendor}: {kind}")


def _vendor_glitches(dice: random.Random, nights: ForkedNights) -> Fault:
    vendor, kind = dice.choice(list(VENDORS)), dice.choice(GLITCHES)
    times, after = dice.randint(1, 3), dice.randint(0, 3)

    def harm() -> None:
        nights.vendors.harm(path=f"/{vendor}/", kind=kind, times=times, after=after)

    prepare: dict[str, list[Prepare]] = {f"ingest_{source}.land": [harm] for source in SOURCES}
    return Fault("vendor glitches", f"{vendor}: {kind}", prepare)


def _vendor_malformed(dice: random.Random, nights: ForkedNights) -> Fault:
    vendor = dice.choice(list(VENDORS))
    nights.vendors.harm(path=f"/{vendor}/", kind="wrong_type", times=0, records=50)
    return Fault("vendor sends other types, its batches are held", vendor)


def _night_skipped(_: random.Random, __: ForkedNights) -> Fault:
    return Fault("night not run", is_skipped=True)


def _night_again(dice: random.Random, _: ForkedNights) -> Fault:
    return Fault("an earlier night run again", days_back=dice.randint(0, 20), days=1)


def _days_backfilled(dice: random.Random, _: ForkedNights) -> Fault:
    days = dice.randint(2, 5)
    return Fault("days backfilled", days_back=dice.randint(days, 30), days=days)


def _everything_rebuilt(_: random.Random, __: ForkedNights) -> Fault:
    return Fault("full refresh", full_refresh=True)
