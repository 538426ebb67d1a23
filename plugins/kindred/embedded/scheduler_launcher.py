"""Start Airflow's scheduler with the tasks' heavy imports done beforehand.

The LocalExecutor forks its workers, and those fork the tasks: what the scheduler has imported
every task has already.  Great Expectations costs three seconds of a core to import and dbt one
and a half, in every task that needs them; here they cost it once.  Named as words, because only
`gates` and `building` may use them.
"""

from __future__ import annotations

import gc
import importlib
import logging
import os
import runpy
import sys

PRELOADED = ("great_expectations", "dbt.cli.main")


def main() -> None:
    """Import, then become `airflow` with our own arguments."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    for name in PRELOADED:
        try:
            importlib.import_module(name)
        except ImportError as missing:  # the task that needs it will fail and say so
            logging.getLogger(__name__).warning("%s was not imported: %s", name, missing)
    gc.freeze()  # the collector would touch, and so copy, pages that forks share
    sys.argv[0] = "airflow"
    runpy.run_module("airflow", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
