"""The night that `bench change` brings is one that the contracts take whole."""

from __future__ import annotations

import pytest

from bench import change
from kindred.landing.contracts import Contract
from kindred.sources import LOADS

STAMP = "2026-10-16T12:00:00.000+0000"


@pytest.mark.parametrize(
    ("load", "make"),
    [("salesforce_orders", change._order), ("salesforce_survey_responses", change._answer)],
)
def test_a_made_up_record_keeps_its_contract(load, make):
    found = Contract(LOADS[load]).validate([make(f"003{at}", at, STAMP) for at in range(100)])
    assert (len(found.rows), found.refused, found.extra_fields) == (100, [], set())
    names = LOADS[load].row.__struct_fields__
    keys = {row[names.index(LOADS[load].key[0])] for row in found.rows}
    assert len(keys) == 100
