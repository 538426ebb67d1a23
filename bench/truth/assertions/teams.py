"""Teams of the call center: who leaves customers in a better mood, in order."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from bench.truth.assertions.registry import Finding, assertion, is_null
from bench.truth.intervals import published, spearman
from bench.truth.runs import Run, named
from sandbox.scenario import Scenario


def differ(scenario: Scenario) -> bool:
    """Whether a difference between teams was planted."""
    return len({team.warmth for team in scenario.teams}) > 1


@assertion(
    "team_ranks",
    "Spearman's correlation of the teams' mean shifts, over all windows that share no conversation,"
    " with the planted warmth; the scale of a shift is the scorer's, so only the order can be"
    " compared.",
    kind="value",
    where=differ,
)
def team_ranks(run: Run) -> Iterator[Finding]:
    planted = {team.queue: team.warmth for team in run.scenario.teams}
    shifts = _shifts(run)
    warmth = [planted.get(int(team[-1]), 0.0) for team in shifts]  # its number ends a team's id
    yield Finding("all", spearman(shifts.values(), warmth))


def _shifts(run: Run) -> dict[str, float]:
    """Return each team's mean shift, windows weighing as many conversations as they hold."""
    rows, window = run.table("team_empathy"), run.number("empathy_rules", "window_months")
    months = pd.date_range(end=run.month, periods=24, freq="MS")[:: -int(window)]
    rows = rows[rows["month"].isin(months)]
    total = (rows["mean_shift"] * rows["conversations"]).groupby(rows["team"]).sum()
    return {
        str(team): float(shift)
        for team, shift in (total / rows.groupby("team")["conversations"].sum()).items()
    }


@assertion(
    "no_warmer_team",
    "A team's shrunk shift in the last complete month, where no team is warmer than another; no"
    " effect is the mean of all teams.",
    kind="null",
    where=is_null,
)
def no_warmer_team(run: Run) -> Iterator[Finding]:
    for row in map(named, run.at("team_empathy").to_dict("records")):
        if not row["is_suppressed"]:
            all_teams = float(row["all_teams_shift"])
            yield Finding.of("each team", published(row, "shrunk_shift"), all_teams)
