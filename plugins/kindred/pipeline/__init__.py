"""What each task of the DAGs does, without Airflow.

    ingest.py        land, gate and publish the loads of one source
    reporting.py     check that a run's loads are published
    reconcile.py     land, gate and publish deletions that no night saw
    held_batches.py  replace or release a batch that a gate holds
    refresh.py       score, build, gate and publish the marts
    environment.py   what these functions need to know of their environment

A task passes nothing on: the next one finds its batches in the ledger by the run's id.
`airflow_tasks` calls these functions from Airflow, which adds schedule, retries and connections.
"""
