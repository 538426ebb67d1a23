"""Estimate who will have left in three months, and how well that was predicted before."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping

import numpy as np
import pandas as pd

from kindred.building.ranges import Unsayable
from kindred.estimates.logistic import DidNotConverge
from kindred.estimates.reliability import Reliability
from kindred.estimates.risk import History, HoldoutCheck, NoRisk, Risk, RiskRules, lapse_risk

_FEATURES = """
    select *
    from build.int_risk_features
    order by month, customer_id collate "C"
"""
_KEYS = ("month", "customer_id", "has_left_since")


def estimate(read: Callable[[str], pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return `estimated.lapse_risks`, `.risk_checks` and `.risk_fits`."""
    rows = read(_FEATURES)
    if rows.empty:
        raise Unsayable("no complete month has a customer who had not left")
    names = tuple(name for name in rows.columns if name not in _KEYS)
    last = rows["month"].max()
    is_known = rows["has_left_since"].notna()
    present = rows[rows["month"] == last]
    horizon = read("select risk_months from build.lapse_rules")["risk_months"].to_numpy(int)
    rules = RiskRules(horizon_months=int(horizon[0]))
    try:
        found = lapse_risk(
            _history(rows[is_known], names), present[[*names]].to_numpy(float), rules
        )
    except DidNotConverge:
        found = NoRisk("no model of leaving fits what was known")
    if isinstance(found, Risk):
        tables = no_model([last], None) | {"lapse_risks": _risks(present, names, found)}
    else:
        tables = no_model([last], found.reason)
    if found.check is not None:
        tables["risk_checks"] = _bands(found.check)
        tables["risk_fits"] = tables["risk_fits"].assign(**_quality(found.check))
    return tables


def no_model(months: list[str], reason: str | None) -> dict[str, pd.DataFrame]:
    """Return the tables of a month without risks."""
    return {
        "lapse_risks": pd.DataFrame(),
        "risk_checks": pd.DataFrame(),
        "risk_fits": pd.DataFrame([{"month": month, "reason": reason} for month in months]),
    }


def _history(rows: pd.DataFrame, names: tuple[str, ...]) -> History:
    months = pd.to_datetime(rows["month"])
    return History(
        features=names,
        values=rows[[*names]].to_numpy(float),
        customers=pd.factorize(rows["customer_id"])[0].astype(np.int64),
        months=np.asarray(months.dt.year * 12 + months.dt.month, dtype=np.int64),
        left=rows["has_left_since"].to_numpy(bool),
    )


def _risks(present: pd.DataFrame, names: tuple[str, ...], found: Risk) -> pd.DataFrame:
    means = dict(zip(names, found.model.columns.means.tolist(), strict=False))
    rows = present[[*names]].to_dict("records")
    findings = [
        [_finding(reason, row, means) for reason in reasons] + [None] * (3 - len(reasons))
        for reasons, row in zip(found.reasons, rows, strict=True)
    ]
    reasons = pd.DataFrame(findings, columns=["reason_1", "reason_2", "reason_3"])
    frame = present[["customer_id", "month"]].reset_index(drop=True)
    return pd.concat([frame.assign(probability=found.probabilities), reasons], axis=1)


def _finding(reason: str, row: Mapping[Hashable, float], means: Mapping[str, float]) -> str | None:
    """Return a feature's name with its direction: below the mean, above it, or unknown."""
    if reason not in means:
        return reason
    return f"{reason}_low" if row[reason] < means[reason] else f"{reason}_high"


def _bands(check: HoldoutCheck) -> pd.DataFrame:
    bands = check.reliability.bands
    return pd.DataFrame(
        {
            "month": _first_day(check.month),
            "band": range(1, len(bands) + 1),
            "customers": [band.customers for band in bands],
            "predicted": [band.mean_predicted for band in bands],
            "left_customers": [round(band.customers * band.observed.figure) for band in bands],
        }
    )


def _quality(check: HoldoutCheck) -> dict[str, str | float]:
    found: Reliability = check.reliability
    return {
        "check_month": _first_day(check.month),
        "customers": found.customers,
        "brier": found.brier,
        "brier_base": found.brier_base,
        **_interval("skill", found.skill),
        **_interval("auc", found.auc),
        **_interval("lift", found.top_lift),
        **_interval("slope", found.slope),
    }


def _interval(name: str, found: tuple[float, float, float]) -> dict[str, float]:
    return dict(zip((name, f"{name}_low", f"{name}_high"), found, strict=True))


def _first_day(month: int) -> str:
    """Return the first day of a month with the number year * 12 + month."""
    return f"{(month - 1) // 12:04}-{(month - 1) % 12 + 1:02}-01"
