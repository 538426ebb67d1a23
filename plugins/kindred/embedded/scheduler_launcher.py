"""Start Airflow's scheduler with the tasks' heavy imports done in advance.

The LocalExecutor forks its workers, and these fork the tasks, so every task inherits what the
scheduler has imported.  Importing takes three CPU seconds for Great Expectations and 1.5 for dbt;
here that is spent once, not in each task.  The modules are named as strings, because only `gates`
and `building` may import them.
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
    """Import the modules, then run `airflow` in this process with the same arguments."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    for name in PRELOADED:
        try:
            importlib.import_module(name)
        except ImportError as missing:  # the task that needs it will report the error
            logging.getLogger(__name__).warning("%s was not imported: %s", name, missing)
    gc.freeze()  # the garbage collector would write to, and so copy, pages that forks share
    sys.argv[0] = "airflow"
    runpy.run_module("airflow", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
