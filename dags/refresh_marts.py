"""
### refresh_marts

Scores new texts, builds the marts of the customers that changed, gates them and publishes all of
them in one transaction. Starts when any ingest has published; does nothing when nothing changed.

**When it matters:** it is what analysts see in the morning.

**When it fails:** yesterday's marts stay, whole and dated. `build` red: the log names the dbt
model. `score` or `gate` red: the log names the rule, why it exists and what to do, or the loads
that have no night yet. Clear the red task in Airflow when it is fixed; nothing that changed is
forgotten. A run with `{"full_refresh": true}`
rebuilds everything; one with `{"accept_scores": "why"}` lets scores pass that their gate holds.
"""

from kindred.airflow_tasks import build, gate_marts, publish_marts, refresh_dag, score

with refresh_dag(__doc__):
    score() >> build() >> gate_marts() >> publish_marts()
