"""Start a process in its own session, find it again later, and end the whole session.

A pid alone may have been reused, but a pid with its start time is unique.  Each service leads a
session and its children stay in it, so that even children of a killed parent are found.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from kindred.embedded.home import Home

STOP_TIMEOUT_SECONDS = 10
START_SECONDS = 2


@dataclass(frozen=True)
class Service:
    """A process to keep running: its name, its command line and its environment."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]

    @property
    def fingerprint(self) -> str:
        """A hash of the command and of the settings; the service restarts when it changes."""
        own = {
            name: value
            for name, value in self.environment.items()
            if name.startswith(("AIRFLOW_", "KINDRED_"))
        }
        words = json.dumps([self.command, own], sort_keys=True)
        return hashlib.sha256(words.encode()).hexdigest()

    def log(self, home: Home) -> Path:
        return home.logs / f"{self.name}.log"


def python(*words: str) -> tuple[str, ...]:
    """Return a command that runs a module with this Python."""
    return (sys.executable, "-m", *words)


def start(home: Home, service: Service) -> None:
    """Start the service, unless it is already running with the same fingerprint."""
    known = home.remembered(f"process {service.name}", {})
    if known.get("fingerprint") == service.fingerprint and session_process(home, service.name):
        return
    stop(home, [service.name])
    with service.log(home).open("a") as log:
        process = subprocess.Popen(  # noqa: S603  (a fixed list of words, no shell)
            service.command,
            env=service.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=home.folder,
            start_new_session=True,
        )
    process.returncode = 0  # it outlives this process, and nothing waits for it through this object
    entry = {
        "pid": process.pid,
        "started": psutil.Process(process.pid).create_time(),
        "fingerprint": service.fingerprint,
    }
    home.remember(f"process {service.name}", entry)


def session_process(home: Home, name: str) -> psutil.Process | None:
    """Return the running process that was started under `name`."""
    entry = home.remembered(f"process {name}")
    if entry is None:
        return None
    try:
        process = psutil.Process(entry["pid"])
        is_ours = _is_same(process, entry)
    except psutil.NoSuchProcess:
        return None
    return process if is_ours and is_alive(process) else None


def stop(home: Home, names: list[str]) -> None:
    """End the services and everything they started; wait until all are gone."""
    members = [member for name in names for member in _session(home, name)]
    for verb in (signal.SIGTERM, signal.SIGKILL):
        for member in members:
            with suppress(psutil.NoSuchProcess):
                member.send_signal(verb)
        members = wait_exit(members, STOP_TIMEOUT_SECONDS)
        # Processes started while the others were ending.
        late = [member for name in names for member in _session(home, name)]
        members = list({*members, *late})
        if not members:
            break
    for name in names:
        if home.remembered(f"process {name}") is not None:
            home.remember(f"process {name}", None)


def wait_exit(members: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait for the processes to end; return those still alive after `seconds`.

    A zombie counts as dead: the first process of some containers takes seconds to reap it.
    """
    deadline = time.monotonic() + seconds
    while (living := [member for member in members if is_alive(member)]) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.02)
    return living


def is_alive(process: psutil.Process) -> bool:
    """Return whether this very process is running; a zombie is not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _is_same(process: psutil.Process, entry: dict[str, Any]) -> bool:
    """Return whether `start` started it; a start time may differ by a second if a clock is set."""
    return bool(abs(process.create_time() - entry["started"]) < START_SECONDS)


def _session(home: Home, name: str) -> list[psutil.Process]:
    """Return every living process of the session that was started under `name`."""
    entry = home.remembered(f"process {name}")
    if entry is None:
        return []
    members = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, ProcessLookupError, PermissionError):
            if os.getsid(process.pid) != entry["pid"]:
                continue
            if process.pid == entry["pid"] and not _is_same(process, entry):
                return []  # the number belongs to another session now
            if is_alive(process):
                members.append(process)
    return members
