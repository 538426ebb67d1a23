"""Customers who leave by known chances, month by month."""

from __future__ import annotations

import numpy as np

from kindred.estimates.risk import History

FEATURES = ("silence", "mood", "noise", "orders")
MONTHS, HORIZON = 15, 3
CHECK_MONTH = MONTHS - 1  # the last with a known outcome
WEIGHTS = np.array([0.9, -0.6, 0.0, 0.0])


def draw(seed, customers=3_000, drift=0.0, weights=WEIGHTS, unknown=0.3):
    """Return a history, the present month's features, and who of the present then leaves.

    Everybody leaves in a month with log-odds of -3.8 + features @ weights, from the check's month
    on `drift` more. Mood is unknown to a share of the rows; those look no different otherwise.
    """
    rng = np.random.default_rng(seed)
    present = MONTHS + HORIZON - 1
    traits = rng.standard_normal((customers, len(FEATURES)))
    values = np.tile(traits, (present + HORIZON, 1, 1))
    odds = -3.8 + values @ weights + drift * (np.arange(len(values)) > CHECK_MONTH)[:, None]
    leaves = rng.random(odds.shape) < 1 / (1 + np.exp(-odds))
    gone = np.where(leaves.any(axis=0), leaves.argmax(axis=0), 99)  # here before that month
    values[..., 1][rng.random(odds.shape) < unknown] = np.nan
    month, customer = np.nonzero(gone >= np.arange(MONTHS)[:, None])
    left = gone[customer] < month + HORIZON
    history = History(FEATURES, values[month, customer], customer, month, left)
    here = gone >= present
    return history, values[present][here], gone[here] < present + HORIZON
