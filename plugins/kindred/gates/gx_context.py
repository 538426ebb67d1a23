"""Open Great Expectations on a database, silently, and without storing the password.

The import takes about eight CPU seconds, more than gating 50,000 rows.  It happens once per
process, and only if there is something to check.  Logs, progress bars and warnings of Great
Expectations can contain customers' values, so they are suppressed here.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import warnings
from collections.abc import Iterator
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from kindred.settings import GATE_DSN


def open_source(dsn: str) -> Any:
    """Return a read-only data source at `dsn`.

    Its configuration, which appears in reprs, names an environment variable instead of the DSN.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations  # not at the top of the module: it takes eight CPU seconds
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from sqlalchemy import URL

    parts: dict[str, Any] = {key: str(value) for key, value in conninfo_to_dict(dsn).items()}
    url = URL.create(
        "postgresql+psycopg",
        username=parts.pop("user", None),
        password=parts.pop("password", None),
        database=parts.pop("dbname", None),
        query={
            **parts,
            "application_name": "kindred gate",
            "options": "-c default_transaction_read_only=on -c timezone=UTC",
        },
    )
    # Great Expectations substitutes ${NAME} again in the value, so each `$` must be escaped.
    os.environ[GATE_DSN.name] = url.render_as_string(hide_password=False).replace("$", "%24")
    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return context.data_sources.add_sql(
        "warehouse", connection_string=f"${{{GATE_DSN.name}}}", create_temp_table=False
    )


def close_source(source: Any) -> None:
    """Close the source's connections and forget the DSN."""
    if source is not None:
        # The checks are complete, so an error while closing does not matter.
        with quiet(), contextlib.suppress(Exception):
            source.get_engine().dispose()
            source.get_execution_engine().close()  # the checks used an engine of their own
    os.environ.pop(GATE_DSN.name, None)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Suppress all output of Great Expectations and its libraries."""
    logger = logging.getLogger("great_expectations")
    before = logger.propagate, logger.level
    logger.propagate = False
    logger.setLevel(logging.CRITICAL + 1)
    sink = io.StringIO()
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(sink),
            contextlib.redirect_stderr(sink),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.propagate, logger.level = before
