"""`kindred backfill`: days of the past asked for again, as Airflow's own backfills.

    airflow_backfills.py   Airflow's backfills: which are under way, and asking for another
    plan.py                what would be run, what the ledger has of it, what vendors cannot bring
    watch.py               starts the plan and shows how far the runs and the refresh after them are
    report.py              what it changed, what failed and the next step

Nothing here moves data: the runs are the ingests' own, so a backfill that is started in Airflow's
UI or with its command line ends with the same bytes.
"""
