"""Simulate a population and write its records, by vendor, and its truth into a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from sandbox.render import renderers
from sandbox.scenario import Scenario
from sandbox.simulation.context import make_context
from sandbox.simulation.identities import make_identities
from sandbox.truth import write_identities, write_planted, write_states

Say = Callable[[str], None]


def generate(folder: Path, scenario: Scenario, say: Say) -> None:
    """Write a scenario's record stores and truth files.

    The truth calls customers by their contact ids at the first vendor that has them all.
    """
    say(f"{scenario.name}: making {scenario.customers:,} customers, {scenario.months} months")
    context = make_context(scenario)
    people = make_identities(context)
    contact_ids: list[str] = []
    identities = []
    for vendor, renderer in renderers().items():
        rendering = renderer.render(context, people)
        contact_ids = contact_ids or rendering.contact_ids
        identities += rendering.identities
        for kind, store in rendering.stores.items():
            store.save(folder, f"{vendor}_{kind}")
            records = len(np.unique(store.ids))
            say(f"  {vendor}_{kind}: {records:,} records in {len(store):,} versions")
    write_planted(folder, scenario)
    write_states(folder, context.population, contact_ids)
    write_identities(folder, identities, contact_ids)
