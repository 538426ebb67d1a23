"""Risk of leaving and expected worth of 100,000 customers: seconds, memory, what the check finds.

Customers are drawn from the models' own assumptions, so that what comes out can be compared with
what was put in. Each part runs in a process of its own, so that its memory is its own; seconds are
the core's own time, which other work on the machine does not use up.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from bench import measured

MB = 1_000_000
MONTHS, HORIZON, FEATURES = 21, 3, 12  # with a known outcome, until it is known, of which 2 matter
MANY = (500, 1_000, 3_000)  # orders
MODELS = 2_000

Found = dict[str, Any]


def main(arguments: list[str]) -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(prog="bench estimates", description=__doc__)
    parser.add_argument("--json", action="store_true", help="for programs instead of people")
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--threads", type=int, default=1, help="of numpy's linear algebra")
    parser.add_argument("--part", choices=PARTS, help="one part, in this process, as JSON")
    options = parser.parse_args(arguments)
    if options.part:
        sys.stdout.write(json.dumps(PARTS[options.part](options.customers)) + "\n")
        return
    found = {part: run(part, options.customers, options.threads) for part in PARTS}
    if options.json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return
    cores = f"{options.threads} of {os.cpu_count()} cores"
    sys.stdout.write(f"\nPython {platform.python_version()}, {cores}\n")
    for part, figures in found.items():
        sys.stdout.write(f"{part}\n")
        for name, figure in figures.items():
            sys.stdout.write(f"  {name:<52}{figure:>14,.{0 if figure >= 1_000 else 3}f}\n")


def run(part: str, customers: int, threads: int) -> Found:
    """Measure one part."""
    words = ("bench", "estimates", "--part", part, "--customers", str(customers))
    return measured(part, *words, OPENBLAS_NUM_THREADS=str(threads))


def risk(customers: int) -> Found:
    """Train, check, train again, predict: all months of all customers who had not left."""
    from kindred.estimates.risk import History, Risk, lapse_risk

    rng = np.random.default_rng(1)
    values = rng.standard_normal((MONTHS, customers, FEATURES))
    odds = -3.5 + values[..., 0] - 0.5 * values[..., 1]
    chance = 1 / (1 + np.exp(-odds))
    left = rng.random(chance.shape) < chance
    values[..., 2][rng.random(chance.shape) < 0.3] = np.nan
    who, month = np.tile(np.arange(customers), MONTHS), np.repeat(np.arange(MONTHS), customers)
    names = tuple(f"feature_{at}" for at in range(FEATURES))
    history = History(names, values.reshape(-1, FEATURES), who, month, left.ravel())
    before = memory_mb()
    began = time.process_time()
    found = lapse_risk(history, values[-1])
    seconds = time.process_time() - began
    if not isinstance(found, Risk):
        raise SystemExit(found.reason)
    check = found.check.reliability
    return {
        "rows of history": len(history.left),
        "customers": customers,
        "core seconds": seconds,
        "peak memory above the features, MB": memory_mb() - before,
        "features, MB": values.nbytes / MB,
        "Brier score of the check": check.brier,
        "Brier score of the true chances": float(np.square(chance[-1] - left[-1]).mean()),
        "Brier score of the share that left": check.brier_base,
        "lift in the top tenth": check.top_lift.figure,
    }


def worth(customers: int) -> Found:
    """Fit orders and values, expect a year of each customer, and give groups their intervals."""
    from kindred.estimates.expected_value import Buyers, ExpectedValue, expected_value, mean_value
    from kindred.estimates.order_value import Baskets
    from kindred.estimates.purchase_frequency import Purchases

    rng = np.random.default_rng(2)
    rate, chance = rng.gamma(1.2, 1 / 8, customers), rng.beta(0.9, 4, customers)
    age = rng.uniform(13, 104, customers)
    lives = np.minimum(rng.geometric(chance), 10**6)  # orders until the customer stays away
    moments = rng.gamma(lives, 1 / rate)  # of the last of them, were there time
    repeats = np.where(moments <= age, lives, 0)
    waits = moments > age  # many orders, an even walk up to the last: counts given not yet gone
    repeats[waits] = rng.binomial(lives[waits] - 1, (age / moments)[waits])
    late = rng.beta(np.maximum(repeats, 1), 1)
    last = np.where(waits, np.where(repeats > 0, late * age, 0), np.minimum(moments, age))
    means = 4 / rng.gamma(5, 1 / 60, customers)
    mean = rng.gamma(4 * (repeats + 1.0), means / 4) / (repeats + 1)
    buyers = Buyers(Purchases(repeats.astype(float), last, age), Baskets(repeats + 1.0, mean))
    before = memory_mb()
    began = time.process_time()
    found = expected_value(buyers)
    seconds = time.process_time() - began
    if not isinstance(found, ExpectedValue):
        raise SystemExit(found.reason)
    groups = np.arange(customers) % 7
    began = time.process_time()
    for group in range(7):
        mean_value(found, groups == group)
    return {
        "customers": customers,
        "core seconds, fit and expectation": seconds,
        "core seconds, intervals of seven groups": time.process_time() - began,
        "peak memory above the input, MB": memory_mb() - before,
        "r (1.2 was put in)": found.buying.r,
        "alpha (8)": found.buying.alpha,
        "a (0.9)": found.buying.a,
        "b (4)": found.buying.b,
        "p (4)": found.spending.p,
        "q (5)": found.spending.q,
        "gamma (60)": found.spending.gamma,
    }


def printed(_: int) -> Found:
    """Compare equation 10 as printed with what `expected_orders` makes of it."""
    from scipy.special import hyp2f1

    from kindred.estimates.purchase_frequency import (
        PurchaseFrequency,
        Purchases,
        expected_orders,
        is_buying,
    )

    rng = np.random.default_rng(3)
    logs = rng.uniform([-2, -1, -2, -2], [1.5, 2.5, 1.5, 2], (MODELS, 4))
    found = {}
    for orders in MANY:
        wrong = 0
        known = Purchases(np.array([float(orders)]), np.array([104.0]), np.array([104.0]))
        for r, alpha, a, b in (10**logs).tolist():
            model, c, weeks = PurchaseFrequency(r, alpha, a, b, 0), a + b + orders - 1, 52
            with np.errstate(all="ignore"):
                z = weeks / (alpha + 104 + weeks)
                remaining = (1 - z) ** (r + orders) * hyp2f1(r + orders, b + orders, c, z)
                literal = c / (a - 1) * (1 - remaining) * is_buying(model, known)[0]
            wrong += not np.isclose(literal, expected_orders(model, known, weeks)[0], rtol=1e-6)
        found[f"share wrong of {orders:,} orders"] = wrong / MODELS
    return found


def memory_mb() -> float:
    """Return the most memory this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MB


PARTS: dict[str, Callable[[int], Found]] = {"risk": risk, "worth": worth, "printed": printed}
