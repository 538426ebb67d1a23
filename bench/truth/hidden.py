"""The sandbox's hidden truth by month and customer, in the marts' own names of customers.

`truth.jsonl` has a line for each contact and month since joining, three months past the marts'
last one too; `identities.jsonl` tells which contact a duplicate really is. Fields that the
sandbox adds to its lines are here without a change of this file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd

Moment = pd.Timestamp


def customer_id(contact_id: str) -> str:
    """Return a contact's name in the marts (the macro `customer_id` of dbt_project)."""
    return "c_" + hashlib.md5(f"salesforce:{contact_id}".encode()).hexdigest()[:16]  # noqa: S324 -- a name


@dataclass
class Truth:
    """Hidden states; `owners` maps a customer of the marts to the one of the truth."""

    states: pd.DataFrame  # customer_id, month, and the sandbox's fields
    owners: dict[str, str]
    planted: dict[str, Any]
    _wide: dict[str, pd.DataFrame] = field(default_factory=dict)

    def wide(self, name: str) -> pd.DataFrame:
        """Return one field as month by customer; empty before a customer joined."""
        if name not in self._wide:
            self._wide[name] = self.states.pivot(index="month", columns="customer_id", values=name)
        return self._wide[name]

    def flags(self, name: str) -> pd.DataFrame:
        """Return a yes or no as 1 and 0, 0 before a customer joined."""
        return self.wide(name).astype(float).fillna(0.0)

    def known(self, customers: Iterable[str]) -> pd.Series:
        """Return the truth's names of customers of the marts, by their names there.

        A customer whom the truth does not have is left out: there is none in the sandbox.
        """
        named = {name: self.owners.get(name, name) for name in customers}
        there = set(self.wide("is_active").columns)
        return pd.Series({name: own for name, own in named.items() if own in there}, dtype=object)

    def during(self, name: str, month: Moment) -> pd.Series:
        """Return one field in one month, by the truth's names of customers."""
        return pd.Series(self.wide(name).loc[month], name=name)

    def active(self, month: Moment) -> pd.Series:
        """Return who is a customer in a month."""
        return pd.Series(self.flags("is_active").loc[month] == 1)

    def mean(self, values: pd.Series, customers: Iterable[str]) -> float:
        """Return the mean over customers of the marts of values by the truth's names."""
        return float(values.reindex(self.known(customers).to_numpy()).mean())

    def of(self, name: str, month: Moment, customers: Iterable[str]) -> pd.Series:
        """Return a field in a month for customers of the marts, by their names there."""
        own = self.known(customers)
        found = self.wide(name).reindex([month]).loc[month].reindex(own.to_numpy())
        return pd.Series(found.to_numpy(), index=own.index, name=name)

    def joined(self) -> pd.Series:
        """Return the month in which each customer joined, the history's first at the earliest."""
        return self.states.groupby("customer_id")["month"].min()


def read(folder: Path) -> Truth:
    """Read the truth of a world's folder."""
    states = pd.DataFrame(_lines(folder / "truth.jsonl"))
    states["month"] = pd.to_datetime(states["month"], format="%Y-%m")
    contacts = states["contact_id"].unique()
    names = dict(zip(contacts, map(customer_id, contacts), strict=True))
    states["customer_id"] = states.pop("contact_id").map(names)
    twins = [each for each in _lines(folder / "identities.jsonl") if each["kind"] == "contact"]
    owners = {customer_id(each["id"]): customer_id(each["contact_id"]) for each in twins}
    planted = msgspec.json.decode((folder / "planted.json").read_bytes())
    return Truth(states, owners, planted)


def _lines(path: Path) -> list[dict[str, Any]]:
    decoder = msgspec.json.Decoder(dict[str, Any])
    return decoder.decode_lines(path.read_bytes())
