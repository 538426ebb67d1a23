"""What each task of the DAGs does, without Airflow.

    ingest.py        land, gate and publish the loads of one source
    held.py          replace or release a batch that a gate holds
    refresh.py       score, build, gate and publish the marts
    surroundings.py  what they take from where they run

A task hands nothing on: the next one finds its batches in the ledger by the run's id. `steps` calls
these from Airflow, which adds the schedule, the retries and the connections.
"""
