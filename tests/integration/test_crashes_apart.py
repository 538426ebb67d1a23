"""`tests/crashes` in a process of its own: its tests fork, and a fork of this one could hang.

Other tests have left threads here, and a thread that holds a lock at a fork holds it for ever in
the child.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CRASHES = Path(__file__).resolve().parents[1] / "crashes"


def test_no_death_at_any_point_of_a_night_loses_or_doubles_anything(
    tmp_path_factory: pytest.TempPathFactory,
):
    # Its own folder: at its start a pytest shuts the common one to others, our servers' user too.
    base = tmp_path_factory.getbasetemp() / "pytest-crashes"
    options = ["-q", "-p", "no:cacheprovider", f"--basetemp={base}"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(CRASHES)],
        cwd=CRASHES.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
