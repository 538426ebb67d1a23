"""Read `expectations/<suite>.yml`, and reject a suite that could not hold anything.

The files use Great Expectations' own field names.  What its loader would accept (no rules, only
warnings, rules without an explanation) is rejected here, before the import that takes eight
seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from string import Template
from typing import Any

import yaml

from kindred import settings
from kindred.errors import GateError

FOLDER = Path(__file__).parents[3] / "expectations"
SQL_RULE = "unexpected_rows_expectation"
# What a rule judges: each row by itself, the number of rows, or the batch as a whole.
JUDGES = ("row", "share", "batch")


@dataclass(frozen=True)
class Suite:
    """A valid suite file.

    Attributes, all but the first from the file's `meta`:
        document: The input of Great Expectations: the rules of the templates that the file
            extends, then its own.
        quarantine_limit: The share of rows that may break their contract.
        clock_skew: How far a vendor's clock may be off.
        gone_limit: The share of records that may be gone from the vendor at once.
        may_be_empty: For a mart, whether it may have no rows. For a load, whether it skips what
            raw holds (see volume.py).
        empty_without: The table of the build without whose rows a mart has none either.
        linked: An SQL condition on a row of a load: whether it finds its customer (see
            linked_share.py).
    """

    name: str
    document: dict[str, Any]
    quarantine_limit: float
    clock_skew: timedelta
    may_be_empty: bool
    linked: str | None = None
    empty_without: str | None = None
    gone_limit: float = 0.05


def read(name: str, folder: Path | None = None) -> Suite:
    """Read the suite called `name`.

    Raises:
        GateError: The file is missing, not YAML or not a valid suite. The message names the rule
            and the reason.
    """
    path = _folder(folder) / f"{name}.yml"
    where = f"expectations/{path.name}"
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError:
        raise GateError(f"{where} is missing: write the suite, then run the gate again") from None
    except yaml.YAMLError:
        raise GateError(f"{where} is not YAML: correct it, then run the gate again") from None
    if not isinstance(document, dict) or document.get("name") != name:
        raise GateError(f"{where} should be a suite with `name: {name}`")
    inherited = _inherited(where, document, _folder(folder))
    own = document.get("expectations") or []
    for position, rule in enumerate(own):
        _check_rule(f"{where}, rule {position + 1}", rule)
    for position, rule in enumerate(inherited):
        _check_rule(f"{where}, rule {position + 1} of what it extends", rule)
    rules = [*inherited, *own]
    if not any(rule["severity"] == "critical" for rule in rules):
        raise GateError(f"{where} has no critical rule, so it could never hold anything back")
    meta = document.get("meta") or {}
    return Suite(
        name=name,
        document={**document, "expectations": rules},
        quarantine_limit=float(meta.get("quarantine_limit", 0.05)),
        clock_skew=timedelta(minutes=float(meta.get("clock_skew_minutes", 15))),
        may_be_empty=bool(meta.get("may_be_empty", False)),
        linked=meta.get("linked"),
        empty_without=meta.get("empty_without"),
        gone_limit=float(meta.get("gone_limit", Suite.gone_limit)),
    )


def _inherited(where: str, document: dict[str, Any], folder: Path) -> list[Any]:
    """Return the rules of the templates that a suite extends, with its words filled in."""
    rules: list[Any] = []
    for template, words in (document.get("extends") or {}).items():
        path = folder / "templates" / f"{template}.yml"
        try:
            found = yaml.safe_load(path.read_text(encoding="utf-8"))
            rules += _filled(found["expectations"], words)
        except OSError:
            raise GateError(f"{where} extends {template}, and there is no such template") from None
        except (KeyError, ValueError) as missing:
            raise GateError(f"{where} extends {template} without the word {missing}") from None
    return rules


def _filled(part: Any, words: dict[str, str]) -> Any:
    """Return a part of a template with each `$word` replaced, at any depth."""
    if isinstance(part, dict):
        return {name: _filled(value, words) for name, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, words) for value in part]
    return Template(part).substitute(words) if isinstance(part, str) else part


def marts(folder: Path | None = None) -> list[str]:
    """Return the marts that have a suite."""
    return [path.stem.removeprefix("mart_") for path in _folder(folder).glob("mart_*.yml")]


def _folder(folder: Path | None) -> Path:
    return folder or settings.EXPECTATIONS.get() or FOLDER


def _check_rule(which: str, rule: Any) -> None:
    if not isinstance(rule, dict) or not isinstance(rule.get("kwargs"), dict):
        raise GateError(f"{which} needs `type` and `kwargs`")
    if rule.get("severity") not in ("critical", "warning"):
        raise GateError(f"{which} needs `severity: critical` or `severity: warning`")
    meta = rule.get("meta") or {}
    if meta.get("judges", "row") not in JUDGES:
        raise GateError(f"{which}: `judges` in its meta must be one of {', '.join(JUDGES)}")
    if not str(rule.get("notes") or "").strip():
        raise GateError(f"{which} needs `notes`: why it exists and what to do when it fails")
    if rule.get("type") == SQL_RULE:
        if not meta.get("rule"):
            raise GateError(f"{which} needs `meta: {{rule: ...}}`: SQL has no name of its own")
        if "{batch}" not in str(rule["kwargs"].get("unexpected_rows_query")):
            raise GateError(f"{which} should read from {{batch}}, or it checks something else")


def title(rule: dict[str, Any]) -> str:
    """Return a rule's name: the given one, or its type and columns, but never a value."""
    given = (rule.get("meta") or {}).get("rule")
    if given:
        return str(given)
    kwargs = rule["kwargs"]
    columns = [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs]
    columns += kwargs.get("column_list") or []
    return f"{rule['type']}({', '.join(map(str, columns))})"
