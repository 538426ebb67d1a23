"""What each task of the DAGs does, without Airflow.

    ingest.py        land, gate and publish the loads of one source
    reporting.py     what became of a run's loads
    reconcile.py     land, gate and publish what the vendors have deleted unseen
    held_batches.py  replace or release a batch that a gate holds
    refresh.py       score, build, gate and publish the marts
    environment.py   what they take from where they run

A task hands nothing on: the next one finds its batches in the ledger by the run's id.
`airflow_tasks` calls these from Airflow, which adds the schedule, the retries and the connections.
"""
