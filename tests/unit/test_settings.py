"""A setting has one name, one default and one reader; files that read it without Python agree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from kindred import settings
from kindred.cli import doctor
from kindred.embedded import services
from kindred.embedded.home import Home
from kindred.errors import SetupError
from kindred.settings import SETTINGS, Setting

REPOSITORY = Path(__file__).resolve().parents[2]
NAMES = {setting.name: setting for setting in SETTINGS}
PIPELINE = [setting for setting in SETTINGS if setting.scope == "pipeline"]
COMPOSE = (REPOSITORY / "docker-compose.yml").read_text()
VARIABLE = re.compile(r"(?<![A-Z_])KINDRED_[A-Z_]*[A-Z]")
PRODUCT = ("plugins", "dags", "dbt_project", "docker", "sandbox", "docker-compose.yml", "Makefile")
# Not settings of the product.
OTHERS = {"KINDRED_SOAK": "make soak sets it for the tests: how often and how long they try"}
# Who may touch os.environ, and for what that is not a setting of ours.
ENVIRONMENT = {
    "settings.py": "reads the settings",
    "building/dbt.py": "gives dbt what it reads with env_var, and takes it away again",
    "cli/doctor.py": "whether there is an AIRFLOW_CONN_*",
    "embedded/airflow_settings.py": "passes the whole environment on to Airflow",
    "embedded/sandbox.py": "passes the whole environment on to the sandbox",
    "embedded/scheduler_launcher.py": "GX_ANALYTICS_ENABLED, before Great Expectations is imported",
    "embedded/vendor_connections.py": "reads an AIRFLOW_CONN_*",
    "gates/gx_context.py": "gives Great Expectations its DSN, and takes it away again",
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("setting", "text", "value"),
    [
        (settings.TIME_ZONE, "Europe/Berlin", ZoneInfo("Europe/Berlin")),
        (settings.SCHEDULE, "30 1 * * mon-fri", "30 1 * * mon-fri"),
        (settings.SCHEDULE, "@daily", "@daily"),
        (settings.HISTORY_START, "2025-01-02", date(2025, 1, 2)),
        (settings.PHONE_REGION, "GB", "GB"),
        (settings.SETTLE_SECONDS, "0", 0.0),
        (settings.RETRY_SECONDS, "2.5", timedelta(seconds=2.5)),
        (settings.RECONCILE_DAYS, "0.5", timedelta(hours=12)),
        (settings.RECONCILE_PAGES, "5", 5),
        (settings.CLOCK, "sandbox", "sandbox"),
        (settings.HOME, "/srv/kindred", Path("/srv/kindred")),
    ],
    ids=lambda given: getattr(given, "name", None),
)
def test_a_setting_is_read_as_its_type(
    monkeypatch: pytest.MonkeyPatch, setting: Setting[Any], text: str, value: object
) -> None:
    monkeypatch.setenv(setting.name, text)
    assert setting.get() == value


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        (settings.TIME_ZONE, "Europe/Berlim"),
        (settings.TIME_ZONE, "Europe"),
        (settings.TIME_ZONE, "../etc/passwd"),
        (settings.SCHEDULE, "02:00"),
        (settings.RECONCILE_SCHEDULE, "every morning"),
        (settings.HISTORY_START, "1 January 2025"),
        (settings.PHONE_REGION, "gb"),
        (settings.PHONE_REGION, "UK"),
        (settings.SETTLE_SECONDS, "5m"),
        (settings.BACKFILL_SECONDS, "inf"),
        (settings.RESCORE_SECONDS, "-1"),
        (settings.RETRY_SECONDS, "nan"),
        (settings.RECONCILE_DAYS, "1e300"),
        (settings.RECONCILE_PAGES, "0"),
        (settings.DBT_THREADS, "two"),
        (settings.UI_PORT, "80800"),
        (settings.CLOCK, "Sandbox"),
    ],
    ids=lambda given: getattr(given, "name", None),
)
def test_a_value_that_cannot_be_read_is_named_with_what_the_setting_takes(
    monkeypatch: pytest.MonkeyPatch, setting: Setting[Any], text: str
) -> None:
    monkeypatch.setenv(setting.name, text)
    with pytest.raises(SetupError) as caught:
        setting.get()
    said = str(caught.value)
    assert said.startswith(f"{setting.name} is {setting.form}, got {text!r}: ")
    assert said.endswith(f"({setting.otherwise})")
    assert settings.problems() == [said]
    with pytest.raises(SetupError, match=setting.name):
        settings.check()


def test_a_secret_that_cannot_be_read_is_named_and_not_quoted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret = Setting(
        name="KINDRED_UI_PASSWORD",
        scope="deployment",
        read=int,
        form="a number",
        meaning="",
        is_secret=True,
    )
    monkeypatch.setenv(secret.name, "hunter2")
    with pytest.raises(SetupError, match=secret.name) as caught:
        secret.get()
    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_an_empty_setting_is_as_one_that_is_not_set(
    monkeypatch: pytest.MonkeyPatch, setting: Setting[Any]
) -> None:
    unset = setting.get()
    monkeypatch.setenv(setting.name, "")
    assert setting.get() == unset


def test_a_setting_is_read_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.TIME_ZONE.get().key == "UTC"
    monkeypatch.setenv("KINDRED_TIME_ZONE", "Asia/Tokyo")
    assert settings.TIME_ZONE.get().key == "Asia/Tokyo"


def test_every_secret_says_that_it_is_one() -> None:
    words = ("_PASSWORD", "_SECRET", "_DSN")
    secrets = {name for name, setting in NAMES.items() if setting.is_secret}
    assert secrets == {name for name in NAMES if name.endswith(words)}


def test_every_setting_of_the_module_is_listed_once() -> None:
    declared = [value for value in vars(settings).values() if isinstance(value, Setting)]
    declared += settings.ROLE_PASSWORDS
    assert len(NAMES) == len(SETTINGS) == len(declared)
    assert set(SETTINGS) == set(declared)


def test_the_doctor_says_of_a_wrong_setting_what_whoever_reads_it_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KINDRED_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KINDRED_RETRY_SECONDS", "soon")
    found = [one for one in doctor.examine() if one.check == "setting"]
    with pytest.raises(SetupError) as caught:
        settings.RETRY_SECONDS.get()
    assert [one.detail for one in found] == [str(caught.value)]
    assert found[0].is_broken


def test_nothing_starts_with_a_setting_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = Home.open(tmp_path / "home")
    monkeypatch.setenv("KINDRED_SCHEDULE", "at night")
    with pytest.raises(SetupError, match="KINDRED_SCHEDULE is cron"):
        services.Services(home).up()
    assert home.remembered("ports") is None


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield the modules of the pipeline and the DAGs by their paths."""
    for folder in (REPOSITORY / "plugins" / "kindred", REPOSITORY / "dags"):
        for path in sorted(folder.rglob("*.py")):
            yield path.relative_to(folder).as_posix(), ast.parse(path.read_text())


def test_no_module_but_settings_spells_the_name_of_a_setting() -> None:
    spelled = {
        path
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"KINDRED_[A-Z_]+", node.value)
    }
    assert spelled == {"settings.py"}


def test_a_module_touches_the_environment_for_a_reason() -> None:
    words = {"environ", "environb", "getenv", "putenv", "unsetenv"}
    touching = {
        path
        for path, tree in modules()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in words)
        or (isinstance(node, ast.ImportFrom) and words & {each.name for each in node.names})
    }
    assert touching == set(ENVIRONMENT)


def product() -> Iterator[Path]:
    """Yield the files of the product that a person wrote."""
    for name in PRODUCT:
        place = REPOSITORY / name
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file() and not {"target", "logs", "__pycache__"} & set(path.parts):
                yield path


def test_every_name_in_the_product_is_a_setting_or_has_a_reason() -> None:
    named = {
        name
        for path in product()
        for name in VARIABLE.findall(path.read_text(encoding="utf-8", errors="ignore"))
    }
    assert named - set(NAMES) == set(OTHERS)


def test_every_setting_is_used() -> None:
    constants = {v.name: k for k, v in vars(settings).items() if isinstance(v, Setting)}
    module = Path(settings.__file__)
    text = "\n".join(
        path.read_text(encoding="utf-8", errors="ignore") for path in product() if path != module
    )
    used = {*VARIABLE.findall(text), *re.findall(r"\b([A-Z_]+)\.(?:get|name)\b", text)}
    assert [name for name in NAMES if not {name, constants.get(name)} & used] == []


def test_compose_has_the_defaults_of_the_settings() -> None:
    defaults = re.findall(r"\$\{(KINDRED_\w+):-([^}]*)\}", COMPOSE)
    assert len(defaults) > 10
    assert [(n, text) for n, text in defaults if text != NAMES[n].default] == []


def test_compose_passes_every_setting_of_the_pipeline_on() -> None:
    passed = yaml.safe_load(COMPOSE)["x-environment"]
    wanted = {s.name: f"${{{s.name}:-{s.default}}}" for s in PIPELINE}
    assert {name: text for name, text in passed.items() if name in NAMES} == wanted


@pytest.mark.parametrize("setting", PIPELINE, ids=lambda setting: setting.name)
def test_the_example_says_the_default(setting: Setting[Any]) -> None:
    example = (REPOSITORY / "docker" / "example.env").read_text()
    above = example[: example.index(f"\n{setting.name}=")]
    (comment,) = re.findall(r"((?:^#.*\n?)+)(?:^[A-Z_]+=\n?)*\Z", above, re.M)
    _, _, default = comment.replace("\n# ", " ").partition("Default ")
    assert re.search(rf"(?<!\S){re.escape(setting.otherwise)}(?=[.,]?(\s|$))", default)


def test_dbt_has_the_defaults_of_the_settings() -> None:
    call = re.compile(
        r"""env_var\(["'](KINDRED_\w+)["'](?:, ["'](\w*)["'])?\)\)?(?: or ["'](\w+)["'])?"""
    )
    files = [path for path in product() if path.is_relative_to(REPOSITORY / "dbt_project")]
    calls = [found for path in files for found in call.findall(path.read_text())]
    assert len(calls) > 5
    # Empty means not set here too: `or`, for env_var's own default is for what is not set.
    assert {name: (own, then) for name, own, then in calls if NAMES[name].scope == "pipeline"} == {
        name: ("", NAMES[name].default)
        for name in ("KINDRED_DBT_THREADS", "KINDRED_TIME_ZONE", "KINDRED_PRESET")
    }


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("docker/health.py", "KINDRED_HEALTH_URL"),
        ("docker/postgres-init.sh", "KINDRED_PLATFORM_SQL"),
    ],
)
def test_a_script_of_the_deployment_has_the_default_of_the_setting(file: str, name: str) -> None:
    line = next(line for line in (REPOSITORY / file).read_text().splitlines() if name in line)
    assert NAMES[name].default in line


def test_the_table_of_the_settings_is_the_module() -> None:
    rows = [
        f"| {setting.scope} | `{setting.name}` | {setting.form} |"
        f" {f'`{setting.default}`' if setting.default else setting.unset} | {setting.meaning} |"
        for setting in SETTINGS
    ]
    document = (REPOSITORY / "docs" / "settings.md").read_text()
    assert re.findall(r"^\| .*KINDRED_.*\|$", document, re.M) == rows, "\n".join(rows)
