"""A scenario: every number that a population is made from, with the range it may have.

A number that is in no scenario is in no population: what a figure rests on can be read in one file.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal

import msgspec

Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Rate = Annotated[float, msgspec.Meta(ge=0.0)]
Count = Annotated[int, msgspec.Meta(ge=1)]

Preset = Literal["retail", "finance", "hospitality", "health"]

QUEUES = 5  # teams of the call center, numbered from 0


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A section of a scenario; an unknown field is an error, not a silent default."""


class Effects(_Part, frozen=True, kw_only=True):
    """What connection causes; all at their neutral value, connection causes nothing."""

    order_rate: Rate = 1.35  # multiplies orders a month
    spend: Rate = 1.18  # multiplies the amount of an order
    hazard: Rate = 0.5  # multiplies the chance to leave in a month
    referral: Rate = 3.0  # multiplies referrals a month
    advocacy: float = 1.3  # log-odds of being an advocate
    sentiment: Rate = 0.55  # valence of words for one unit of connection
    motivators: Rate = 1.2  # points (of 1-7) of fulfilment for one unit of connection
    buffer: Rate = 0.55  # of the harm of a negative moment that reaches the connected
    consolidation: Rate = 1.0  # multiplies the chance to consolidate assets in a month
    satisfied_order_rate: Rate = 1.08  # what satisfaction causes, connected or not
    satisfied_hazard: Rate = 0.8
    satisfied_advocacy: float = 0.5


class Behaviour(_Part, frozen=True, kw_only=True):
    """What customers do, connected or not."""

    active_at_start: Share = 0.5
    orders_a_month: Rate = 0.85
    order_amount: Rate = 62.0
    hazard_a_month: Share = 0.036  # of all, in the first month
    hazard_trend: Rate = 1.0  # multiplies everybody's hazard by the last month, in a straight line
    return_a_month: Share = 0.008
    negative_moment_a_month: Share = 0.035
    negative_moment_harm: Rate = 1.4  # what it adds to that month's hazard, as a multiple of it
    negative_moment_dissatisfies: Rate = 1.3  # what it takes from that month's satisfaction
    advocacy_log_odds: float = -1.65  # of those neither connected nor satisfied
    advocacy_trend: float = 0.0  # added to everybody's log-odds by the last month
    consolidates_a_month: Share = 0.0  # of those not connected, moves assets to the brand; once
    consolidated_amount: Rate = 42_000.0
    referrals_a_month: Rate = 0.018
    conversations_a_month: Rate = 0.1
    own_posts_a_month: Rate = 0.11
    strangers_posts_a_month_per_1000: Rate = 25.0


class Evidence(_Part, frozen=True, kw_only=True):
    """How much of the hidden state can be seen at all."""

    survey_invited_a_month: Share = 0.55
    survey_response_rate: Share = 0.30
    has_motivator_items: Share = 0.7
    ratings_a_survey: Annotated[int, msgspec.Meta(ge=0, le=100)] = 8  # at most; a relationship one
    asks_importance: Share = 0.5  # of the surveys with ratings
    has_verbatim: Share = 0.45
    calls_transcribed: Share = 0.55
    call_survey_response_rate: Share = 0.33
    claims_handle: Share = 0.13
    wrong_handle: Share = 0.004  # claims a handle that is somebody else's
    shared_phone: Share = 0.03
    shared_email: Share = 0.02
    duplicate_contact: Share = 0.02
    no_text_consent: Share = 0.05
    unknown_callers: Share = 0.06
    item_noise: Rate = 0.8
    word_noise: Rate = 0.35


class Changes(_Part, frozen=True, kw_only=True):
    """How records change after they were first served."""

    late_survey_days: Rate = 3.5  # the most a survey's answer is late
    late_response_share: Share = 0.15
    rewritten_within_48h: Share = 0.4
    edited: Share = 0.01
    deleted: Share = 0.004
    undeleted: Share = 0.3  # of the deleted
    posts_edited: Share = 0.04
    posts_deleted: Share = 0.02
    touched_in_bulk: Share = 0.65  # contacts one bulk job stamps alike: re-delivered unchanged


class Limits(_Part, frozen=True, kw_only=True):
    """Rate limits, enforced on the wall clock."""

    requests: dict[str, Count] = {}  # by vendor, in the vendor's window; else the vendor's own
    token_seconds: Count = 1800


class Touchpoint(_Part, frozen=True, kw_only=True):
    """One touchpoint; `drives` is its true weight on connection, `pleases` on satisfaction."""

    name: str
    reach: Share
    drives: float = 0.0
    pleases: float = 0.0


class Initiative(_Part, frozen=True, kw_only=True):
    """A planted initiative: it lifts the connection of customers acquired through a channel."""

    name: str
    starts: date
    acquisition_channel: str
    lift: float


class Team(_Part, frozen=True, kw_only=True):
    """A planted difference between teams: how much the mood rises in what they take."""

    queue: Annotated[int, msgspec.Meta(ge=0, lt=QUEUES)]
    warmth: Annotated[float, msgspec.Meta(ge=-1.0, le=1.0)]  # valence, from start to end


class Scenario(_Part, frozen=True, kw_only=True):
    """Everything a population is made from."""

    name: str
    seed: int
    customers: Annotated[int, msgspec.Meta(ge=20, le=500_000)]
    starts: date
    months: Annotated[int, msgspec.Meta(ge=1, le=120)]
    future_days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 90
    share_connected: tuple[Share, Share] = (0.21, 0.26)  # of active customers, first to last month
    share_satisfied: Share = 0.6
    preset: Preset = "retail"  # the industry: whose words are spoken, whose seeds fit
    brand: str = "Harbor & Lane"
    hashtags: Annotated[list[str], msgspec.Meta(min_length=1, max_length=8)]
    key_motivators: Annotated[list[str], msgspec.Meta(min_length=1)]
    acquisition_channels: dict[str, Share]
    touchpoints: Annotated[list[Touchpoint], msgspec.Meta(min_length=2)]
    initiatives: list[Initiative] = []
    teams: list[Team] = []  # one that is not named changes no mood
    effects: Effects = Effects()
    behaviour: Behaviour = Behaviour()
    evidence: Evidence = Evidence()
    changes: Changes = Changes()
    limits: Limits = Limits()

    def progress(self, month: int) -> float:
        """Return how far what moves from the first to the last month has come: 0 to 1, then 1."""
        return min(month / max(self.months - 1, 1), 1.0)

    @property
    def begins(self) -> datetime:
        """Return the first instant of the history."""
        return datetime.combine(self.starts, time(), UTC)

    @property
    def now(self) -> datetime:
        """Return what the clock shows at first: the end of the history."""
        months = self.starts.year * 12 + self.starts.month - 1 + self.months
        return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)

    @property
    def ends(self) -> datetime:
        """Return the last instant that the sandbox knows of."""
        return self.now + timedelta(days=self.future_days)
