"""An industry's numbers are a folder of seeds, and the sandbox's industries fit theirs."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
import yaml

from kindred.embedded.sandbox import SandboxSettings, preset
from sandbox.scenario import Scenario
from sandbox.scenario_files import SCENARIOS, load_scenario
from sandbox.simulation.population import MOTIVATORS

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
PRESETS = sorted(path for path in (SEEDS / "presets").iterdir() if path.is_dir())
EACH = pytest.mark.parametrize("folder", PRESETS, ids=lambda path: path.name)
RETAIL = SEEDS / "presets" / "retail"
NAMES = sorted(path.stem for path in SCENARIOS.glob("*.yml"))


def rows(folder: Path, seed: str) -> list[dict[str, str]]:
    with (folder / f"{seed}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def header(path: Path) -> str:
    return path.read_text(encoding="utf-8").splitlines()[0]


def test_there_is_a_preset_for_each_of_four_industries() -> None:
    assert [path.name for path in PRESETS] == ["finance", "health", "hospitality", "retail"]


@EACH
def test_every_preset_has_the_same_files_with_the_same_columns(folder: Path) -> None:
    files = {path.name: header(path) for path in RETAIL.iterdir()}
    assert {path.name: header(path) for path in folder.iterdir()} == files
    assert not files.keys() & {path.name for path in (SEEDS / "common").iterdir()}


@EACH
def test_every_seed_of_a_preset_is_described_with_all_its_columns(folder: Path) -> None:
    described = yaml.safe_load((SEEDS / "common" / "seeds.yml").read_text(encoding="utf-8"))
    types = {seed["name"]: seed["config"]["column_types"] for seed in described["seeds"]}
    for path in folder.iterdir():
        assert list(types[path.stem]) == header(path).split(",")


@EACH
def test_touchpoints_have_one_name_a_stage_and_a_channel_of_those_there_are(folder: Path) -> None:
    described = yaml.safe_load((SEEDS / "common" / "seeds.yml").read_text(encoding="utf-8"))
    (seed,) = [one for one in described["seeds"] if one["name"] == "touchpoints"]
    found = rows(folder, "touchpoints")
    assert len({row["touchpoint"] for row in found}) == len(found) >= 12
    for column in seed["columns"][2:]:
        (accepted,) = [test for test in column["data_tests"] if isinstance(test, dict)]
        values = accepted["accepted_values"]["arguments"]["values"]
        assert {row[column["name"]] for row in found} <= set(values)


@EACH
def test_a_preset_has_the_ten_motivators_and_a_version_of_its_own(folder: Path) -> None:
    assert {row["motivator"] for row in rows(folder, "motivators")} == set(MOTIVATORS)
    versions = [rows(path, "segment_thresholds")[0]["method_version"] for path in PRESETS]
    assert len(set(versions)) == len(PRESETS)


@EACH
def test_a_preset_calls_a_customer_lapsed_after_the_longest_of_usual_gaps(folder: Path) -> None:
    (rules,) = rows(folder, "lapse_rules")
    bounds = ["gap_floor_days", "gap_cap_days", "lapse_floor_days", "lapse_cap_days"]
    days = [int(rules[name]) for name in bounds]
    assert days == sorted(days)
    assert days[0] <= int(rules["default_gap_days"]) <= days[1]


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_has_the_touchpoints_and_key_motivators_of_its_preset(name: str) -> None:
    scenario = load_scenario(name)
    folder = SEEDS / "presets" / scenario.preset
    points = [row["touchpoint"] for row in rows(folder, "touchpoints")]
    assert [point.name for point in scenario.touchpoints] == points
    keys = {row["motivator"] for row in rows(folder, "motivators") if row["is_key"] == "true"}
    assert keys == set(scenario.key_motivators)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "tiny"])
def test_a_scenarios_initiatives_are_those_of_its_preset(name: str) -> None:
    scenario: Scenario = load_scenario(name)
    planted = {(one.name, one.starts, one.acquisition_channel) for one in scenario.initiatives}
    told = {
        (row["initiative"], date.fromisoformat(row["started_on"]), row["acquisition_channel"])
        for row in rows(SEEDS / "presets" / scenario.preset, "initiatives")
    }
    assert told == planted


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (SandboxSettings(), "retail"),
        (SandboxSettings(scenario="brokerage"), "finance"),
        (SandboxSettings(scenario="hotel"), "hospitality"),
        (SandboxSettings(replay="mine"), None),
        (SandboxSettings(is_on=False), None),
    ],
    ids=str,
)
def test_one_machine_takes_the_preset_of_what_its_sandbox_serves(
    choice: SandboxSettings, expected: str | None
) -> None:
    assert preset(choice) == expected
