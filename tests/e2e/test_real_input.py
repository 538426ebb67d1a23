"""A night over data that nobody here wrote, compared with what the files themselves say."""

from __future__ import annotations

import pytest

from tests import real_input

pytestmark = [
    pytest.mark.proof,  # `make test` has the night of test_odd_night.py
    pytest.mark.skipif(
        not real_input.is_available(),
        reason=f"the Telco and GoEmotions files are not in {real_input.DATA}",
    ),
]


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    return real_input.write_replay(tmp_path_factory.mktemp("replay") / "records")


@pytest.fixture(scope="module", autouse=True)
def night(machine, given):
    done = machine.kindred("run", "--replay", str(given.folder))
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_customer_is_there_and_attrition_is_the_files_own_churn_rate(machine, given):
    ((at_start, left, rate),) = machine.rows(
        "select customers_at_start, customers_left, attrition_rate from marts.segment_attrition"
        " where tier = 'all' and month = '2026-10-01'",
        "reader",
    )
    assert (at_start, left) == (given.customers, given.churned)
    assert float(rate) == pytest.approx(given.churned / given.customers, abs=5e-5)


def test_the_interval_of_the_churn_rate_holds_it(machine, given):
    ((low, high),) = machine.rows(
        "select attrition_rate_low, attrition_rate_high from marts.segment_attrition"
        " where tier = 'all' and month = '2026-10-01'",
        "reader",
    )
    assert float(low) < given.churned / given.customers < float(high)


def test_revenue_is_the_sum_of_all_charges(machine, given):
    ((orders, revenue),) = machine.rows("select count(*), sum(amount) from raw.salesforce_orders")
    assert orders == given.orders
    assert float(revenue) == pytest.approx(given.revenue)


def test_every_text_of_a_customer_is_scored_or_counted_as_unscored_and_no_strangers(machine, given):
    held = machine.rows(
        "select text from raw.genesys_transcripts"
        " union all select content from raw.mastodon_statuses"
    )
    assert sorted(text for (text,) in held) == sorted(given.texts)
    spoken = machine.rows("select distinct md5(text) from raw.genesys_transcripts order by 1")
    assert machine.rows("select text_hash from scored.texts order by 1") == spoken
    ((scored, unscored),) = machine.rows(
        "select count(valence), count(unscored_reason) from scored.texts"
    )
    assert scored + unscored == len(spoken)
    assert scored > 0.99 * len(spoken)


def test_callers_are_linked_to_their_customers_and_strangers_to_nobody(machine):
    ((callers,),) = machine.rows(
        "select count(distinct customer_phone) from raw.genesys_conversations"
    )
    linked = machine.rows(
        "select link, count(distinct customer_id) from build.int_identity_links group by link",
        "transformer",
    )
    channels = dict(linked)
    assert channels["conversation"] == callers
    assert "account" not in channels
