"""Who will have left three months from now, and what speaks for it: a probability a customer.

A ridge-penalised logistic regression on what was known at each month's end. Before it is used it
has to prove itself on a month that it has not seen, with everything as it would have been then:
trained on months whose outcome was known by that month's end, compared with what happened next.
Then it learns from all months with a known outcome and speaks about the present.

    history ▸ train on what was known then ▸ check on the last month ▸ train on all ▸ present
                                              ✕ no skill: no probabilities, and a reason

A probability here is about customers who look alike; its reasons are associations, no causes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from kindred.estimates.design_matrix import Columns
from kindred.estimates.logistic import Logistic, fit
from kindred.estimates.no_model import NoModel
from kindred.estimates.reliability import Reliability, reliability, shift

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
_DIGITS = 6  # of a probability: rows that are alike stay alike wherever they are


@dataclass(frozen=True)
class RiskRules:
    """The numbers of the method.

    Attributes:
        horizon_months: months until the outcome of a month is known.
        penalty: prior precision of a standardised coefficient; 1 thinks e^±2 a spread unlikely.
        leavers_a_column: customers who left (and who stayed) for each column (Peduzzi et al. 1996).
        check_leavers: customers who left in the month of the check.
        reasons: most reasons a customer.
        least_reason: log-odds from which something is a reason; 0.1 raises the odds by a tenth.
    """

    horizon_months: int = 3
    penalty: float = 1.0
    leavers_a_column: int = 10
    check_leavers: int = 20
    reasons: int = 3
    least_reason: float = 0.1


@dataclass(frozen=True)
class History:
    """What was known of customers at months' ends, and what became of them; rows in any order.

    Attributes:
        features: their names.
        values: rows by features, NaN where not known; nothing in it from after the month's end.
        customers: a number a customer, the same in each of the customer's rows.
        months: a number a month, one more each month (year * 12 + month).
        left: whether the customer left within the horizon. Known for every row: who had left
            before, and months whose outcome is not yet known, are not in here.
    """

    features: tuple[str, ...]
    values: Floats
    customers: npt.NDArray[np.int64]
    months: npt.NDArray[np.int64]
    left: Bools

    def where(self, rows: Bools) -> History:
        """Return the chosen rows."""
        return History(
            self.features,
            self.values[rows],
            self.customers[rows],
            self.months[rows],
            self.left[rows],
        )


@dataclass(frozen=True)
class RiskModel:
    """A fitted regression with its way from features to columns."""

    columns: Columns
    regression: Logistic
    correction: float = 0.0

    def log_odds(self, values: Floats) -> Floats:
        """Return rows' log-odds of leaving; values are rows by features."""
        return self.regression.log_odds(self.columns.of(values)) + self.correction

    def contributions(self, values: Floats) -> Floats:
        """Return rows by features: log-odds above those of a row of means."""
        return self.columns.by_feature(self.columns.of(values) * self.regression.coefficients)


@dataclass(frozen=True)
class HoldoutCheck:
    """The proof: what a model of the months before said of `month`, against what happened."""

    month: int
    reliability: Reliability


@dataclass(frozen=True)
class Risk:
    """What is said of the present.

    Attributes:
        probabilities: a customer each, in the order of the rows given.
        reasons: what raises it most, at most three features a customer, the strongest first; a
            feature that is not known is named `<feature>_unknown`.
        check: of the model before `model` saw the check's month; never of a corrected one.
        model: `model.correction` is 0 unless the check found all predictions too low or too high.
    """

    probabilities: Floats
    reasons: tuple[tuple[str, ...], ...]
    check: HoldoutCheck
    model: RiskModel


@dataclass(frozen=True)
class NoRisk(NoModel):
    """No probabilities; with the check, where one was made and not passed."""

    check: HoldoutCheck | None = None


def lapse_risk(history: History, present: Floats, rules: RiskRules | None = None) -> Risk | NoRisk:
    """Return the present customers' probability of leaving within the horizon.

    Args:
        history: see there.
        present: customers by the same features, as of now.
        rules: the numbers of the method.

    Raises:
        ValueError: infinite values, or names that do not fit the values.
        DidNotConverge: the regression has no answer.
    """
    rules = rules or RiskRules()
    if not len(history.left):
        return NoRisk("no month has a known outcome yet")
    month = int(history.months.max())
    earlier = history.where(history.months <= month - rules.horizon_months)
    latest = history.where(history.months == month)
    short = _too_little(earlier, latest, rules)
    if short:
        return NoRisk(short)
    check = _check(train(earlier, rules), latest)
    if check.reliability.auc.low <= 0.5:
        return NoRisk("on a later month it told leavers from stayers no better than chance", check)
    model = _corrected(train(history, rules), latest, check)
    probabilities = expit(model.log_odds(present)).round(_DIGITS)
    return Risk(probabilities, reasons(model, present, rules), check, model)


def train(history: History, rules: RiskRules) -> RiskModel:
    """Fit the regression on all rows."""
    columns = Columns.learn(history.features, history.values)
    return RiskModel(columns, fit(columns.of(history.values), history.left, rules.penalty))


def reasons(model: RiskModel, values: Floats, rules: RiskRules) -> tuple[tuple[str, ...], ...]:
    """Return the names of what raises each row's log-odds most above those of a row of means."""
    found = model.contributions(values)
    best = np.argsort(-found, axis=1, kind="stable")[:, : rules.reasons]
    counts = (np.take_along_axis(found, best, axis=1) >= rules.least_reason).sum(axis=1)
    names = np.array(
        [*model.columns.features, *(f"{name}_unknown" for name in model.columns.features)]
    )
    unknown = np.take_along_axis(np.isnan(values), best, axis=1)
    named = names[best + unknown * len(model.columns.features)].tolist()
    return tuple(tuple(row[:count]) for row, count in zip(named, counts.tolist(), strict=True))


def _check(model: RiskModel, latest: History) -> HoldoutCheck:
    log_odds = model.log_odds(latest.values)
    return HoldoutCheck(
        month=int(latest.months[0]),
        reliability=reliability(log_odds, expit(log_odds).round(_DIGITS), latest.left),
    )


def _corrected(model: RiskModel, latest: History, check: HoldoutCheck) -> RiskModel:
    """Move all log-odds where the check rejects "neither too low nor too high" at 5 %.

    The move makes the model expect as many leavers of the check's month as there were. It is found
    for this model, which has learned from that month too, so that no drift is counted twice. The
    slope is reported and left: only a later month could say what it is for this model.
    """
    low, high = check.reliability.shift.low, check.reliability.shift.high
    if low <= 0 <= high:
        return model
    moved = shift(model.log_odds(latest.values), latest.left).figure
    return RiskModel(model.columns, model.regression, moved)


def _too_little(earlier: History, latest: History, rules: RiskRules) -> str | None:
    """Say what is missing for a model and its check, if anything is."""
    if not len(earlier.left):
        return f"no month lies {rules.horizon_months} months before the last with a known outcome"
    columns = len(earlier.features) + int(np.isnan(earlier.values).any(axis=0).sum())
    wanted = rules.leavers_a_column * columns
    for word, is_one in (("left", True), ("stayed", False)):
        some = len(np.unique(earlier.customers[earlier.left == is_one]))
        if some < wanted:
            return f"{some} customers {word} in the months to learn from, of {wanted} needed"
        some = int((latest.left == is_one).sum())
        if some < rules.check_leavers:
            needed = f"of {rules.check_leavers} needed"
            return f"{some} customers {word} after the month to check on, {needed}"
    return None
