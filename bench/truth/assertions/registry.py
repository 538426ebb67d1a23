"""What an assertion is, and the list of them.

An assertion is one function from a run to findings, declared where it is:

    @assertion("connected_share", "Of the measured customers of the month, ...")
    def connected_share(run: Run) -> Iterator[Finding]:
        ...
        yield Finding.of("all", interval, truth)

`part` tells the findings of one assertion apart, mostly by tier. A finding without an interval is a
value that is reported as it is (an agreement, a rank correlation). An assertion on a mart that a
warehouse does not have is an error: it is declared together with its mart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from bench.truth.intervals import Interval
from bench.truth.runs import Run
from sandbox.scenario import Scenario

Kind = Literal["interval", "null", "value"]


@dataclass(frozen=True)
class Finding:
    """One figure of one run: what the marts say, and what is so."""

    part: str
    estimate: float
    truth: float | None = None
    low: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, part: str, interval: Interval, truth: float) -> Finding:
        """Return the finding of an interval and its truth."""
        estimate, low, high = interval
        return cls(part, estimate, truth, low, high)

    @property
    def is_known(self) -> bool:
        """Whether the marts had anything to say: a group that nobody is in has no figure."""
        given = (self.estimate, self.truth, self.low, self.high)
        return all(isfinite(each) for each in given if each is not None)

    def plain(self) -> Finding:
        """Return the same in Python's own numbers, which JSON can hold."""
        truth, low, high = (
            None if each is None else float(each) for each in (self.truth, self.low, self.high)
        )
        return Finding(self.part, float(self.estimate), truth, low, high)


Find = Callable[[Run], Iterator[Finding]]


@dataclass(frozen=True)
class Assertion:
    """An assertion: `estimand` says in one sentence what the interval is about.

    kind: `interval` is to cover the truth, `null` is to hold the value of no effect in a
        scenario without one, `value` is reported.
    where: the scenarios it can be made in.
    floor: what a value is to reach.
    """

    name: str
    kind: Kind
    estimand: str
    where: Callable[[Scenario], bool]
    floor: float | None
    find: Find


ASSERTIONS: dict[str, Assertion] = {}


def everywhere(_: Scenario) -> bool:
    """Any scenario."""
    return True


def is_null(scenario: Scenario) -> bool:
    """Whether connection and satisfaction cause nothing there, whatever it is called."""
    effects = scenario.effects
    caused = [effects.order_rate, effects.spend, effects.hazard, effects.referral]
    caused += [effects.satisfied_order_rate, effects.satisfied_hazard]
    return all(each == 1.0 for each in caused) and effects.advocacy == 0.0


def assertion(
    name: str,
    estimand: str,
    *,
    kind: Kind = "interval",
    where: Callable[[Scenario], bool] = everywhere,
    floor: float | None = None,
) -> Callable[[Find], Find]:
    """Put an assertion on the list; a name that is taken is an error."""

    def enlist(find: Find) -> Find:
        if name in ASSERTIONS:
            raise ValueError(f"two assertions are named {name}")
        ASSERTIONS[name] = Assertion(name, kind, estimand, where, floor, find)
        return find

    return enlist


def examine(run: Run) -> dict[str, list[Finding]]:
    """Return what every assertion that can be made in the run's scenario finds."""
    return {
        each.name: [found.plain() for found in each.find(run) if found.is_known]
        for each in ASSERTIONS.values()
        if each.where(run.scenario)
    }
