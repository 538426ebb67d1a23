"""Touchpoints, teams and initiatives: by a second route, and as claims that have to hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pytest

from tests.integration import marts_customers as people
from tests.integration.marts_built import NO_TESTS, PROJECT, Marts, customer, seed
from tests.integration.marts_stories_route import (
    EMOTIONS,
    StoriesRoute,
    clustered,
    matched,
    shrink,
)

Z = 1.959964
START, MONTHS = date(2025, 11, 1), 8  # November to June, the complete months of the made-up data
PLACEBO, PLACEBO_MONTHS = date(2025, 7, 1), 4  # ten months before the start: (10 - 1) // 2
OUTCOMES = ("connection_score", "connected_share", "attrition", "advocacy")


@pytest.fixture(scope="module")
def stories(warehouse_server: Any, parsed: Path) -> Iterator[tuple[Marts, StoriesRoute]]:
    """Marts of a first night with callers who refuse, and the second route over the same raw."""
    warehouse_server.empty()
    people.fill(warehouse_server.dsn("admin"))
    with psycopg.connect(warehouse_server.dsn("admin")) as conn:
        conn.execute(
            "update raw.salesforce_contacts set has_text_consent = false"
            " where contact_id like '003-0_41'"
        )
    built = Marts(warehouse_server, parsed)
    built.build("--full-refresh", *NO_TESTS)
    yield built, StoriesRoute(built.dsn, seed("segment_thresholds"), seed("lapse_rules"))
    warehouse_server.empty()


def on_days(frame: pd.DataFrame, begins: date, ends: date) -> pd.DataFrame:
    """Return the rows of a half-open range of days."""
    days = frame["at"].dt.tz_convert("UTC").dt.date
    return frame[(days >= begins) & (days < ends)]


def later(start: date, months: int) -> date:
    """Return the first day of a month some months later."""
    return (pd.Timestamp(start) + pd.DateOffset(months=months)).date()


def bands() -> dict[str, list[int]]:
    """Return where the bands of comparable customers begin."""
    table = pd.read_csv(PROJECT / "seeds" / "common" / "comparison_bands.csv")
    return {name: sorted(group.at_least) for name, group in table.groupby("characteristic")}


def test_touchpoints_sound_the_same_by_a_second_route(
    stories: tuple[Marts, StoriesRoute],
) -> None:
    marts, route = stories
    texts = on_days(route.touchpoint_texts(), date(2026, 1, 1), date(2026, 2, 1))
    found = marts.rows(
        "select touchpoint, is_listed, texts, customers, dominant_emotion, distinctive_emotion,"
        f" valence, valence_low, valence_high, {', '.join(EMOTIONS)}"
        " from build.touchpoint_emotions where month = '2026-01-01'"
    )
    assert {row[0] for row in found} == set(texts.touchpoint)
    assert {row[0]: row[1] for row in found if not row[1]} == {"kiosk": False}
    usual = texts[EMOTIONS].mean()
    for touchpoint, _, count, customers, dominant, distinctive, *figures in found:
        mine = texts[texts.touchpoint == touchpoint]
        mean, squares, clusters = clustered(mine.valence, mine.customer)
        error = Z * np.sqrt(squares / len(mine) ** 2 * clusters / (clusters - 1))
        emotions = mine[EMOTIONS].mean()
        assert (count, customers) == (len(mine), clusters)
        assert dominant == emotions.drop("neutral").idxmax()
        assert distinctive == (emotions / usual).drop("neutral").idxmax()
        wanted = [mean, max(-1, mean - error), min(1, mean + error), *emotions]
        assert [float(figure) for figure in figures] == pytest.approx(wanted, abs=2e-6)


def test_teams_lift_moods_the_same_by_a_second_route(stories: tuple[Marts, StoriesRoute]) -> None:
    marts, route = stories
    shifts = on_days(route.shifts(), date(2026, 3, 1), date(2026, 6, 1))
    teams = {
        team: (len(mine), mine.start.mean(), *clustered(mine["shift"], mine.customer))
        for team, mine in shifts.groupby("team")
    }
    count, start, means, squares, clusters = map(np.array, zip(*teams.values(), strict=True))
    freedom = clusters.sum() / (clusters.sum() - len(teams))
    within = squares.sum() / count.sum() * freedom
    shrunk = shrink(means, within / count)
    error = Z * np.sqrt(squares / count**2 * clusters / (clusters - 1))
    doubt = Z * np.sqrt(shrunk.variance)
    found = marts.rows(
        "select team, conversations, customers, start_valence, mean_shift, mean_shift_low,"
        " mean_shift_high, own_weight, all_teams_shift, shrunk_shift, shrunk_shift_low,"
        " shrunk_shift_high from build.team_empathy where month = '2026-05-01' order by team"
    )
    common = np.full(len(teams), shrunk.common)
    wanted = np.stack([
        count, clusters, start, means, np.maximum(-2, means - error), means + error,
        shrunk.own_weight, common, shrunk.estimate, shrunk.estimate - doubt,
        shrunk.estimate + doubt,
    ], axis=1)  # fmt: skip
    assert [row[0] for row in found] == list(teams)
    assert np.array([row[1:] for row in found], float) == pytest.approx(wanted, abs=3e-6)
    assert len(teams) == 5
    assert (count > clusters).any(), "somebody called a team twice"


def test_no_conversation_of_who_does_not_consent_or_is_unknown_tells_of_a_team(
    stories: tuple[Marts, StoriesRoute],
) -> None:
    marts, route = stories
    kept = {row[0] for row in marts.rows("select customer_id from build.int_conversation_shifts")}
    callers = {route.caller(row) for row in route.calls.itertuples()}
    refusing = {contact for contact in callers - route.consenting if contact is not None}
    assert kept
    assert refusing
    assert None in callers
    assert not kept & {customer(int(contact[-4:])) for contact in refusing}


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("is_placebo", [False, True], ids=["initiative", "placebo"])
def test_an_initiative_changed_the_same_by_a_second_route(
    outcome: str, is_placebo: bool, stories: tuple[Marts, StoriesRoute]
) -> None:
    marts, route = stories
    start, months = (PLACEBO, PLACEBO_MONTHS) if is_placebo else (START, MONTHS)
    effect, variance, reached, compared = impact(route, outcome, start, months)
    names = (
        "placebo_effect, placebo_low, placebo_high, placebo_months"
        if is_placebo
        else "effect, effect_low, effect_high, months_compared"
    )
    (found,) = marts.rows(
        f"select {names}, customers_reached, customers_compared"
        f" from build.initiative_impact where outcome = '{outcome}'"
    )
    error = Z * np.sqrt(variance)
    assert [float(figure) for figure in found[:3]] == pytest.approx(
        [effect, effect - error, effect + error], abs=5e-5
    )
    assert found[3] == months
    assert is_placebo or found[4:] == (reached, compared)
    assert reached > 5


def impact(
    route: StoriesRoute, outcome: str, start: date, months: int
) -> tuple[float, float, int, int]:
    """Return effect, variance, reached and compared, from raw."""
    here = route.cohort(start, bands())
    if outcome == "attrition":
        return attrition(route, here, start, months)
    values = changes(route, outcome, here.index, start, months)
    return matched(here.assign(value=values).dropna(subset=["value"]), least=2)


def attrition(
    route: StoriesRoute, here: pd.DataFrame, start: date, months: int
) -> tuple[float, float, int, int]:
    """Compare who left after the start with who left in as many months before it."""
    begins, ends = later(start, -months), later(start, months)
    before = route.cohort(begins, bands())
    gone = [
        matched(frame.assign(value=[
            float(route.has_left(who, over - timedelta(days=1), over)) for who in frame.index
        ]), least=2)
        for frame, over in ((here, ends), (before, start))
    ]  # fmt: skip
    return gone[0][0] - gone[1][0], gone[0][1] + gone[1][1], *gone[0][2:]


def changes(
    route: StoriesRoute, outcome: str, who: pd.Index, start: date, months: int
) -> pd.Series:
    """Return each customer's value after the start less that before it."""
    periods = (later(start, -months), start), (start, later(start, months))
    if outcome == "advocacy":
        acts = route.acts()
        before, after = (
            {contact for contact, day in acts if begins <= day < ends} for begins, ends in periods
        )
        return pd.Series({one: float(one in after) - float(one in before) for one in who})
    before_scores, after_scores = (route.period_scores(*period).reindex(who) for period in periods)
    if outcome == "connection_score":
        return after_scores - before_scores
    known = before_scores.notna() & after_scores.notna()
    connected_from = route.seeds["connected_from"]
    moved = (after_scores >= connected_from).astype(float) - (before_scores >= connected_from)
    return moved.where(known)


@pytest.mark.parametrize("spread", [0.0, 0.05, 0.15])
@pytest.mark.parametrize("teams", [5, 8, 20])
def test_a_shrunk_interval_holds_the_truth_and_the_estimate_is_nearer_to_it(
    teams: int, spread: float
) -> None:
    rng = np.random.default_rng([teams, int(100 * spread)])
    held, own, drawn = [], [], []
    for _ in range(1500):
        truth = 0.1 + spread * rng.standard_normal(teams)
        variances = 0.16 / rng.integers(30, 120, teams)
        means = truth + np.sqrt(variances) * rng.standard_normal(teams)
        shrunk = shrink(means, variances)
        held.append(np.abs(shrunk.estimate - truth) <= Z * np.sqrt(shrunk.variance))
        own.append((means - truth) ** 2)
        drawn.append((shrunk.estimate - truth) ** 2)
    assert 0.93 < np.mean(held) <= 1
    assert np.mean(drawn) < np.mean(own)


def test_the_interval_of_an_initiative_that_does_nothing_holds_nothing() -> None:
    rng = np.random.default_rng(11)
    held = []
    for _ in range(400):
        strata = rng.integers(0, 30, 600)
        value = rng.normal(0, 1, 30)[strata] + rng.standard_normal(600)
        is_reached = rng.random(600) < 0.1 + 0.5 * strata / 30
        frame = pd.DataFrame({"stratum": strata, "value": value, "is_reached": is_reached})
        effect, variance, *_ = matched(frame, least=2)
        held.append(abs(effect) <= Z * np.sqrt(variance))
    assert 0.9 <= np.mean(held) <= 0.99
