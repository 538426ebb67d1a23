"""Run a task in a process of its own, forked as Airflow's executor forks it, and see how it ends.

What the parent has imported the child has already. A child that stops itself is an orphan: it is
still there while others take its place, and wakes up later.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kindred.errors import SupersededError

DONE, FAILED, SUPERSEDED = 0, 1, 3


@dataclass(frozen=True)
class Ending:
    """How a process ended; `orphan` is the process of one that stopped instead."""

    code: int
    orphan: int | None = None

    @property
    def is_done(self) -> bool:
        return self.code == DONE and self.orphan is None


def run(act: Callable[[], object], log: Path, prepare: Callable[[], object] = int) -> Ending:
    """Do `prepare` and `act` in a fork; what it prints goes to `log`."""
    child = start(act, log, prepare)
    _, status = os.waitpid(child, os.WUNTRACED)
    if os.WIFSTOPPED(status):
        return Ending(-signal.SIGSTOP, child)
    return Ending(os.waitstatus_to_exitcode(status))


def start(act: Callable[[], object], log: Path, prepare: Callable[[], object] = int) -> int:
    """Begin to do `prepare` and `act` in a fork; return its process id, to be waited for."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        os._exit(_inside(act, log, prepare))
    return child


def wait(child: int) -> Ending:
    """Wait for the end of a process."""
    _, status = os.waitpid(child, 0)
    return Ending(os.waitstatus_to_exitcode(status))


def wake(orphan: int) -> Ending:
    """Let a stopped process go on to its end."""
    os.kill(orphan, signal.SIGCONT)
    return wait(orphan)


def _inside(act: Callable[[], object], log: Path, prepare: Callable[[], object]) -> int:
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    try:
        prepare()
        act()
    except SupersededError:
        traceback.print_exc()
        return SUPERSEDED
    except BaseException:
        traceback.print_exc()
        return FAILED
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return DONE
