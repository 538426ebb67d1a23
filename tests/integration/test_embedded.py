"""The embedded Postgres and the processes we start: they come up, and all of them go."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import sql

from kindred.embedded import os_user, processes
from kindred.embedded.home import LOOPBACK, ROLES, SUPERUSER, Home
from kindred.embedded.postgres import Postgres
from kindred.embedded.services import Services
from kindred.errors import SetupError
from tests import listening
from tests.integration.conftest import open_home, passable

NOBODY = 65534
IS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not IS_ROOT, reason="is about running as root")


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return open_home(tmp_path_factory)


@pytest.fixture
def postgres(home: Home) -> Iterator[Postgres]:
    server = Postgres(home, settings={"fsync": "off"})
    try:
        yield server
    finally:
        server.erase()


def one(dsn: str, query: str) -> object:
    with psycopg.connect(dsn) as session:
        row = session.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def test_every_role_logs_in_with_its_own_password(postgres: Postgres) -> None:
    postgres.start()

    assert {role: one(postgres.dsn(role), "select current_user") for role in ROLES} == ROLES


def test_a_role_is_refused_with_the_password_of_another(postgres: Postgres) -> None:
    postgres.start()
    wrong = psycopg.conninfo.make_conninfo(
        postgres.dsn("reader"), password=postgres.home.secrets[ROLES["admin"]]
    )

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_a_role_of_the_warehouse_cannot_open_the_metadata(postgres: Postgres) -> None:
    postgres.start()

    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(postgres.dsn("loader", "airflow"))


def test_the_server_writes_through_and_notices_clients_that_died(home: Home) -> None:
    server = Postgres(home)
    try:
        server.start()
        settings = {
            name: one(server.dsn(SUPERUSER), f"show {name}")
            for name in ("fsync", "client_connection_check_interval", "password_encryption")
        }
    finally:
        server.erase()

    assert settings == {
        "fsync": "on",
        "client_connection_check_interval": "1s",
        "password_encryption": "scram-sha-256",
    }


def test_data_survive_a_stop_and_a_start(postgres: Postgres) -> None:
    postgres.start()
    with psycopg.connect(postgres.dsn("admin")) as session:
        session.execute("create table kept as select 42 as answer")
    postgres.stop()
    assert not postgres.is_alive()

    postgres.start()

    assert one(postgres.dsn("admin"), "select answer from kept") == 42


def test_starts_again_after_the_server_was_killed(postgres: Postgres) -> None:
    postgres.start()
    postmaster = postgres._postmaster()
    assert postmaster is not None
    postmaster.kill()

    postgres.start()

    assert one(postgres.dsn("reader"), "select 1") == 1


def test_starts_although_the_pid_file_names_a_living_stranger(postgres: Postgres) -> None:
    postgres.start()
    pid_file = postgres.data / "postmaster.pid"
    content = pid_file.read_text().split("\n")
    postgres.stop()
    with subprocess.Popen(["sleep", "60"], user=postgres.data.stat().st_uid) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *content[1:]]))
        os.chown(pid_file, postgres.data.stat().st_uid, -1)

        postgres.start()

        assert postgres.is_alive()
        assert stranger.poll() is None
        stranger.kill()


def test_takes_another_port_and_remembers_it_when_somebody_took_ours(postgres: Postgres) -> None:
    postgres.start()
    before = postgres.port
    postgres.stop()
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind((LOOPBACK, before))
        stranger.listen()

        postgres.start()

    assert postgres.port != before
    assert Postgres(postgres.home).port == postgres.port
    assert one(postgres.dsn("reader"), "select 1") == 1


def test_listens_on_loopback_only(postgres: Postgres) -> None:
    postgres.start()

    addresses = listening.addresses(postgres._processes())
    sockets = one(postgres.dsn(SUPERUSER), "show unix_socket_directories")

    assert (addresses, sockets) == ({(LOOPBACK, postgres.port)}, "")


def test_the_log_holds_no_value_of_a_statement_that_failed(postgres: Postgres) -> None:
    postgres.start()
    with psycopg.connect(postgres.dsn("admin")) as session, pytest.raises(psycopg.Error):
        session.execute(sql.SQL("select cast({} as integer)").format("ada@example.com"))
    postgres.stop()

    log = (postgres.home.logs / "postgres.log").read_text()

    assert "shut down" in log
    assert "ada@example.com" not in log


def test_secrets_are_for_the_owner_only(home: Home) -> None:
    mode = stat.S_IMODE((home.folder / "secrets.json").stat().st_mode)

    assert mode == 0o600


def test_secrets_stay_the_same_when_the_home_is_opened_again(home: Home) -> None:
    assert Home.open(home.folder).secrets == home.secrets


def test_a_home_that_cannot_be_written_says_which_and_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SetupError, match=r"file/kindred cannot be written .* KINDRED_HOME"):
        Home.open(tmp_path / "file" / "kindred")


@needs_root
def test_as_root_the_server_runs_as_somebody_else_and_says_so(home: Home) -> None:
    said: list[str] = []
    server = Postgres(home, said.append)
    try:
        server.start()
        postmaster = server._postmaster()
        assert postmaster is not None
        assert postmaster.uids().real != 0
        assert said == [
            f"Postgres runs as the user {postmaster.username()}, because it refuses to run as root."
        ]
    finally:
        server.erase()


@needs_root
def test_data_go_elsewhere_when_the_home_is_closed_to_the_servers_user(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os_user, "ELSEWHERE", passable(tmp_path_factory.mktemp("elsewhere")))
    closed = tmp_path_factory.mktemp("closed")
    closed.chmod(0o700)
    server = Postgres(Home.open(closed / "kindred"))
    try:
        server.start()
        assert server.is_alive()
        assert server.data.is_relative_to(os_user.ELSEWHERE)
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    finally:
        server.erase()

    assert list(os_user.ELSEWHERE.iterdir()) == []


@needs_root
def test_programs_that_the_servers_user_cannot_reach_are_copied(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os_user, "ELSEWHERE", passable(tmp_path_factory.mktemp("elsewhere")))
    reaches = os_user.Account.can
    monkeypatch.setattr(
        os_user.Account,
        "can",
        lambda self, test, path: (
            path.name != "postgres"
            or test != "x"
            or (reaches(self, test, path) and path.is_relative_to(os_user.ELSEWHERE))
        ),
    )
    server = Postgres(open_home(tmp_path_factory))
    try:
        server.start()
        postmaster = server._postmaster()
        assert postmaster is not None
        assert Path(postmaster.exe()).is_relative_to(os_user.ELSEWHERE)
    finally:
        server.erase()


def python_for_everybody() -> str | None:
    """A Python of our version that an unprivileged user may run with our packages."""
    somebody = os_user.Account("nobody", NOBODY, NOBODY)

    def runs(python: str) -> bool:
        command = [python, "-c", probe, *sys.path]
        try:
            return somebody.run(command, stderr=subprocess.DEVNULL).returncode == 0
        except PermissionError:
            return False

    system = f"/usr/bin/python{sys.version_info[0]}.{sys.version_info[1]}"
    probe = "import sys; sys.path[:0] = sys.argv[1:]; import psutil, psycopg, kindred"
    return next(
        (each for each in (sys.executable, system) if Path(each).exists() and runs(each)), None
    )


@needs_root
def test_a_plain_user_needs_nobody_else(tmp_path_factory: pytest.TempPathFactory) -> None:
    setpriv, python = shutil.which("setpriv"), python_for_everybody()
    if setpriv is None or python is None:
        pytest.skip("needs setpriv and a Python that other users may run")
    folder = passable(tmp_path_factory.mktemp("plain"))
    os.chown(folder, NOBODY, NOBODY)
    program = (
        "import sys; from pathlib import Path; from kindred.embedded.home import Home;"
        "from kindred.embedded.postgres import Postgres;"
        "server = Postgres(Home.open(Path(sys.argv[1])), print); server.start();"
        "print(server._postmaster().uids().real, server.is_alive()); server.erase()"
    )
    who = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    ran = subprocess.run(
        [setpriv, *who, python, "-c", program, str(folder / "kindred")],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert (ran.stdout, ran.stderr) == (f"{NOBODY} True\n", "")


@pytest.fixture
def family(home: Home) -> Iterator[list[int]]:
    """A service whose child has a child; the pids of the three."""
    program = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', '''import subprocess, time\n"
        "grandchild = subprocess.Popen(['sleep', '300'])\n"
        "print(grandchild.pid, flush=True)\n"
        "time.sleep(300)'''])\n"
        "print(os.getpid(), child.pid, flush=True)\n"
        "time.sleep(300)\n"
    )
    service = processes.Service("family", (sys.executable, "-c", program), dict(os.environ))
    processes.start(home, service)
    deadline = time.monotonic() + 20
    while len(pids := service.log(home).read_text().split()) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield [int(pid) for pid in pids]
    processes.stop(home, ["family"])


def living(pids: list[int]) -> list[int]:
    return [
        process.pid
        for process in psutil.process_iter()
        if process.pid in pids and processes.is_alive(process)
    ]


def test_erasing_a_home_leaves_what_is_not_ours_and_minds_no_file_that_goes_meanwhile(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home.logs / "task.log").write_text("a line")
    other = home.folder / "notes.txt"
    other.write_text("mine")

    def race(folder: Path) -> None:
        monkeypatch.undo()  # once
        raise FileNotFoundError(folder)

    monkeypatch.setattr("kindred.embedded.services.shutil.rmtree", race)
    monkeypatch.setattr(Postgres, "erase", lambda _: None)
    Services(home).erase()

    assert [path for path in home.folder.iterdir() if path.suffix != ".lock"] == [other]


def test_stopping_a_service_ends_what_it_started_too(home: Home, family: list[int]) -> None:
    processes.stop(home, ["family"])

    assert living(family) == []


def test_children_are_found_although_their_parent_was_killed(home: Home, family: list[int]) -> None:
    leader = processes.session_process(home, "family")
    assert leader is not None
    leader.send_signal(signal.SIGKILL)
    leader.wait(timeout=10)
    assert processes.session_process(home, "family") is None

    processes.stop(home, ["family"])

    assert living(family) == []


def test_a_pid_that_is_somebody_elses_now_is_left_alone(home: Home) -> None:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as stranger:
        entry = {"pid": stranger.pid, "started": 1.0, "fingerprint": ""}
        home.remember("process airflow", entry)

        processes.stop(home, ["airflow"])

        assert stranger.poll() is None
        stranger.kill()


def test_a_service_with_other_settings_is_started_anew(home: Home, family: list[int]) -> None:
    other = processes.Service("family", ("sleep", "300"), {"KINDRED_PORT": "2", **os.environ})

    processes.start(home, other)

    leader = processes.session_process(home, "family")
    assert leader is not None
    deadline = time.monotonic() + 10
    while not (words := leader.cmdline()) and time.monotonic() < deadline:
        time.sleep(0.01)  # the kernel has yet to set them
    assert words == ["sleep", "300"]
    assert living(family) == []
