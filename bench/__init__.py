"""The measured figures of this project; each module is a command, `python -m bench` lists them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def measured(part: str, *words: str, **environment: str) -> dict[str, Any]:
    """Run `python -m` words in a process of its own and return the JSON that it prints.

    What a part holds and has warmed is then its own; stderr says how far it is.
    """
    sys.stderr.write(f"measuring: {part}\n")
    done = subprocess.run(  # noqa: S603 -- our own words
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{part} ended with {done.returncode}")
    return dict(json.loads(done.stdout))


def say(line: str) -> None:
    """Print a line now."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
