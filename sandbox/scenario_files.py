"""Read a scenario from its file and check it before use.

A population takes seconds to minutes to make, so a typing error must be named at once, with
its place in the file, and not show up later as a strange figure.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import yaml

from sandbox.scenario import Scenario
from sandbox.simulation.population import MOTIVATORS

SCENARIOS = Path(__file__).with_name("scenarios")


class ScenarioError(Exception):
    """A scenario file that cannot be used; the text names the field and the reason."""


def load_scenario(name_or_path: str, customers: int | None = None) -> Scenario:
    """Read a scenario by its name (`retailer`) or path, with `customers` replaced if given."""
    path = Path(name_or_path)
    if path.suffix not in {".yml", ".yaml"}:
        path = SCENARIOS / f"{name_or_path}.yml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in SCENARIOS.glob("*.yml")))
        raise ScenarioError(f"no scenario '{name_or_path}': give one of {known}, or a .yml file")
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ScenarioError(f"{path.name} is not YAML: {error}") from error
    if isinstance(document, dict) and customers is not None:
        document["customers"] = customers
    try:
        scenario = msgspec.convert(document, Scenario)
    except msgspec.ValidationError as error:
        raise ScenarioError(f"{path.name}: {error}") from error
    _check(scenario, path.name)
    return scenario


def _check(scenario: Scenario, where: str) -> None:
    """Refuse what types cannot: fields that contradict each other."""
    unknown = sorted(set(scenario.key_motivators) - set(MOTIVATORS))
    if unknown:
        raise ScenarioError(f"{where}: key_motivators: unknown {', '.join(unknown)}")
    if scenario.starts.day != 1:
        raise ScenarioError(f"{where}: starts: a history starts on the first of a month")
    if abs(sum(scenario.acquisition_channels.values()) - 1.0) > 1e-6:
        raise ScenarioError(f"{where}: acquisition_channels: the shares must add up to 1")
    queues = [team.queue for team in scenario.teams]
    if len(set(queues)) < len(queues):
        raise ScenarioError(f"{where}: teams: a queue has one warmth, and one is named twice")
    for initiative in scenario.initiatives:
        if initiative.acquisition_channel not in scenario.acquisition_channels:
            raise ScenarioError(
                f"{where}: initiatives: {initiative.name} names the acquisition channel "
                f"'{initiative.acquisition_channel}', which the scenario does not have"
            )
