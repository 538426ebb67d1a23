"""What happens at Salesforce: every change has a stamp, a deletion and its undoing too.

`late` minutes: the stamp is of a transaction's start, and the record shows at its end.
`ahead` hours: the vendor's clock is fast.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.histories import wire
from tests.histories.keeping import MINUTE, SECOND, Keeping, account_of, phone_of
from tests.histories.versions import Record, Version

CHILDREN = ("orders", "survey_responses", "touchpoint_ratings", "referrals")
OWNERS = ("contact_id", "referrer_contact_id")


class Crm(Keeping):
    """Contacts, orders, survey responses, their ratings, and referrals."""

    def contact(self, name: str, *, since: date | None = None, **stamped: float) -> None:
        """Create a contact with a phone, an address and a handle of its own."""
        self._create(
            "contacts",
            stamped,
            contact_id=name,
            master_contact_id=None,
            email=f"{name}@example.org",
            is_email_verified=True,
            phone=phone_of(name),
            mastodon_handle=account_of(name),
            has_text_consent=True,
            customer_since=since or self.now.date(),
            contract_ended_on=None,
            acquisition_channel="web",
            acquisition_cost=Decimal("12.5"),
            currency=None,
        )

    def order(
        self, name: str, *, by: str, amount: float = 20, on: date | None = None, **stamped: float
    ) -> None:
        """Create an order; `on` an earlier day it is one that comes late."""
        self._create(
            "orders",
            stamped,
            order_id=name,
            contact_id=by,
            ordered_on=on or self.now.date(),
            amount=Decimal(str(amount)),
            currency=None,
            status="Activated",
            channel="store",
            order_type=None,
        )

    def survey(
        self,
        name: str,
        *,
        by: str,
        score: int = 4,
        words: str | None = None,
        submitted: datetime | None = None,
        **stamped: float,
    ) -> None:
        """Create a response: `score` 1-5 is its satisfaction, and all others follow from it."""
        self._create(
            "survey_responses",
            stamped,
            response_id=name,
            contact_id=by,
            survey_name="relationship",
            touchpoint="website",
            submitted_at=submitted or self.now,
            satisfaction=score,
            effort=score + 1,
            recommend=2 * score,
            differentiation=score + 2,
            **dict.fromkeys(wire.MOTIVATORS, score + 1),
            verbatim=words,
        )

    def rating(self, name: str, *, of: str, rating: int = 5, **stamped: float) -> None:
        """Create the rating of a touchpoint, a child of a response."""
        response = self.records[of].now
        self._create(
            "touchpoint_ratings",
            stamped,
            rating_id=name,
            response_id=of,
            contact_id=response["contact_id"],
            touchpoint="checkout",
            rated_at=response["submitted_at"],
            rating=rating,
            importance=4,
        )

    def referral(self, name: str, *, by: str, **stamped: float) -> None:
        """Create a lead that a contact referred."""
        self._create(
            "referrals",
            stamped,
            referral_id=name,
            referrer_contact_id=by,
            status="New",
            converted_on=None,
        )

    def edit(self, name: str, *, late: float = 0, ahead: float = 0, **changes: Any) -> None:
        """Change fields of a CRM record."""
        self._stamp(self.records[name], {"late": late, "ahead": ahead}, changes)
        self.now += MINUTE

    def delete(self, name: str, **stamped: float) -> None:
        """Delete a CRM record; a response goes with its ratings."""
        self._mark(name, stamped, is_deleted=True)

    def undelete(self, name: str, **stamped: float) -> None:
        """Take a CRM record out of the bin, a response with its ratings."""
        self._mark(name, stamped, is_deleted=False)

    def purge(self, name: str) -> None:
        """Take a CRM record away for good: neither the object nor the recycle bin has it."""
        self.records[name].gone = self.now
        self.now += MINUTE

    def merge(self, name: str, *, into: str) -> None:
        """Merge a contact into another: it is deleted, and what belonged to it moves over."""
        self._stamp(self.records[name], {}, {"is_deleted": True, "master_contact_id": into})
        for record in self.of(*CHILDREN):
            (owner,) = record.now.keys() & OWNERS
            if record.now[owner] == name:
                self._stamp(record, {}, {owner: into})
        self.now += MINUTE

    def _create(self, kind: str, stamped: dict[str, float], **fields: Any) -> None:
        name = next(iter(fields.values()))
        record = self.records[name] = self._new(kind, name)
        self._stamp(record, stamped, fields | {"is_deleted": False})
        self.now += MINUTE

    def _stamp(self, record: Record, stamped: dict[str, float], changes: dict[str, Any]) -> None:
        """Add a version of a CRM record: its stamps grow, but for a clock that was fast."""
        off = timedelta(hours=stamped.get("ahead", 0), minutes=-stamped.get("late", 0))
        stamp, before = self.now + off, {}
        if record.versions:
            before, last = record.now, record.versions[-1].key
            stamp = stamp if last > self.now else max(stamp, last + SECOND)
        times = {"created_at": before.get("created_at", stamp), "modified_at": stamp}
        record.versions.append(Version(self.now, stamp, before | changes | times))

    def _mark(self, name: str, stamped: dict[str, float], *, is_deleted: bool) -> None:
        record = self.records[name]
        parts = [r for r in self.of("touchpoint_ratings") if r.now["response_id"] == name]
        for each in (record, *parts):
            self._stamp(each, stamped, {"is_deleted": is_deleted})
        self.now += MINUTE
