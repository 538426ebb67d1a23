"""The folder that holds everything of a one-machine run, and the state stored in it.

`secrets.json` is created once, with mode 0600.  `state.json` stores ports and processes, so that a
later command finds what an earlier one started.  A lock is held while services start or stop, so
that two commands cannot do so at once.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kindred import settings
from kindred.errors import SetupError

LOOPBACK = "127.0.0.1"
SUPERUSER = "postgres"
ROLES = {
    "admin": "kindred_admin",
    "loader": "kindred_loader",
    "transformer": "kindred_transformer",
    "publisher": "kindred_publisher",
    "reader": "kindred_reader",
}
REPOSITORY = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Home:
    """A writable folder whose secrets exist."""

    folder: Path
    secrets: dict[str, str]

    @classmethod
    def open(cls, folder: Path | None = None) -> Home:
        """Open the home and create what is missing.

        Args:
            folder: The folder. The default is `KINDRED_HOME`, else `.kindred` in the repository.

        Raises:
            SetupError: The folder cannot be created or written.
        """
        folder = (folder or default_folder()).absolute()
        is_root = os.geteuid() == 0
        try:
            is_new = not folder.exists()
            folder.mkdir(parents=True, exist_ok=True)
            if is_new:
                # Under root the server runs as another user, who must be able to traverse this.
                folder.chmod(0o711 if is_root else 0o700)
            (folder / "logs").mkdir(exist_ok=True)
            probe = folder / f".writable-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as refusal:
            raise SetupError(
                f"{folder} cannot be written ({refusal.strerror}): make it writable for this "
                "user, or name another folder in KINDRED_HOME"
            ) from None
        with _locked(folder / "secrets.lock"):
            return cls(folder, _secrets(folder / "secrets.json"))

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def remembered(self, key: str, otherwise: Any = None) -> Any:
        """Return the value stored last under `key`."""
        return self._state().get(key, otherwise)

    def remember(self, key: str, value: Any) -> None:
        """Store `value` (JSON) under `key`; None removes the key."""
        with _locked(self.folder / "state.lock"):
            state = self._state()
            state[key] = value
            if value is None:
                del state[key]
            _write(self.folder / "state.json", state)

    def lock(self) -> Any:
        """Return a context manager that locks the home while services start or stop."""
        return _locked(self.folder / "lock")

    def port(self, name: str, *, is_ours: bool = False) -> int:
        """Return the stored port of `name`, or another free one if a different program has it.

        Args:
            is_ours: Whether the listener on the stored port is ours, so that the port is kept.
        """
        ports: dict[str, int] = self.remembered("ports", {})
        if name in ports and (is_ours or is_free(ports[name])):
            return ports[name]
        ports[name] = free_port(taken=set(ports.values()))
        self.remember("ports", ports)
        return ports[name]

    def _state(self) -> dict[str, Any]:
        try:
            state: dict[str, Any] = json.loads((self.folder / "state.json").read_text())
        except FileNotFoundError:
            return {}
        except ValueError:
            raise SetupError(
                f"{self.folder / 'state.json'} is not JSON: end the processes of this folder, "
                "delete the file and start again"
            ) from None
        return state


def default_folder() -> Path:
    """Return `KINDRED_HOME`, else `.kindred` in the repository."""
    return settings.HOME.get() or REPOSITORY / ".kindred"


def is_free(port: int) -> bool:
    """Return whether the port can be listened on now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port(taken: set[int]) -> int:
    """Return a port that is free and not among `taken`."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind((LOOPBACK, 0))
            port: int = probe.getsockname()[1]
        if port not in taken:
            return port


def _secrets(file: Path) -> dict[str, str]:
    """Read the secrets, and create missing ones."""
    known: dict[str, str] = {}
    with suppress(FileNotFoundError):
        known = json.loads(file.read_text())
    names = [SUPERUSER, "airflow", *ROLES.values(), "airflow_admin"]
    names += ["sandbox_client_id", "sandbox_client_secret"]
    made = {name: secrets.token_urlsafe(24) for name in names if name not in known}
    if "airflow_jwt" not in known:
        made["airflow_jwt"] = secrets.token_urlsafe(64)  # SHA-512 needs this many bytes
    if "airflow_fernet" not in known:
        made["airflow_fernet"] = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    if made:
        known |= made
        _write(file, known, mode=0o600)
    return known


def _write(file: Path, content: dict[str, Any], mode: int = 0o644) -> None:
    """Replace the file atomically; it is never more widely readable than `mode`."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        draft.unlink()
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w") as out:
        json.dump(content, out, indent=1)
    draft.replace(file)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
