"""`kindred backfill`: run days of the past again, as Airflow's own backfills.

    airflow_backfills.py   Airflow's backfills: which are active, and creating another
    backfill_ledger.py     the ledger's rows of a backfill: days published, batches, builds
    plan.py                which runs a backfill makes, and which days it refuses
    display.py             the plan and the progress on the screen
    watch.py               starts the plan and follows its runs and the refresh after them
    report.py              what it changed, what failed and the next step

This package moves no data. The runs are those of the ingest DAGs, so a backfill that is started in
Airflow's UI or on its command line ends with the same bytes.
"""
