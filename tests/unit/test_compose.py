"""The team's deployment: docker-compose.yml is valid, and safe where a mistake is easy.

`docker-compose config` needs no engine, so these run wherever the command is installed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
COMPOSE = (REPOSITORY / "docker-compose.yml").read_text()
EXAMPLE = (REPOSITORY / "docker" / "example.env").read_text()
VARIABLES = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))
SECRETS = sorted(v for v in VARIABLES if v.endswith(("_PASSWORD", "_SECRET", "_KEY")))


@pytest.fixture(scope="module")
def command() -> list[str]:
    """The compose command of this machine."""
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    plugin = ["docker", "compose"]
    if (
        shutil.which("docker")
        and not subprocess.run([*plugin, "version"], capture_output=True).returncode
    ):
        return plugin
    pytest.skip(
        "neither docker-compose nor docker compose is installed; apt-get install docker-compose"
    )


def config(
    command: list[str], folder: Path, variables: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run `config` with these variables and no others."""
    file = folder / "settings.env"
    file.write_text("".join(f"{name}={value}\n" for name, value in variables.items()))
    options = ["--env-file", str(file), "--profile", "sandbox", "config"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    return subprocess.run(
        [*command, *options], cwd=REPOSITORY, env=environment, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def services(command: list[str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Every service as compose understands it, all profiles on."""
    answer = config(command, tmp_path_factory.mktemp("compose"), dict.fromkeys(SECRETS, "made-up"))
    assert answer.returncode == 0, answer.stderr
    found: dict[str, Any] = yaml.safe_load(answer.stdout)["services"]
    return found


def test_a_team_gets_postgres_airflow_and_the_sandbox(services: dict[str, Any]) -> None:
    assert set(services) == {
        "postgres", "init", "api-server", "scheduler", "dag-processor", "triggerer", "sandbox",
    }  # fmt: skip


@pytest.mark.parametrize("secret", SECRETS)
def test_a_missing_secret_stops_the_start_and_is_named(
    command: list[str], tmp_path: Path, secret: str
) -> None:
    answer = config(command, tmp_path, {s: "made-up" for s in SECRETS if s != secret})
    assert answer.returncode != 0
    assert secret in answer.stderr


def test_every_port_is_on_the_loopback_interface(services: dict[str, Any]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert len(ports) >= 2
    for port in ports:
        host = port.get("host_ip") if isinstance(port, dict) else port.split(":")[0]
        assert host == "127.0.0.1", port


def test_every_service_that_stays_up_has_a_healthcheck(services: dict[str, Any]) -> None:
    lasting = {name: s for name, s in services.items() if s.get("restart") != "no"}
    assert set(services) - set(lasting) == {"init"}
    assert [name for name, service in lasting.items() if "healthcheck" not in service] == []


def test_no_service_runs_as_root_or_can_become_it(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert int(service["user"].split(":")[0]) > 0, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["read_only"] is True, name


def test_every_image_is_pinned_by_version(services: dict[str, Any]) -> None:
    dockerfile = (REPOSITORY / "docker" / "Dockerfile").read_text()
    images = {s["image"] for s in services.values()} | set(
        re.findall(r"^FROM (\S+)", dockerfile, re.M)
    )
    assert len(images) == 3
    assert [image for image in images if not re.search(r":\d+\.\d+", image)] == []


def test_only_the_scheduler_and_the_migration_can_log_in_to_the_warehouse(
    services: dict[str, Any],
) -> None:
    holders = {
        name
        for name, service in services.items()
        if any(v and v.endswith("/warehouse") for v in service["environment"].values())
    }
    assert holders == {"init", "scheduler"}


def test_every_secret_is_required_where_it_is_read() -> None:
    assert len(SECRETS) >= 10
    for name in SECRETS:
        assert set(re.findall(rf"\$\{{{name}(:[?-]|\}})", COMPOSE)) == {":?"}, name


def test_the_example_lists_every_variable_and_no_value() -> None:
    lines = [line for line in EXAMPLE.splitlines() if line and not line.startswith("#")]
    assert all(line.endswith("=") for line in lines)
    assert {line.removesuffix("=") for line in lines} == VARIABLES


def test_drawing_an_environment_gives_every_secret_a_value_of_its_own() -> None:
    made = subprocess.run(
        ["bash", "docker/make-env.sh"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    drawn = dict(re.findall(r"^([A-Z_]+)=(.+)$", made.stdout, re.M))
    assert sorted(drawn) == SECRETS
    assert len(set(drawn.values())) == len(SECRETS)
    assert all(re.fullmatch(r"[\w-]{43}=", value) for value in drawn.values())


def test_postgres_makes_every_role_that_the_grants_name() -> None:
    grants = (REPOSITORY / "plugins/kindred/warehouse/roles.sql").read_text()
    made = re.findall(r"create role (\w+)", (REPOSITORY / "docker/postgres-init.sh").read_text())
    assert set(re.findall(r"\bto (kindred_\w+)", grants)) <= set(made)


def test_postgres_finds_what_limits_readers_where_its_script_looks_for_it() -> None:
    script = (REPOSITORY / "docker/postgres-init.sh").read_text()
    (wanted,) = re.findall(r"KINDRED_PLATFORM_SQL:-(\S+?)}", script)
    assert f"- ./plugins/kindred/warehouse/platform.sql:{wanted}:ro" in COMPOSE
    assert (REPOSITORY / "plugins/kindred/warehouse/platform.sql").is_file()
