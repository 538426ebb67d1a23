"""The real thing: `kindred` as a person types it, with its own Postgres, Airflow and sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.machine import Machine
from tests.integration.conftest import passable


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """An empty home; whatever runs in it is stopped afterwards."""
    folder = passable(tmp_path_factory.mktemp("machine"))  # as root Postgres runs as another user
    made = Machine(folder / "home")
    made.restore_suites()
    try:
        yield made
    finally:
        made.kindred("down", "--erase")
