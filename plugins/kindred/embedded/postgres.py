"""Create, start and stop Postgres from the wheel.

The wheel's `initdb` and `pg_ctl` are called directly: TCP on loopback with passwords lets a BI tool
connect, and a pid is never trusted.  The server is alive if a connection answers and the answering
server uses the home's data folder.  A pid file left by a crash proves nothing.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import resources
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from kindred.embedded import os_user as accounts
from kindred.embedded.home import LOOPBACK, ROLES, SUPERUSER, Home
from kindred.embedded.processes import wait_exit
from kindred.errors import SetupError

PLATFORM = resources.files("kindred.warehouse") / "platform.sql"
WAREHOUSE = "warehouse"
METADATA = "airflow"
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    # Ends the statement of a client that was killed.
    "client_connection_check_interval": "1s",
    # An error's text can contain a customer's value, so clients receive it and the log does not.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
}


class Postgres:
    """The server of one home."""

    def __init__(
        self,
        home: Home,
        say: Callable[[str], None] = lambda _: None,
        settings: dict[str, str] | None = None,
    ) -> None:
        self.home = home
        self._say = say
        self._settings = SETTINGS | (settings or {})

    @property
    def folder(self) -> Path:
        """The parent of the data folder: the home, or another folder if the home is closed."""
        return Path(self.home.remembered("postgres_folder", str(self.home.folder)))

    @property
    def data(self) -> Path:
        return self.folder / "postgres"

    @property
    def port(self) -> int:
        """The port of the server's last start; 0 if it was never started."""
        port: int = self.home.remembered("ports", {}).get("postgres", 0)
        return port

    def dsn(self, role: str, database: str = WAREHOUSE) -> str:
        """Return a connection string with its password.

        Args:
            role: a key of ROLES ("reader") or a role's full name ("kindred_reader").
        """
        name = ROLES.get(role, role)
        if name not in self.home.secrets:
            raise SetupError(f"there is no role {role!r}: the roles are {', '.join(ROLES)}")
        password = quote(self.home.secrets[name], safe="")
        return f"postgresql://{name}:{password}@{LOOPBACK}:{self.port}/{database}"

    def is_alive(self) -> bool:
        """Return whether a connection answers and its server uses the home's data."""
        if not self.port:
            return False
        try:
            with psycopg.connect(self.dsn(SUPERUSER, "postgres"), connect_timeout=3) as session:
                row = session.execute("show data_directory").fetchone()
        except psycopg.Error:
            return False
        return row is not None and Path(row[0]).resolve() == self.data.resolve()

    def start(self) -> None:
        """Start the server; create it first if it does not exist.

        Raises:
            SetupError: It does not start. The message names its log.
        """
        if self.is_alive():
            return
        account = accounts.choose(self.data, self._say)
        self._place(account)
        programs = accounts.reachable_programs(account, self.home.folder, self._say)
        if self._is_recovering():
            return
        self._clear_leftover()
        if not (self.data / "PG_VERSION").exists():
            self._make(account, programs)
        self._launch(account, programs)
        self.provide()

    def stop(self) -> None:
        """Stop the server; kill processes that hang or have lost their postmaster."""
        postmaster = self._postmaster()
        if postmaster is not None:
            with suppress(psutil.NoSuchProcess):
                postmaster.send_signal(signal.SIGINT)  # ends sessions, writes data
            wait_exit([postmaster], seconds=30)
        orphans = self._processes()
        for process in orphans:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        wait_exit(orphans, seconds=10)

    def erase(self) -> None:
        """Stop the server, and delete its data and its folder outside the home."""
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(accounts.elsewhere(self.home.folder), ignore_errors=True)

    def _place(self, account: accounts.Account) -> None:
        """Create the data folder in a place that the account can reach."""
        if not self.data.exists():
            self.data.mkdir(mode=0o700)
            account.own(self.data)
        if account.can("w", self.data):
            return
        if (self.data / "PG_VERSION").exists():
            raise SetupError(
                f"the user {account.name} can no longer reach {self.data}: a folder above it was "
                "closed; open it again, or name another folder in KINDRED_HOME"
            )
        self.data.rmdir()
        self.home.remember("postgres_folder", str(accounts.elsewhere(self.home.folder)))
        self._say(f"The user {account.name} cannot reach the home: data are kept in {self.data}.")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data.mkdir(mode=0o700, exist_ok=True)
        account.own(self.data)

    def _make(self, account: accounts.Account, programs: Path) -> None:
        """Run initdb, after clearing a folder left by an interrupted initdb."""
        for leftover in self.data.iterdir():
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        password = self.data.with_name(f"password-{secrets.token_hex(4)}")
        with os.fdopen(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(self.home.secrets[SUPERUSER])
        account.own(password)
        options = [f"--pgdata={self.data}", f"--username={SUPERUSER}", f"--pwfile={password}"]
        options += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]
        # Text sorts alike on every machine, and lower() handles more than ASCII.
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        try:
            made = account.run([str(programs / "initdb"), *options], capture_output=True)
        finally:
            password.unlink()
        if made.returncode:
            raise SetupError(f"initdb could not make {self.data}: {made.stderr.strip()}")

    def _launch(self, account: accounts.Account, programs: Path) -> None:
        """Start the server on the stored port, or on another one if that is taken."""
        log = self.home.logs / "postgres.log"
        for _ in range(3):
            port = self.home.port("postgres")
            given = [f"-c {name}={value or chr(39) * 2}" for name, value in self._settings.items()]
            settings = " ".join([f"-p {port}", *given])
            options = ["-D", str(self.data), "-w", "-t", "600", "-o", settings]
            with log.open("a") as out:
                account.run([str(programs / "pg_ctl"), *options, "start"], stdout=out, stderr=out)
            if self._answers(seconds=5):
                return
            self._check_password()
            self._clear_leftover()
        raise SetupError(f"Postgres does not start; its log is {log}")

    def _check_password(self) -> None:
        try:
            psycopg.connect(self.dsn(SUPERUSER, "postgres"), connect_timeout=3).close()
        except psycopg.OperationalError as refusal:
            if "authentication failed" in str(refusal):
                self.stop()
                raise SetupError(
                    f"Postgres refuses the passwords of {self.home.folder / 'secrets.json'}: put "
                    "back the file that belongs to these data, or `kindred down --erase`"
                ) from None

    def _answers(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not (alive := self.is_alive()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return alive

    def provide(self) -> None:
        """Create missing roles and databases, and set their privileges."""
        with psycopg.connect(self.dsn(SUPERUSER, "postgres"), autocommit=True) as session:
            for role in [METADATA, *ROLES.values()]:
                _provide_role(session, role, self.home.secrets[role])
            for database, owner in {METADATA: METADATA, WAREHOUSE: ROLES["admin"]}.items():
                _provide_database(session, database, owner)
            guests = sql.SQL(", ").join(map(sql.Identifier, ROLES.values()))
            session.execute(
                sql.SQL("grant connect on database {} to {}").format(
                    sql.Identifier(WAREHOUSE), guests
                )
            )
        with psycopg.connect(self.dsn(SUPERUSER)) as session:
            session.execute(PLATFORM.read_bytes())

    def _processes(self) -> list[psutil.Process]:
        """Return every Postgres process whose working folder is the home's data folder."""
        found = []
        for process in psutil.process_iter(["name"]):
            if process.info["name"] != "postgres":
                continue
            with suppress(psutil.Error):
                # A zombie has no working folder, so it is left out.
                if Path(process.cwd()) == self.data.resolve():
                    found.append(process)
        return found

    def _postmaster(self) -> psutil.Process | None:
        """Return the parent of the processes in the data folder; its children's titles differ."""
        family = self._processes()
        pids = {member.pid for member in family}
        for member in family:
            with suppress(psutil.Error):
                if member.ppid() not in pids and str(self.data) in member.cmdline():
                    return member
        return None

    def _is_recovering(self) -> bool:
        """Wait for a server that is still starting or recovering; return whether it answers."""
        return self._postmaster() is not None and self._answers(seconds=60)

    def _clear_leftover(self) -> None:
        """End a server that does not answer, then remove its pid file.

        The pid file guards against two servers on the same data. It is removed only when no process
        works in the folder any more.
        """
        self.stop()
        (self.data / "postmaster.pid").unlink(missing_ok=True)


def _provide_role(session: psycopg.Connection, role: str, password: str) -> None:
    name = sql.Identifier(role)
    if session.execute("select from pg_roles where rolname = %s", [role]).fetchone() is None:
        session.execute(
            sql.SQL("create role {} login password {}").format(name, sql.Literal(password))
        )


def _provide_database(session: psycopg.Connection, database: str, owner: str) -> None:
    name = sql.Identifier(database)
    if session.execute("select from pg_database where datname = %s", [database]).fetchone() is None:
        session.execute(sql.SQL("create database {} owner {}").format(name, sql.Identifier(owner)))
    session.execute(sql.SQL("revoke all on database {} from public").format(name))
