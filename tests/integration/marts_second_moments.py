"""Moments, what followed them, and moves between tiers once more, in pandas from `raw`.

Written from METRICS' words and from the marts' descriptions, as `marts_second_route` is.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pandas as pd

from tests.integration.marts_second_route import SecondRoute


class SecondMoments:
    """Knows on which days each customer was heard, and whether badly."""

    def __init__(self, route: SecondRoute) -> None:
        self.route, self.wait = route, timedelta(days=route.seeds["return_days"])
        told = route.evidence
        text = told.text.isin(["verbatim", "conversation"])
        told = told[text | (told.kind == "satisfaction")]
        limit = told.kind.map(
            {
                "emotion": 50 * (1 + route.seeds["negative_valence_to"]),
                "satisfaction": route.seeds["negative_satisfaction_to"],
            }
        )
        days = told.assign(is_bad=told.value <= limit).groupby(["customer", "on"]).is_bad.any()
        self.heard: dict[str, dict[date, bool]] = {}
        for (contact, day), is_bad in days.items():
            self.heard.setdefault(contact, {})[day] = bool(is_bad)

    def counted(self, contact: str) -> list[date]:
        """Return the bad days that count: none within the wait of one before."""
        found: list[date] = []
        for day in sorted(day for day, is_bad in self.heard.get(contact, {}).items() if is_bad):
            if not found or day > found[-1] + self.wait:
                found.append(day)
        return found

    def recovery(self, first: date, after: date, last: date) -> dict[str, Counter[str]]:
        """Return a month's counts by the tier before it, as of the last day known."""
        before = self._month_before(first)
        counts: dict[str, Counter[str]] = {}
        for contact, tier in before[~before.has_left].tier.items():
            mine = [day for day in self.heard.get(contact, {}) if first <= day < after]
            bad = [day for day in self.counted(contact) if first <= day < after]
            is_calm = mine and not any(self.heard[contact][day] for day in mine)
            for day in bad or ([min(mine)] if is_calm else []):
                kind = self._outcome(contact, day, last, "calm_" if is_calm else "")
                for group in (tier, "all"):
                    counts.setdefault(group, Counter()).update(kind)
        return counts

    def _month_before(self, first: date) -> pd.DataFrame:
        last = first - timedelta(days=1)
        return self.route.month(last.replace(day=1), first, last)

    def _outcome(self, contact: str, day: date, last: date, prefix: str) -> list[str]:
        if day + self.wait > last:
            return [f"{prefix}open_moments"]
        orders = self.route.orders_of(contact, day + timedelta(1), day + self.wait + timedelta(1))
        return [f"{prefix}moments"] + [f"{prefix}returned"] * (not orders.empty)

    def moves(self, first: date, after: date) -> dict[str, tuple[Any, ...]]:
        """Return from, to, touchpoint and its age, last valence, bad moment by contact."""
        before = self._month_before(first).tier
        now = self.route.month(first, after, after - timedelta(days=1)).tier
        moved = [contact for contact in before.index if before[contact] != now[contact]]
        begins = after - self.wait
        return {
            contact: (
                before[contact],
                now[contact],
                *self._touched(contact, begins, after),
                self._last_valence(contact, begins, after),
                any(
                    is_bad and begins <= day < after
                    for day, is_bad in self.heard.get(contact, {}).items()
                ),
            )
            for contact in moved
        }

    def _touched(self, contact: str, begins: date, after: date) -> tuple[str | None, int | None]:
        surveys = self.route.surveys
        mine = surveys[(surveys.contact_id == contact) & surveys.touchpoint.notna()]
        days = mine.submitted_at.dt.date
        mine = mine[(days >= begins) & (days < after)].sort_values("submitted_at")
        if mine.empty:
            return None, None
        latest = mine.iloc[-1]
        return latest.touchpoint, (after - latest.submitted_at.date()).days - 1

    def _last_valence(self, contact: str, begins: date, after: date) -> float | None:
        told = self.route.evidence
        mine = told[(told.customer == contact) & (told.kind == "emotion")]
        mine = mine[(mine.on >= begins) & (mine.on < after)].sort_values(["at", "text"])
        return None if mine.empty else float(mine.value.iloc[-1] / 50 - 1)


def channels(month: pd.DataFrame, at_least: int) -> dict[int, tuple[Any, ...]]:
    """Return customers, measured, connected share and mean value by order channels used."""
    there = month[(~month.has_left | (month.orders > 0)) & (month.orders_12m >= at_least)]
    found = {}
    for count, group in there.groupby("channels"):
        measured = group[group.tier != "unmeasured"]
        connected = measured.tier.isin(["fully_connected", "connected_let_down"])
        share = connected.mean() if len(measured) else None
        found[int(count)] = (len(group), len(measured), share, group.revenue_12m.mean())
    return found
