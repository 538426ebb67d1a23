"""Each customer's probability of having left in three months, and the reasons for it.

The model is a ridge-penalised logistic regression on what was known at each month's end. Before it
is used, it must pass a check on a month that it has not seen, under the conditions of that time: it
is trained on months whose outcome was known by that month's end, and compared with what happened
next. Then it is trained on all months with a known outcome, and applied to the present.

    history ▸ train on what was known then ▸ check on the last month ▸ train on all ▸ present
                                              ✕ no skill: no probabilities, and a reason

A probability describes customers with the same features; its reasons are associations, not causes.
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
_DIGITS = 6  # of a probability; equal rows get equal results wherever they are


@dataclass(frozen=True)
class RiskRules:
    """The numbers of the method.

    Attributes:
        horizon_months: The months until the outcome of a month is known.
        penalty: The prior precision of a standardised coefficient; with 1, odds ratios beyond e^±2
            per spread are unlikely.
        leavers_a_column: The fewest customers who left, and who stayed, for each column (Peduzzi et
            al. 1996).
        check_leavers: The fewest customers who left in the month of the check.
        reasons: The most reasons per customer.
        least_reason: The log-odds from which a feature is a reason; 0.1 raises the odds by a tenth.
    """

    horizon_months: int = 3
    penalty: float = 1.0
    leavers_a_column: int = 10
    check_leavers: int = 20
    reasons: int = 3
    least_reason: float = 0.1


@dataclass(frozen=True)
class History:
    """What was known of customers at months' ends, and their outcomes; rows in any order.

    Attributes:
        features: The names of the features.
        values: [rows, features], NaN if unknown, with nothing from after the month's end.
        customers: A number per customer, the same in each of the customer's rows.
        months: A number per month, increasing by one (year * 12 + month).
        left: Whether the customer left within the horizon, known for every row. Customers who had
            left before, and months without a known outcome, are excluded.
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
    """A fitted regression with its mapping from features to columns."""

    columns: Columns
    regression: Logistic
    correction: float = 0.0

    def log_odds(self, values: Floats) -> Floats:
        """Return the log-odds of leaving of the rows; `values` is [rows, features]."""
        return self.regression.log_odds(self.columns.of(values)) + self.correction

    def contributions(self, values: Floats) -> Floats:
        """Return [rows, features]: the log-odds in excess of those of a row of means."""
        return self.columns.by_feature(self.columns.of(values) * self.regression.coefficients)


@dataclass(frozen=True)
class HoldoutCheck:
    """The check: what a model of earlier months predicted for `month`, against what happened."""

    month: int
    reliability: Reliability


@dataclass(frozen=True)
class Risk:
    """The predictions for the present.

    Attributes:
        probabilities: One per customer, in the order of the rows given.
        reasons: The features that raise it most, at most three per customer, the strongest first.
            A feature that is unknown is named `<feature>_unknown`.
        check: The check of the model before it saw the check's month, never of a corrected one.
        model: `model.correction` is 0 unless the check found all predictions too low or too high.
    """

    probabilities: Floats
    reasons: tuple[tuple[str, ...], ...]
    check: HoldoutCheck
    model: RiskModel


@dataclass(frozen=True)
class NoRisk(NoModel):
    """No probabilities; with the check, if one was made and failed."""

    check: HoldoutCheck | None = None


def lapse_risk(history: History, present: Floats, rules: RiskRules | None = None) -> Risk | NoRisk:
    """Return the present customers' probability of leaving within the horizon.

    Args:
        history: What was known at earlier months' ends, with the outcomes.
        present: [customers, features], the same features as of now.
        rules: The numbers of the method.

    Raises:
        ValueError: A value is infinite, or the names do not match the values.
        DidNotConverge: The regression has no solution.
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
    """Return the features that raise each row's log-odds most above those of a row of means."""
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
    """Shift all log-odds if the check rejects "neither too low nor too high" at the 5 % level.

    After the shift the model expects as many leavers in the check's month as there were. The shift
    is computed for this model, which was also trained on that month, so that drift is not counted
    twice. The slope is reported but not corrected: only a later month could reveal it for this
    model.
    """
    low, high = check.reliability.shift.low, check.reliability.shift.high
    if low <= 0 <= high:
        return model
    moved = shift(model.log_odds(latest.values), latest.left).figure
    return RiskModel(model.columns, model.regression, moved)


def _too_little(earlier: History, latest: History, rules: RiskRules) -> str | None:
    """Return what is missing for a model and its check; None if nothing is."""
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
