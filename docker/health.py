"""Exit 0 when Airflow says that one of its components is healthy.

One HTTP request costs milliseconds; `airflow jobs check` imports all of Airflow, some seconds
of a core, at every probe of every container.
"""

import json
import os
import sys
import urllib.request

URL = os.environ.get("KINDRED_HEALTH_URL", "http://api-server:8080/api/v2/monitor/health")


def main(component: str) -> int:
    """Ask the API server about `component`: metadatabase, scheduler, dag_processor, triggerer."""
    try:
        with urllib.request.urlopen(URL, timeout=8) as answer:  # noqa: S310 - a URL of ours
            health = json.load(answer)
    except (OSError, ValueError) as error:
        print(f"no health report from the API server: {type(error).__name__}")  # noqa: T201
        return 1
    status = (health.get(component) or {}).get("status")
    print(f"{component}: {status}")  # noqa: T201 - `docker inspect` shows it
    return 0 if status == "healthy" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
