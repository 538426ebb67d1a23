"""One run: a scenario with a seed, its marts beside its truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from bench.truth.hidden import Moment, Truth
from sandbox.scenario import Scenario

TIERS = (
    "not_connected",
    "highly_satisfied",
    "perceives_difference",
    "fully_connected",
    "connected_let_down",
    "unmeasured",
    "all",
)


def named(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a mart's row by column."""
    return {str(name): value for name, value in row.items()}


@dataclass
class Run:
    """What an assertion looks at; `read` gives any table of `build`, marts and seeds too."""

    scenario: Scenario
    truth: Truth
    read: Callable[[str], pd.DataFrame]
    _tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table, read once."""
        if name not in self._tables:
            self._tables[name] = self.read(name)
        return self._tables[name]

    def number(self, seed: str, name: str) -> float:
        """Return a number of the business from a seed of one row."""
        return float(self.table(seed).iloc[0][name])

    @cached_property
    def z(self) -> float:
        """The seed's confidence, as the marts use it."""
        return self.number("segment_thresholds", "confidence_z")

    @cached_property
    def month(self) -> Moment:
        """The last complete month."""
        months = self.table("true_north")
        return Moment(months.loc[months["is_complete_month"], "month"].max())

    @cached_property
    def year_before(self) -> Moment:
        """The month a lapse rule's year earlier."""
        return self.earlier(self.number("lapse_rules", "annual_months"))

    def earlier(self, months: float) -> Moment:
        """Return the month so many months before the last complete one."""
        return self.month - pd.DateOffset(months=int(months))

    def at(self, mart: str, month: Moment | None = None) -> pd.DataFrame:
        """Return a mart's rows of a month, the last complete one unless another is given."""
        found = self.table(mart)
        return found[found["month"] == (month or self.month)]

    def tiers(self, mart: str, suppressed: str = "is_suppressed") -> dict[str, dict[str, Any]]:
        """Return a tier mart's readable rows of the last complete month, by tier, in order."""
        found = self.at(mart)
        rows = found[~found[suppressed].astype(bool)].set_index("tier").to_dict("index")
        return {tier: named(rows[tier]) for tier in TIERS if tier in rows}

    def names(self, customers: pd.DataFrame, tier: str) -> pd.Index:
        """Return those of the customers who have a tier; `all` of them."""
        return customers.index[(customers["tier"] == tier) | (tier == "all")]

    @cached_property
    def customers(self) -> pd.DataFrame:
        """The customers of the last complete month by customer_id, as the summaries count them."""
        found = self.at("int_customer_months")
        return found[found["is_customer_of_month"].astype(bool)].set_index("customer_id")

    @cached_property
    def measured(self) -> pd.DataFrame:
        """Those of them who have a tier."""
        return self.customers[self.customers["tier"] != "unmeasured"]
