"""Two ways out for a held batch: a person lets it through, or the vendor is asked again."""

from __future__ import annotations

import time

from kindred.cli.airflow_runs import REFRESH, UNFINISHED
from kindred.embedded.services import Services
from kindred.errors import SetupError
from kindred.sources import source_of
from kindred.warehouse import ledger
from kindred.warehouse.connections import connect

POLL_SECONDS = 1.0


def release(services: Services, batch_id: int, reason: str) -> str:
    """Publish a held batch and ask for a refresh of the marts; return what was done.

    Raises:
        GateError: there is no such batch, it is not held, or what was deleted at the vendor since
            would come back with it.
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
        return f"Airflow could not ask: see {airflow.base}{dag}/runs/{run_id}", False
    new, status, landed, published, message = row
    if status != "published":
        return f"Batch {new} is {status}: {message}\nBatch {batch_id} stays held.", False
    return (
        f"raw.{batch.load}: {published:,} rows changed of {landed:,} that came for {batch.window};"
        f" batch {new} took the place of {batch_id}. The marts follow.",
        True,
    )
