"""The `kindred` command: start one machine's warehouse, run a night, look at its status.

    commands/             what a person types: options, exit codes, and calls of the modules below
    business_days.py      the days that nights and backfills cover
    night.py              one night: which one, its runs, and how it ended
    night_progress.py     a night's tasks and loads at one moment, and how they are shown
    airflow_runs.py       Airflow's runs and tasks, followed while services are kept up
    backfill/             days of the past run again
    deletions.py          ids compared with the vendors'
    status.py             what runs, how fresh each load is, what failed or is held
    status_ledger.py      the queries of the status
    attention.py          batches and builds that failed, nights that look suspicious
    held.py               held batches: rules that failed, release and replacement
    doctor.py             checks of the machine and every component
    findings/             the findings of the published marts, on one page
    formatting.py         counts, durations, figures with their interval
    score_file.py         scores for the texts of a file
    text_tables.py        CSV and JSON lines as tables of texts
    text_files.py         a file as numbered lines

Heavy imports stay inside the commands, so that `kindred --help` responds at once.  An error that a
person can correct is reported in one sentence; a traceback is a bug.
"""

from kindred.cli.commands import app

__all__ = ["app"]
