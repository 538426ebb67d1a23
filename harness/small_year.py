"""The population and the calendar of nights that are killed, stopped and repeated."""

from __future__ import annotations

from datetime import date

import msgspec

from sandbox.scenario import Scenario
from sandbox.scenario_files import load_scenario

FIRST_DAY = date(2024, 1, 1)
ZONE = "Europe/Berlin"
ENVIRONMENT = {"KINDRED_TIME_ZONE": ZONE}


def scenario(customers: int) -> Scenario:
    """Return the population: three months of history before the first night, a year after it."""
    tiny = load_scenario("tiny", customers)
    return msgspec.structs.replace(
        tiny, name="year", starts=date(2023, 10, 1), months=3, future_days=366, initiatives=[]
    )
