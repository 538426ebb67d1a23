"""Open Great Expectations on a database, silently, and without its keeping the password.

Importing it costs about eight CPU seconds, more than gating 50,000 rows, so it is imported
once a process, and only when there is something to examine.  Its logs, progress bars and
warnings can carry customers' values, so they end here.
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
    """Return a data source that reads at `dsn` and cannot write.

    Its configuration, which ends up in reprs, names an environment variable instead of the DSN.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations  # here, not above: eight CPU seconds
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
    # Great Expectations substitutes ${NAME} again inside what it finds: a `$` has to hide.
    os.environ[GATE_DSN.name] = url.render_as_string(hide_password=False).replace("$", "%24")
    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return context.data_sources.add_sql(
        "warehouse", connection_string=f"${{{GATE_DSN.name}}}", create_temp_table=False
    )


def close_source(source: Any) -> None:
    """Close the source's connections and forget the DSN."""
    if source is not None:
        # What was examined is examined, whether or not the goodbye succeeds.
        with quiet(), contextlib.suppress(Exception):
            source.get_engine().dispose()
            source.get_execution_engine().close()  # which has examined over an engine of its own
    os.environ.pop(GATE_DSN.name, None)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what Great Expectations and its libraries say from logs and screens."""
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
