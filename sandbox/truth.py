"""The truth file: the hidden state, for tests that compare what the pipeline found with it.

Nothing else may read it; the servers do not serve it.  `truth.jsonl` has a line for each customer
and month in the customer's life, `identities.jsonl` one for each known link to a contact.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from sandbox.render import TrueIdentity
from sandbox.scenario import Scenario
from sandbox.simulation.population import Population


class StateRow(msgspec.Struct):
    """A customer in a month; `tier` in the words of the marts."""

    contact_id: str
    month: str
    is_active: bool
    is_connected: bool
    is_satisfied: bool
    sees_difference: bool
    connection: float
    satisfaction: float
    hazard: float
    advocacy: float
    is_leaving: bool
    had_negative_moment: bool
    tier: str


class IdentityRow(msgspec.Struct):
    """Which contact a contact, conversation or account really is."""

    kind: str
    id: str
    contact_id: str


def tiers(population: Population) -> np.ndarray[tuple[int, ...], np.dtype[np.str_]]:
    """Return the true tier by month and customer."""
    connected, satisfied = population.connected, population.satisfied
    return np.select(
        [connected & satisfied, connected, satisfied & (population.difference > 0.5), satisfied],
        ["fully_connected", "connected_let_down", "perceives_difference", "highly_satisfied"],
        "not_connected",
    )


def write_states(folder: Path, population: Population, contact_ids: list[str]) -> None:
    """Write `truth.jsonl`, month by month, from the month a customer joins."""
    encoder = msgspec.json.Encoder()
    named = tiers(population)
    with (folder / "truth.jsonl").open("wb") as file:
        for at, start in enumerate(population.month_starts[:-1].tolist()):
            month = str(np.datetime64(start, "ms"))[:7]
            here = np.flatnonzero(population.joined <= at)
            columns = (
                population.active,
                population.connected,
                population.satisfied,
                population.difference > 0.5,
                population.connection.round(4),
                population.satisfaction.round(4),
                population.hazard.round(5),
                population.advocacy.round(4),
                population.leaves,
                population.negative,
                named,
            )
            values = [column[at][here].tolist() for column in columns]
            ids = [contact_ids[who] for who in here.tolist()]
            rows = zip(ids, *values, strict=True)
            file.write(encoder.encode_lines([StateRow(row[0], month, *row[1:]) for row in rows]))


def write_identities(folder: Path, identities: list[TrueIdentity], contact_ids: list[str]) -> None:
    """Write `identities.jsonl`: merged contacts, conversations and claimed accounts."""
    rows = [IdentityRow(one.kind, one.id, contact_ids[one.customer]) for one in identities]
    (folder / "identities.jsonl").write_bytes(msgspec.json.Encoder().encode_lines(rows))


def write_planted(folder: Path, scenario: Scenario) -> None:
    """Write `planted.json`: the effects, habits, drivers, initiatives and teams put in."""
    planted = {
        "effects": msgspec.to_builtins(scenario.effects),
        "behaviour": msgspec.to_builtins(scenario.behaviour),
        "touchpoints": msgspec.to_builtins(scenario.touchpoints),
        "initiatives": msgspec.to_builtins(scenario.initiatives),
        "teams": msgspec.to_builtins(scenario.teams),
        "share_connected": scenario.share_connected,
        "share_satisfied": scenario.share_satisfied,
    }
    (folder / "planted.json").write_bytes(msgspec.json.encode(planted))
