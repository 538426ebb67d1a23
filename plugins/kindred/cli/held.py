"""Two ways out for a held batch: a person lets it through, or the vendor is asked again."""

from __future__ import annotations

import time

import psycopg

from kindred.cli.following import REFRESH, UNFINISHED
from kindred.embedded.services import Services
from kindred.errors import GateError, SetupError
from kindred.loads import Batch
from kindred.sources import SOURCES
from kindred.warehouse import ledger
from kindred.warehouse.connections import connect

POLL_SECONDS = 1.0


def release(services: Services, batch_id: int, reason: str) -> str:
    """Publish a held batch and ask for a refresh of the marts; return what was done.

    Raises:
        GateError: there is no such batch, it is not held, or what was deleted at the vendor since
            would come back with it.
    """
    from kindred.gates import release_batch
    from kindred.publishing import publish_batches
    from kindred.sources import LOADS

    with connect(services.postgres.dsn("loader")) as conn:
        batch = ledger.find_held(conn, batch_id)
        if LOADS[batch.load].is_deleted_by_absence:
            _refuse_old(conn, batch_id)

        def let_through(conn: psycopg.Connection, batch: Batch) -> None:
            release_batch(conn, batch, reason)

        # One transaction: the rows leave `held`, where a crash cannot reach them, for raw only.
        (publication,) = publish_batches(conn, [batch], LOADS, first=let_through)
    if not services.airflow.is_alive():
        return f"{publication}. The marts follow with the next `kindred run`."
    services.airflow.post(f"/dags/{REFRESH}/dagRuns", {"logical_date": None})
    return f"{publication}. The marts are being refreshed: {services.airflow.base}/dags/{REFRESH}"


def _refuse_old(conn: psycopg.Connection, batch_id: int) -> None:
    row = conn.execute(
        "select to_char(gated_at, 'YYYY-MM-DD') from ops.loads"
        " where batch_id = %s and gated_at < now() - interval '1 day'",
        [batch_id],
    ).fetchone()
    if row is not None:
        raise GateError(
            f"batch {batch_id} is held since {row[0]}: what its authors deleted since is still in"
            f" it. `kindred replace {batch_id}` asks for what there is now"
        )


def replace(services: Services, batch_id: int) -> tuple[str, bool]:
    """Have Airflow ask again for the window of a held batch; return what came, and if it is in raw.

    Airflow does it, because Airflow has the vendors' credentials.

    Raises:
        GateError: there is no such batch, or it is not held.
        SetupError: Airflow does not run.
    """
    with connect(services.postgres.dsn("loader")) as conn:
        batch = ledger.find_held(conn, batch_id)
    airflow = services.airflow
    if not airflow.is_alive():
        raise SetupError("Airflow does not run, and it is Airflow that asks: `kindred up` first")
    source = next(name for name, loads in SOURCES.items() if batch.load in {x.name for x in loads})
    dag = f"/dags/ingest_{source}"
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
        return f"Airflow could not ask: see {airflow.base}{dag}/runs/{run_id}", False
    new, status, landed, published, message = row
    if status != "published":
        return f"Batch {new} is {status}: {message}\nBatch {batch_id} stays held.", False
    return (
        f"raw.{batch.load}: {published:,} rows changed of {landed:,} that came for {batch.window};"
        f" batch {new} took the place of {batch_id}. The marts follow.",
        True,
    )
