"""A scenario is checked before it is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.scenario_files import SCENARIOS, ScenarioError, load_scenario


def edited(tmp_path: Path, old: str, new: str) -> str:
    text = (SCENARIOS / "tiny.yml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "edited.yml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", sorted(path.stem for path in SCENARIOS.glob("*.yml")))
def test_every_scenario_of_the_package_is_valid_and_bears_its_file_name(name: str) -> None:
    assert load_scenario(name).name == name


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("customers: 120", "customers: many", r"edited.yml: Expected `int`.*customers"),
        ("customers: 120", "custumers: 120", "unknown field `custumers`"),
        ("hazard: 0.5", "hazrd: 0.5", r"unknown field `hazrd`.*effects"),
        ("[belonging,", "[belongings,", "key_motivators: unknown belongings"),
        ("starts: 2024-11-01", "starts: 2024-11-02", "first of a month"),
        ("store: 0.34", "store: 0.9", "must add up to 1"),
        ("acquisition_channel: store", "acquisition_channel: tv", "neighbourhood_evenings"),
        ("effects:", "teams: [{queue: 5, warmth: 0.1}]\neffects:", r"`int` <= 4.*teams"),
        (
            "effects:",
            "teams: [{queue: 1, warmth: 0.1}, {queue: 1, warmth: 0.2}]\neffects:",
            "teams: a queue has one warmth",
        ),
        ("name: tiny", "name: [tiny", "is not YAML"),
    ],
)
def test_a_mistake_is_named_with_its_place(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    with pytest.raises(ScenarioError, match=complaint):
        load_scenario(edited(tmp_path, old, new))


def test_an_unknown_scenario_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ScenarioError, match="give one of brokerage, hotel, null, retailer, tiny"):
        load_scenario("retailor")


def test_the_retailer_ends_on_the_last_day_of_october_2026() -> None:
    assert f"{load_scenario('retailer').now:%Y-%m-%d}" == "2026-11-01"
