"""Show what gates hold, and release or replace a held batch.

A person releases a held batch, or Airflow extracts its window again.  The commands work as they are
printed.  Rules, fields, counts and reasons are shown, never a value: the rows themselves are
reserved for logins that may read them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from psycopg.rows import dict_row
from rich.console import Console

from kindred.cli.airflow_runs import REFRESH, UNFINISHED
from kindred.embedded.services import Services
from kindred.errors import SetupError
from kindred.sources import source_of
from kindred.warehouse import ledger, quarantine
from kindred.warehouse.connections import connect

POLL_SECONDS = 1.0
ROWS_SHOWN = 20
SCORES = "scored_texts"


def read(dsn: str) -> list[dict[str, Any]]:
    """Return what gates hold, with the reasons for quarantine and the next commands."""
    stuck = _stuck(dsn)
    batches = [one["batch_id"] for one in stuck if one["batch_id"] is not None]
    with connect(dsn) as conn:
        found = quarantine.reasons(conn, batches)
    for one in stuck:
        one["reasons"] = [str(reason) for reason in found if reason.batch_id == one["batch_id"]]
        one["look"] = list(_look(one))
        one["decide"] = list(_decide(one))
    return stuck


def _stuck(dsn: str) -> list[dict[str, Any]]:
    """Return the held batches and build, with the critical rules that failed in the last attempt.

    The result has names, counts and notes, but no values.
    """
    with connect(dsn) as session, session.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            """
            with stuck as (
                select
                    load as name,
                    batch_id,
                    null::bigint as build_id,
                    window_end as through,
                    rows_landed
                from ops.loads
                where status = 'held'
                union all
                select 'marts', null, build_id, data_through, null
                from ops.builds
                where status = 'held' and build_id = (select max(build_id) from ops.builds)
            ),
            -- A batch or a build that was corrected and run again has results of each attempt.
            results as (
                select
                    *,
                    rank() over (
                        partition by suite, batch_id, build_id order by checked_at desc
                    ) as attempts_ago
                from ops.gate_results
                where batch_id in (select batch_id from stuck)
                    or build_id in (select build_id from stuck)
            )
            select
                stuck.name,
                stuck.batch_id,
                stuck.build_id,
                stuck.through,
                stuck.rows_landed,
                coalesce(
                    jsonb_agg(
                        distinct jsonb_build_object(
                            'suite', results.suite,
                            'rule', results.rule,
                            'rows_failed', results.rows_failed,
                            'notes', results.notes
                        )
                    ) filter (where results.rule is not null), '[]'
                ) as rules
            from stuck
            left join results
                on (results.batch_id = stuck.batch_id or results.build_id = stuck.build_id)
                and results.attempts_ago = 1
                and not results.is_passed
                and results.severity = 'critical'
            group by
                stuck.name, stuck.batch_id, stuck.build_id, stuck.through, stuck.rows_landed
            order by stuck.through, stuck.name
            """
        ).fetchall()


def show(console: Console, stuck: list[dict[str, Any]]) -> None:
    """Print what is held, why, and the commands to look and to decide."""
    for one in stuck:
        which = f"batch {one['batch_id']}" if one["batch_id"] else f"build {one['build_id']}"
        console.print(f"\n[bold]HELD[/bold] {one['name']}, {which}")
        for line in _why(one):
            console.print(line, markup=False)
        for title, commands in (("look", one["look"]), ("decide", one["decide"])):
            for command in commands:
                console.print(f"  {title + ':':8}{command}", markup=False, soft_wrap=True)


def _why(one: dict[str, Any]) -> Iterator[str]:
    for rule in one["rules"]:
        rows = "" if rule["rows_failed"] is None else f", {rule['rows_failed']:,} rows"
        yield f"  {rule['rule']}: failed{rows} ({rule['suite']})"
        if rule["notes"]:
            yield f"    {rule['notes']}"
    for reason in one["reasons"]:
        yield f"  quarantined: {reason}"


def _look(one: dict[str, Any]) -> Iterator[str]:
    batch, build = one["batch_id"], one["build_id"]
    if batch is not None:
        if one["rows_landed"]:
            yield _query("loader", f"held.{one['name']} where _batch_id = {batch}")
        if one["reasons"]:
            yield _query("loader", f"quarantine.rows where batch_id = {batch}")
        return
    for suite in sorted({rule["suite"] for rule in one["rules"]}):
        if suite == SCORES:
            yield _query("transformer", f"scored.profiles where build_id = {build}")
        else:
            yield _query("transformer", f"build.{suite.removeprefix('mart_')}")


def _query(role: str, rows: str) -> str:
    return f'psql "$(kindred dsn --role {role})" -c "select * from {rows} limit {ROWS_SHOWN}"'  # noqa: S608 -- a person runs it


def _decide(one: dict[str, Any]) -> Iterator[str]:
    if one["batch_id"] is not None:
        yield f'kindred release {one["batch_id"]} --reason "why it may pass"'
        yield f"kindred replace {one['batch_id']}"
        return
    if any(rule["suite"] == SCORES for rule in one["rules"]):
        yield 'run refresh_marts in Airflow with {"accept_scores": "why they may pass"}'
    yield "clear the gate task of refresh_marts in Airflow once what the rule names is fixed"


def release(services: Services, batch_id: int, reason: str) -> str:
    """Publish a held batch and trigger a refresh of the marts; return a line about both.

    Raises:
        GateError: There is no such batch, it is not held, or releasing it would bring back records
            that the vendor has deleted since.
    """
    from kindred.pipeline import held_batches

    dsn = services.postgres.dsn("loader")
    with connect(dsn) as conn:
        batch = ledger.find_held(conn, batch_id)
    done = held_batches.release(source_of(batch.load), batch_id, reason, dsn)
    if not services.airflow.is_alive():
        return f"{done}. The marts follow with the next `kindred run`."
    services.airflow.post(f"/dags/{REFRESH}/dagRuns", {"logical_date": None})
    return f"{done}. The marts are being refreshed: {services.airflow.base}/dags/{REFRESH}"


def replace(services: Services, batch_id: int) -> tuple[str, bool]:
    """Have Airflow extract a held batch's window again; return a line about it, and success.

    The extraction runs in Airflow because the vendors' credentials are there.

    Raises:
        GateError: There is no such batch, or it is not held.
        SetupError: Airflow is not running.
    """
    with connect(services.postgres.dsn("loader")) as conn:
        batch = ledger.find_held(conn, batch_id)
    airflow = services.airflow
    if not airflow.is_alive():
        raise SetupError(
            "Airflow is not running, and only Airflow can query the vendor: `kindred up` first"
        )
    dag = f"/dags/ingest_{source_of(batch.load)}"
    airflow.patch(dag, {"is_paused": False})
    asked = {"logical_date": None, "conf": {"replace": batch_id}}
    run_id = str(airflow.post(f"{dag}/dagRuns", asked)["dag_run_id"])
    while airflow.get(f"{dag}/dagRuns/{run_id}")["state"] in UNFINISHED:
        time.sleep(POLL_SECONDS)
    with connect(services.postgres.dsn("loader")) as conn:
        row = conn.execute(
            "select batch_id, status, rows_landed, rows_published, message from ops.loads"
            " where run_id = %s order by batch_id desc limit 1",
            [run_id],
        ).fetchone()
    if row is None:
        return f"Airflow could not query the vendor: see {airflow.base}{dag}/runs/{run_id}", False
    new, status, landed, published, message = row
    if status != "published":
        return f"Batch {new} is {status}: {message}\nBatch {batch_id} stays held.", False
    return (
        f"raw.{batch.load}: {published:,} rows changed of {landed:,} landed for {batch.window};"
        f" batch {new} replaces {batch_id}. A refresh of the marts follows.",
        True,
    )
