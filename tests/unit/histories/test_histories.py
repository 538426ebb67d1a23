"""The small histories: served as their vendors would, and the truth says the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.histories.compare import differences
from tests.histories.happenings import Event, opening, stories, story
from tests.histories.truth import KEYS, Raw, after, settled
from tests.histories.vendors import ChangingVendors
from tests.unit.histories.pulling import pulled

BEGINS = datetime(2024, 2, 1, 8, tzinfo=UTC)
SINCE = BEGINS - timedelta(days=30)
FAR = timedelta(days=400)


@pytest.fixture
def vendors() -> ChangingVendors:
    begun = ChangingVendors(BEGINS)
    opening(begun)
    return begun


def all_of(vendors: ChangingVendors) -> Raw:
    """Everything that shows now, whatever its stamp."""
    return pulled(vendors, SINCE, vendors.now + FAR)


def night(vendors: ChangingVendors) -> datetime:
    """Let the day end."""
    end = datetime.combine(vendors.now.date() + timedelta(days=1), datetime.min.time(), UTC)
    vendors.until(end)
    return end


def one(raw: Raw, load: str, *key: Any) -> dict[str, Any]:
    return raw[load][key]


def test_a_first_night_brings_what_the_truth_says(vendors):
    end = night(vendors)
    found = pulled(vendors, SINCE, end)
    assert differences(found, after(vendors, [end])) == []
    assert {load: len(rows) for load, rows in found.items()} == {
        "salesforce_contacts": 3, "salesforce_orders": 1, "salesforce_survey_responses": 1,
        "salesforce_touchpoint_ratings": 1, "salesforce_referrals": 1,
        "genesys_conversations": 1, "genesys_surveys": 0, "genesys_transcripts": 2,
        "mastodon_statuses": 1,
    }  # fmt: skip


def test_a_window_selects_by_the_stamp_and_the_clock_says_which_version(vendors):
    before = vendors.now
    vendors.edit("o1", amount=25)
    assert pulled(vendors, SINCE, before)["salesforce_orders"] == {}
    row = one(pulled(vendors, before, vendors.now), "salesforce_orders", "o1")
    assert (row["amount"], row["modified_at"], row["created_at"] < before) == (25, before, True)


def test_a_deletion_and_its_undoing_have_stamps_and_take_the_ratings_along(vendors):
    for verb, is_deleted in ((vendors.delete, True), (vendors.undelete, False)):
        at = vendors.now
        verb("s1")
        found = pulled(vendors, at, vendors.now)
        for load, key in (("survey_responses", "s1"), ("touchpoint_ratings", "r1")):
            row = one(found, f"salesforce_{load}", key)
            assert (row["is_deleted"], row["modified_at"]) == (is_deleted, at)


def test_a_merged_contact_names_its_master_and_its_records_move(vendors):
    at = vendors.now
    vendors.merge("ann", into="bob")
    found = pulled(vendors, at, vendors.now)
    loser = one(found, "salesforce_contacts", "ann")
    assert (loser["is_deleted"], loser["master_contact_id"]) == (True, "bob")
    for load, key in (("orders", "o1"), ("survey_responses", "s1"), ("touchpoint_ratings", "r1")):
        assert one(found, f"salesforce_{load}", key)["contact_id"] == "bob"
    assert found["salesforce_referrals"] == {}


def test_a_record_that_comes_late_has_an_old_day_and_a_new_stamp(vendors):
    vendors.wait(days=10)
    at = vendors.now
    vendors.order("o2", by="bob", on=date(2024, 2, 1))
    row = one(pulled(vendors, at, vendors.now), "salesforce_orders", "o2")
    assert (row["ordered_on"], row["modified_at"]) == (date(2024, 2, 1), at)


def test_a_late_commit_shows_behind_an_edge_that_has_passed(vendors):
    edge = night(vendors)
    vendors.order("o2", by="bob", late=20)
    row = one(pulled(vendors, edge - timedelta(hours=1), edge), "salesforce_orders", "o2")
    assert row["modified_at"] == edge - timedelta(minutes=20)
    assert differences(
        pulled(vendors, SINCE, night(vendors)), after(vendors, [edge, vendors.now])
    ) == []  # fmt: skip


def test_a_fast_clock_keeps_a_version_from_every_night_until_its_stamp_or_the_next_edit(vendors):
    first = night(vendors)
    vendors.edit("o1", amount=25, ahead=48)
    second = night(vendors)
    assert pulled(vendors, first, second)["salesforce_orders"] == {}
    assert one(after(vendors, [first, second]), "salesforce_orders", "o1")["amount"] == 20
    assert settled(vendors) > second
    vendors.edit("o1", amount=30)
    third = night(vendors)
    assert one(pulled(vendors, second, third), "salesforce_orders", "o1")["amount"] == 30


def test_a_survey_is_answered_inside_its_call_days_later(vendors):
    vendors.ask("c1")
    assert one(all_of(vendors), "genesys_surveys", "c1-survey")["status"] == "Sent"
    vendors.wait(days=8)
    at = vendors.now
    vendors.answer("c1", score=80.0)
    row = one(all_of(vendors), "genesys_surveys", "c1-survey")
    assert (row["status"], row["total_score"], row["promoter_score"]) == ("Finished", 80.0, 8)
    assert row["completed_at"] == at
    assert row["conversation_started_at"] < BEGINS + timedelta(hours=1)


def test_a_rewrite_shows_at_the_old_start_and_has_no_stamp(vendors):
    start = one(all_of(vendors), "genesys_conversations", "c1")["started_at"]
    vendors.wait(days=3)
    vendors.rewrite("c1", handle_seconds=90.0)
    found = pulled(vendors, start, start + timedelta(seconds=1))
    assert one(found, "genesys_conversations", "c1")["handle_seconds"] == 90.0


def test_a_transcript_is_not_there_until_it_is(vendors):
    vendors.call("c2", by="ann")
    key = ("c2", "c2-line", 0)
    assert key not in all_of(vendors)["genesys_transcripts"]
    vendors.wait(hours=20)
    vendors.transcribe("c2", words="It was fine.")
    row = one(all_of(vendors), "genesys_transcripts", *key)
    assert (row["participant"], row["text"]) == ("external", "It was fine.")


def test_a_post_is_edited_with_a_stamp_liked_without_one_and_deleted_without_a_trace(vendors):
    (post,) = all_of(vendors)["mastodon_statuses"].values()
    vendors.like("p1")
    (liked,) = all_of(vendors)["mastodon_statuses"].values()
    assert liked == post | {"favourites": 1}
    at = vendors.now
    vendors.edit_post("p1", words="It was fine.")
    held = all_of(vendors)
    (edited,) = held["mastodon_statuses"].values()
    assert (edited["modified_at"], edited["content"]) == (at, "<p>It was fine.</p>")
    vendors.delete_post("p1")
    assert all_of(vendors)["mastodon_statuses"] == {}
    (gone,) = pulled(vendors, SINCE, vendors.now, held)["mastodon_statuses"].values()
    assert (gone["is_deleted"], gone["content"]) == (True, "")


def test_the_truth_knows_the_tombstone_of_a_post_that_a_night_has_seen(vendors):
    first = night(vendors)
    held = pulled(vendors, SINCE, first)
    vendors.like("p1")
    vendors.delete_post("p1")
    vendors.post("p2", by="ann", words="It was fine.")
    vendors.delete_post("p2")
    second = night(vendors)
    found = pulled(vendors, SINCE, second, held)
    truth = after(vendors, [first, second])
    assert found["mastodon_statuses"] == truth["mastodon_statuses"]
    assert [row["is_deleted"] for row in truth["mastodon_statuses"].values()] == [True]


def test_a_name_is_given_once_and_time_goes_forward(vendors):
    with pytest.raises(ValueError, match="there is a record o1 already"):
        vendors.order("o1", by="ann")
    with pytest.raises(ValueError, match="already"):
        vendors.until(BEGINS)


# Comparing


def harm_amount(raw: Raw) -> None:
    one(raw, "salesforce_orders", "o1")["amount"] = Decimal(7)


def harm_by_loss(raw: Raw) -> None:
    del raw["salesforce_contacts"][("cyd",)]


def harm_by_invention(raw: Raw) -> None:
    raw["genesys_surveys"][("x",)] = {}


def harm_columns(raw: Raw) -> None:
    del one(raw, "salesforce_referrals", "l1")["status"]


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (harm_amount, "salesforce_orders o1: amount is 7 in raw, truly 20"),
        (harm_by_loss, "salesforce_contacts cyd: missing from raw"),
        (harm_by_invention, "genesys_surveys x: nobody expected it"),
        (harm_columns, "salesforce_referrals l1: status is not in raw"),
    ],
)
def test_a_difference_names_load_key_and_column(
    vendors: ChangingVendors, harm: Callable[[Raw], None], says: str
) -> None:
    end = night(vendors)
    found = pulled(vendors, SINCE, end)
    harm(found)
    assert differences(found, after(vendors, [end])) == [says]


def test_a_tombstone_may_be_missing_only_where_raw_never_held_the_post(vendors):
    first = night(vendors)
    vendors.delete_post("p1")
    truth = after(vendors, [first, night(vendors)])
    ((post,),) = truth["mastodon_statuses"]
    found = pulled(vendors, SINCE, vendors.now)
    missing = [f"mastodon_statuses {post}: missing from raw"]
    assert differences(found, truth) == missing
    assert differences(found, truth, met={post}) == missing
    assert differences(found, truth, met=()) == []
    found["mastodon_statuses"][(post,)] = truth["mastodon_statuses"][(post,)] | {"favourites": 9}
    assert differences(found, truth, met={post}) == []
    found["mastodon_statuses"][(post,)]["content"] = "<p>Still here</p>"
    (line,) = differences(found, truth, met={post})
    assert "content is" in line


# Drawing


def test_an_event_prints_as_the_call_that_makes_it():
    event = Event("order", "o1", {"by": "ann", "amount": 30})
    assert repr(event) == "order('o1', by='ann', amount=30)"


def test_one_seed_tells_one_story(vendors: ChangingVendors):
    def told(seed: int) -> list[str]:
        pick = random.Random(seed).choice  # noqa: S311 -- a story, no secret
        return [repr(event) for event in story(vendors, pick, 40)]

    assert told(1) == told(1) != told(2)


@settings(max_examples=15, deadline=None)
@given(data=st.data(), days=st.integers(1, 4))
def test_whatever_happens_the_last_night_of_a_clean_sequence_agrees_with_the_truth(data, days):
    vendors = ChangingVendors(BEGINS)
    opening(vendors)
    nights: list[datetime] = []
    held: Raw = {load: {} for load in KEYS}
    for _ in range(days):
        for event in data.draw(stories(vendors)):
            event.to(vendors)
        nights.append(night(vendors))
        for load, rows in pulled(vendors, SINCE, nights[-1], held).items():
            held[load] |= rows
    while nights[-1] < settled(vendors):
        nights.append(night(vendors))
    for load, rows in pulled(vendors, SINCE, nights[-1], held).items():
        held[load] |= rows
    assert differences(held, after(vendors, nights)) == []
