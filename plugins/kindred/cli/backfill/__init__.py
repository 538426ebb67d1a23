"""`kindred backfill`: days of the past asked for again, as Airflow's own backfills.

    days.py         the business days that are meant, and which can be asked for
    asking.py       Airflow's backfills: which are under way, asking for one, taking one up
    plan.py         what would be run, what the ledger has of it, what vendors cannot bring
    following.py    how far the runs are, and the refresh of the marts after them
    ledger.py       what the ledger knows of days, batches and builds
    shown.py        the plan, and a live table or plain lines while it runs
    report.py       what it changed, what failed and the next step

Nothing here moves data: the runs are the ingests' own, so a backfill that is started in Airflow's
UI or with its command line ends with the same bytes.
"""
