"""The folder that holds everything of a one-machine run, and what is remembered in it.

`secrets.json` is made once, mode 0600.  `state.json` remembers ports and processes, so that
a second start finds what the first left.  One lock, held while services start or stop, keeps
two commands from doing so at once.
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
    """A folder that can be written and whose secrets exist."""

    folder: Path
    secrets: dict[str, str]

    @classmethod
    def open(cls, folder: Path | None = None) -> Home:
        """Open the home, making what is missing.

        Args:
            folder: `KINDRED_HOME`, or `.kindred` in the repository, when not given.

        Raises:
            SetupError: the folder cannot be made or written.
        """
        folder = (folder or default_folder()).absolute()
        is_root = os.geteuid() == 0
        try:
            is_new = not folder.exists()
            folder.mkdir(parents=True, exist_ok=True)
            if is_new:
                # As root the server runs as another user, who has to pass through.
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
        """Return what `remember` wrote last under `key`."""
        return self._state().get(key, otherwise)

    def remember(self, key: str, value: Any) -> None:
        """Write `value` (JSON) under `key`; None forgets it."""
        with _locked(self.folder / "state.lock"):
            state = self._state()
            state[key] = value
            if value is None:
                del state[key]
            _write(self.folder / "state.json", state)

    def lock(self) -> Any:
        """Hold the home while starting or stopping; a context manager."""
        return _locked(self.folder / "lock")

    def port(self, name: str, *, is_ours: bool = False) -> int:
        """Return the remembered port of `name`, or another free one when somebody took it.

        Args:
            is_ours: whoever listens on the remembered port is ours, so it is kept.
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
                f"{self.folder / 'state.json'} is not JSON: end what runs from this folder, "
                "delete the file and start again"
            ) from None
        return state


def default_folder() -> Path:
    """Return `KINDRED_HOME`, else `.kindred` in the repository."""
    return settings.HOME.get() or REPOSITORY / ".kindred"


def is_free(port: int) -> bool:
    """Return whether this machine lets us listen on the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port(taken: set[int]) -> int:
    """Return a port that nobody listens on and that is not among `taken`."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind((LOOPBACK, 0))
            port: int = probe.getsockname()[1]
        if port not in taken:
            return port


def _secrets(file: Path) -> dict[str, str]:
    """Read the secrets, making those that are missing."""
    known: dict[str, str] = {}
    with suppress(FileNotFoundError):
        known = json.loads(file.read_text())
    names = [SUPERUSER, "airflow", *ROLES.values(), "airflow_admin"]
    names += ["sandbox_client_id", "sandbox_client_secret"]
    made = {name: secrets.token_urlsafe(24) for name in names if name not in known}
    if "airflow_jwt" not in known:
        made["airflow_jwt"] = secrets.token_urlsafe(64)  # SHA-512 asks for that many bytes
    if "airflow_fernet" not in known:
        made["airflow_fernet"] = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    if made:
        known |= made
        _write(file, known, mode=0o600)
    return known


def _write(file: Path, content: dict[str, Any], mode: int = 0o644) -> None:
    """Replace the file in one step, never readable more widely than `mode`."""
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
