"""The environment that Airflow and the pipeline's tasks run in.

All settings are environment variables, so that no airflow.cfg can override them.  Exported settings
of another Airflow installation are dropped.  Connections (AIRFLOW_CONN_*) are passed on, because
they may name real sources.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from kindred import settings
from kindred.embedded.home import LOOPBACK, REPOSITORY, ROLES, Home
from kindred.embedded.postgres import METADATA, WAREHOUSE, Postgres

USER = "admin"


def airflow_environment(home: Home, postgres: Postgres, api_port: int) -> dict[str, str]:
    """Return the environment of Airflow's components, without the settings of the sandbox."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AIRFLOW_") or name.startswith("AIRFLOW_CONN_")
    }
    # Without cached bytecode every task would compile the same imports, which takes seconds.
    inherited.pop("PYTHONDONTWRITEBYTECODE", None)
    own = {
        **_airflow(home, postgres, api_port),
        **_warehouse(postgres),
        settings.HOME.name: str(home.folder),
        "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY"), LOOPBACK, "localhost"])),
        "PYTHONUNBUFFERED": "1",
        # One thread adds in a fixed order, and tasks share the cores anyway.
        "OPENBLAS_NUM_THREADS": "1",
    }
    return inherited | own


def dbt_environment(home: Home) -> dict[str, str]:
    """Return the settings of dbt on the command line; the pipeline passes its own as options.

    dbt's log quotes rows that fail a cast, so no log is written to disk.
    """
    return {
        "DBT_PROJECT_DIR": str(REPOSITORY / "dbt_project"),
        "DBT_PROFILES_DIR": str(REPOSITORY / "dbt_project"),
        "DBT_TARGET_PATH": str(home.folder / "dbt" / "by_hand"),
        "DBT_LOG_PATH": str(home.logs),
        "DBT_LOG_LEVEL_FILE": "none",
    }


def password_file(home: Home) -> Path:
    """Return the file in which Airflow's simple auth manager expects the UI's password."""
    return home.folder / "airflow-password.json"


def write_password_file(home: Home) -> None:
    """Write the UI's password before Airflow generates and prints one."""
    file = password_file(home)
    if file.exists():
        return
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
        json.dump({USER: home.secrets["airflow_admin"]}, out)


def _airflow(home: Home, postgres: Postgres, api_port: int) -> dict[str, str]:
    metadata = postgres.dsn("airflow", METADATA).removeprefix("postgresql")
    options: dict[str, dict[str, object]] = {
        "core": {
            "executor": "LocalExecutor",
            "parallelism": 4,
            "dags_folder": settings.DAGS.get() or REPOSITORY / "dags",
            "plugins_folder": REPOSITORY / "plugins",
            "load_examples": False,
            "default_timezone": "utc",
            "fernet_key": home.secrets["airflow_fernet"],
            "execution_api_server_url": f"http://{LOOPBACK}:{api_port}/execution/",
            "simple_auth_manager_users": f"{USER}:ADMIN",
            "simple_auth_manager_passwords_file": password_file(home),
        },
        "database": {
            "sql_alchemy_conn": f"postgresql+psycopg2{metadata}",
            "sql_alchemy_conn_async": f"postgresql+psycopg{metadata}",
        },
        "api": {
            "host": LOOPBACK,
            "port": api_port,
            "workers": 1,
            "base_url": f"http://{LOOPBACK}:{api_port}",
            "secret_key": home.secrets["airflow_jwt"],
        },
        "api_auth": {"jwt_secret": home.secrets["airflow_jwt"]},
        "scheduler": {
            "scheduler_idle_sleep_time": 0.1,
            # A task whose supervisor crashed fails after these seconds (Airflow's default: 300).
            "task_instance_heartbeat_timeout": 60,
        },
        "logging": {"base_log_folder": home.logs / "airflow"},
        "usage_data_collection": {"enabled": False},
    }
    return {"AIRFLOW_HOME": str(home.folder / "airflow")} | {
        f"AIRFLOW__{section}__{name}".upper(): str(value)
        for section, named in options.items()
        for name, value in named.items()
    }


def _warehouse(postgres: Postgres) -> dict[str, str]:
    return {
        settings.TRANSFORMER_HOST.name: LOOPBACK,
        settings.TRANSFORMER_PORT.name: str(postgres.port),
        settings.TRANSFORMER_USER.name: ROLES["transformer"],
        settings.TRANSFORMER_PASSWORD.name: postgres.home.secrets[ROLES["transformer"]],
        settings.TRANSFORMER_DATABASE.name: WAREHOUSE,
    } | {
        f"AIRFLOW_CONN_{ROLES[role].upper()}": postgres.dsn(role)
        for role in ("loader", "transformer", "publisher")
    }
