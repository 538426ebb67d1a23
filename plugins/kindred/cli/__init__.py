"""The `kindred` command: start one machine's warehouse, run a night, look at its status.

    commands/             what a person types: options, exit codes, and calls of the modules below
    business_days.py      the days that nights and backfills cover
    night.py              one night: which one, its runs, and how it ended
    night_progress.py     a night's tasks and loads while it runs
    airflow_runs.py       the state of Airflow's runs and tasks
    supervision.py        services that die meanwhile are started again
    backfill/             days of the past asked for again
    deletions.py          ids compared with the vendors'
    held.py               a held batch released, or asked for again
    status.py             what runs, how fresh each load is, what failed or is held
    attention.py          what needs a person, with the commands to look and to decide
    run_ledger.py         what nights and backfills read of `ops`
    status_ledger.py      what the status reads of `ops`
    doctor.py             checks of the machine and every part
    findings/             what the published marts say, on one page
    formatting.py         counts, spans of time, figures with their interval
    score_file.py         texts of a file scored
    text_tables.py        CSV and JSON lines as tables of texts
    text_files.py         a file as numbered lines

Heavy imports stay inside the commands, so that `kindred --help` is there at once.  An error
that a person can correct is one sentence; a traceback is a bug of ours.
"""

from kindred.cli.commands import app

__all__ = ["app"]
