"""The page of the truth comes from its figures, and the figures from all runs alike."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.truth import report, seeded, work
from bench.truth.assertions import Finding
from bench.truth.work import Done

PAGE = report.PAGE.read_text(encoding="utf-8")


def done(seed: int, *findings: Finding, assertion: str = "connected_share") -> Done:
    """Return a run with findings of one assertion."""
    return Done(
        f"key{seed}",
        "retailer",
        seed,
        600,
        9.0,
        ["2026.2", "kindred-1"],
        {assertion: list(findings)},
    )


THREE = [
    done(1, Finding("all", 0.30, 0.25, 0.26, 0.34)),  # not the truth, but the mean 0.28
    done(2, Finding("all", 0.28, 0.27, 0.24, 0.32)),  # both
    done(3, Finding("all", 0.26, 0.26, 0.23, 0.27)),  # the truth, not the mean
]


def test_the_page_shows_the_figures_that_are_kept() -> None:
    assert report.with_figures(PAGE, report.load()) == PAGE


def test_the_page_begins_with_its_answer_in_three_lines() -> None:
    lines = PAGE.split("\n\n")[2].splitlines()
    assert lines == report.answer(report.load()).splitlines()
    assert len(lines) == 3


def test_the_answer_counts_an_assertion_once_a_scenario_and_effects_of_nothing_apart() -> None:
    wrong = [Finding("all", 0.3, 0.1, 0.2, 0.4)] * 20
    null = Finding("all", 0.0, 0.0, -1.0, 1.0)
    runs = [done(at, found) for at, found in enumerate(wrong)]
    for run in runs:
        run.findings["no_effect_on_value"] = [null]
    real, none, missing = report.answer(report.figures(runs)).splitlines()
    assert real.startswith("- In 0 of 1 figures")
    assert none.endswith("in 1 of 1.")
    assert "`connected_share`" in missing


def test_two_kinds_of_coverage_are_counted_apart() -> None:
    row = report.figures(THREE).scenes[0].rows[0]
    assert (row.runs, row.holds_truth, row.holds_mean) == (3, 2, 2)
    assert (row.estimate, row.truth) == (pytest.approx(0.28), pytest.approx(0.26))
    assert (row.spread, row.half_width) == (pytest.approx(0.02), pytest.approx(0.1 / 3, abs=1e-6))
    assert "| connected_share | all | 3 | 0.260 | 0.280 | +0.020 |" in report.body(
        report.figures(THREE)
    )


@given(st.permutations(THREE))
def test_the_order_of_the_runs_does_not_matter(runs: list[Done]) -> None:
    assert report.figures(runs) == report.figures(THREE)


def test_a_part_that_some_seeds_lack_is_counted_over_the_others() -> None:
    row = report.figures([*THREE, done(4)]).scenes[0].rows[0]
    assert row.runs == 3


def test_a_value_without_an_interval_is_shown_with_its_range_and_what_it_should_reach() -> None:
    runs = [
        done(at, Finding("all", kappa), assertion="kappa_connected")
        for at, kappa in enumerate((0.6, 0.7))
    ]
    assert "| kappa_connected | all | 2 | 0.650 | 0.600 | 0.700 | 0.610 |" in report.body(
        report.figures(runs)
    )


@pytest.mark.parametrize(
    ("held", "runs", "said"),
    [
        (19, 20, "covers"), (20, 20, "covers"), (17, 20, "covers"), (13, 20, "misses"),
        (600, 600, "too wide"), (570, 600, "covers"), (500, 600, "misses"),
    ],
)  # fmt: skip
def test_a_verdict_needs_runs_enough_to_be_against_an_interval(
    held: int, runs: int, said: str
) -> None:
    assert report.verdict(held, runs) == said


def test_only_what_is_between_the_markers_is_written(tmp_path: Path) -> None:
    page = tmp_path / "truth.md"
    parts = ("answer", "figures")
    marked = [f"<!-- {part}: begin -->\nworn out\n<!-- {part}: end -->" for part in parts]
    page.write_text("\nwords\n".join(["first", *marked, "last"]), encoding="utf-8")
    report.write(report.figures(THREE), tmp_path / "truth.json", page)
    text = page.read_text(encoding="utf-8")
    assert "worn out" not in text
    assert text.count("\nwords\n") == 3
    assert text.startswith("first\n")
    assert text.endswith("\nlast")
    assert report.load(tmp_path / "truth.json") == report.figures(THREE)


def test_what_was_done_before_a_command_was_cut_off_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "runs.jsonl"
    lines = [msgspec.json.encode(each) for each in THREE]
    file.write_bytes(b"\n" + b"\n".join(lines)[:-9])
    assert list(work.kept(file)) == ["key1", "key2"]
    assert work.kept(tmp_path / "none.jsonl") == {}


def test_a_run_is_known_by_its_scenario_and_seed() -> None:
    scenarios = [*seeded("retailer", 600, [1, 2]), *seeded("retailer", 700, [1])]
    assert len(set(work.keys(scenarios))) == 3
    assert work.keys(scenarios) == work.keys(scenarios)
