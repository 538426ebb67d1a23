"""The marts' headline figures once more, in pandas and plain Python, straight from `raw`.

Written from METRICS' words and not from the SQL, so that a mistake has to be made twice to
pass. It knows the made-up customers' way of being linked: phone where the number is odd.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

import pandas as pd
import psycopg

KEY_ITEMS = ("belonging", "confidence_in_future", "well_being", "be_who_i_want")


def _consents(contacts: pd.DataFrame) -> Callable[[str], bool]:
    """Return who says yes, and on no record of theirs a no that may be newer."""

    def consents(name: str) -> bool:
        mine = contacts[(contacts.contact_id == name) | (contacts.master_contact_id == name)]
        given = mine[mine.has_text_consent == True].created_at  # noqa: E712 -- or unknown
        refused = mine[mine.has_text_consent == False].modified_at  # noqa: E712 -- or unknown
        return len(given) > 0 and (len(refused) == 0 or given.max() > refused.max())

    return consents


class SecondRoute:
    """Reads raw once, then answers for a month."""

    def __init__(self, dsn: str, seeds: dict[str, Any], lapses: dict[str, Any]) -> None:
        self.seeds, self.lapses = seeds, lapses
        with psycopg.connect(dsn) as conn:

            def read(query: str) -> pd.DataFrame:
                cursor = conn.execute(query)
                names = [column.name for column in cursor.description or ()]
                return pd.DataFrame(cursor.fetchall(), columns=names)

            contacts = read("select * from raw.salesforce_contacts")
            self.customers = contacts[~contacts.is_deleted].set_index("contact_id")
            self.merged = contacts.dropna(subset=["master_contact_id"])
            self.addresses = read("select * from ops.addresses")
            self.consenting = set(filter(_consents(contacts), self.customers.index))
            self.orders = read(
                "select * from raw.salesforce_orders"
                " where not is_deleted and order_type is distinct from 'Consolidation'"
            )
            self.surveys = read("select * from raw.salesforce_survey_responses")
            self.calls = read(
                "select * from raw.genesys_surveys join raw.genesys_conversations"
                " using (conversation_id)"
            )
            self.phrases = read(
                "select * from raw.genesys_transcripts join raw.genesys_conversations"
                " using (conversation_id) where participant = 'external'"
            )
            self.posts = read("select * from raw.mastodon_statuses where not is_deleted")
            scores = read("select text_hash, valence from scored.texts")
        self.valence = dict(zip(scores.text_hash, scores.valence, strict=True))
        self.begins = min(self.surveys.submitted_at.min(), self.calls.started_at.min())

    def caller(self, row: Any) -> str | None:
        """Return the contact a conversation belongs to."""
        reached = (("phone", row.customer_phone), ("email", row.customer_email))
        found = {self.owners[pair] for pair in reached if pair in self.owners}
        return found.pop() if len(found) == 1 else None

    @cached_property
    def owners(self) -> dict[tuple[str, str], str]:
        """Return the one contact to whom an address leads: who has it now, else who had it."""
        columns = {"phone": "phone", "email": "email", "claimed_handle": "mastodon_handle"}
        now: dict[tuple[str, str], set[str]] = {}
        ever: dict[tuple[str, str], set[str]] = {}
        for contact, row in self.customers.iterrows():
            for rule, column in columns.items():
                if isinstance(row[column], str) and (rule != "email" or row.is_email_verified):
                    now.setdefault((rule, row[column]), set()).add(contact)
        for row in self.addresses.itertuples():
            survivor = self.survivor(row.subject)
            if survivor in self.customers.index:
                ever.setdefault((row.rule, row.address), set()).add(survivor)
        return {
            pair: min(had)
            for pair in ever.keys() | now.keys()
            if len(had := now.get(pair) or ever[pair]) == 1
        }

    def survivor(self, contact: str) -> str:
        """Return the contact at the end of a chain of merges."""
        masters = dict(zip(self.merged.contact_id, self.merged.master_contact_id, strict=True))
        while contact in masters:
            contact = masters[contact]
        return contact

    @cached_property
    def evidence(self) -> pd.DataFrame:
        """Customer, kind, value, instant and, of texts, which, of everything that counts."""
        handles = {
            address: contact
            for (rule, address), contact in self.owners.items()
            if rule == "claimed_handle"
        }
        found: list[tuple[str | None, str, float, Any, str]] = []
        texts: list[tuple[str | None, str, Any, str]] = []
        for row in self.surveys.itertuples():
            items = [getattr(row, f"helps_{item}") for item in KEY_ITEMS]
            given = [(item - 1) * 100 / 6 for item in items if pd.notna(item)]
            if given:
                fulfilment = sum(given) / len(given)
                found.append((row.contact_id, "motivator", fulfilment, row.submitted_at, ""))
            found += [
                (row.contact_id, kind, getattr(row, kind), row.submitted_at, "")
                for kind in ("satisfaction", "differentiation", "recommend")
                if pd.notna(getattr(row, kind))
            ]
            if isinstance(row.verbatim, str):
                texts.append((row.contact_id, row.verbatim, row.submitted_at, "verbatim"))
        for row in self.calls.itertuples():
            who = self.caller(row)
            found.append((who, "satisfaction", 1 + row.total_score / 25, row.completed_at, ""))
            found.append((who, "recommend", row.promoter_score, row.completed_at, ""))
        texts += [
            (handles.get(row.account), row.content, row.created_at, "post")
            for row in self.posts.itertuples()
        ]
        for who, words, at, text in texts:
            if who in self.consenting:
                found.append((who, "emotion", self._feeling([words]), at, text))
        for _, group in self.phrases.groupby("conversation_id"):
            if (who := self.caller(group.iloc[0])) in self.consenting:
                at = group.said_at.max()
                feeling = self._feeling(list(group.text))
                found.append((who, "emotion", feeling, at, "conversation"))
        table = pd.DataFrame(found, columns=["customer", "kind", "value", "at", "text"])
        table["on"] = table["at"].dt.tz_convert("UTC").dt.date
        return table.dropna(subset=["customer"])

    def _feeling(self, texts: list[str]) -> float:
        hashes = [hashlib.md5(words.encode()).hexdigest() for words in texts]  # noqa: S324
        return 50 * (1 + sum(self.valence[digest] for digest in hashes) / len(hashes))

    def month(self, first: date, after: date, status_on: date) -> pd.DataFrame:
        """Return each customer of the month with tier and latest answer, indexed by contact."""
        begins = date(after.year - 1, after.month, 1)
        found = self.evidence
        found = found[(found.on >= begins) & (found.on < after)]
        age = pd.Series([(after - day).days for day in found.on], found.index)
        found = found.assign(weight=0.5 ** (age / self.seeds["half_life_days"]))
        rows = {}
        for contact, customer in self.customers.iterrows():
            if customer.customer_since >= after:
                continue
            mine = found[found.customer == contact]
            answers = mine[mine.kind == "recommend"].sort_values("at")
            year = self.orders_of(contact, begins, after)
            rows[contact] = {
                "tier": self._tier(mine),
                "recommend": answers.value.iloc[-1] if len(answers) else None,
                "has_left": self.has_left(contact, status_on, after),
                "orders": len(self.orders_of(contact, first, after)),
                "orders_12m": len(year),
                "revenue_12m": float(year.amount.sum()),
                "channels": year.channel.nunique(),
            }
        return pd.DataFrame.from_dict(rows, orient="index")

    def _tier(self, mine: pd.DataFrame) -> str:
        seeds = self.seeds
        weights = {"motivator": seeds["survey_weight"], "emotion": seeds["text_weight"]}
        kind_weight = mine.kind.map(weights).fillna(0)
        happy = mine[mine.kind == "satisfaction"]
        if kind_weight.sum() < seeds["minimum_evidence_weight"] or happy.empty:
            return "unmeasured"
        weight = kind_weight * mine.weight
        score = (sum(weight * mine.value) + seeds["prior_weight"] * seeds["prior_score"]) / (
            sum(weight) + seeds["prior_weight"]
        )
        satisfied = sum(happy.weight * happy.value) / sum(happy.weight) >= seeds["satisfied_from"]
        if score >= seeds["connected_from"]:
            return "fully_connected" if satisfied else "connected_let_down"
        seen = mine[mine.kind == "differentiation"]
        different = sum(seen.weight * (seen.value - seeds["different_from"])) >= 0
        if satisfied and len(seen) and different:
            return "perceives_difference"
        return "highly_satisfied" if satisfied else "not_connected"

    def orders_of(self, contact: Any, begins: date, after: date) -> pd.DataFrame:
        """Return what a customer and the contacts merged into them ordered in a stretch."""
        chain = {contact, *self.merged[self.merged.master_contact_id == contact].contact_id}
        orders = self.orders[self.orders.contact_id.isin(chain)]
        return orders[(orders.ordered_on >= begins) & (orders.ordered_on < after)]

    def has_left(self, contact: Any, on: date, after: date) -> bool:
        """Say whether a contract had ended or the silence had lasted too long."""
        rules, customer = self.lapses, self.customers.loc[contact]
        if isinstance(customer.contract_ended_on, date) and customer.contract_ended_on <= on:
            return True
        days = sorted(set(self.orders_of(contact, date.min, after).ordered_on))
        if not days:
            start = max(customer.customer_since, self.begins.date().replace(day=1))
            return start + timedelta(days=rules["lapse_cap_days"]) <= on
        gaps = sorted([(b - a).days for a, b in pairwise(days)][-rules["recent_gaps"] :])
        expected = rules["default_gap_days"]
        if len(gaps) >= rules["minimum_gaps"]:
            place = -(-len(gaps) * rules["gap_quantile"] // 1)
            expected = gaps[int(place) - 1]
            expected = min(max(expected, rules["gap_floor_days"]), rules["gap_cap_days"])
        silence = min(
            max(expected * rules["lapse_multiple"], rules["lapse_floor_days"]),
            rules["lapse_cap_days"],
        )
        return bool(days[-1] + timedelta(days=int(silence)) <= on)
