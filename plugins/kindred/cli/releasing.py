"""Let a held batch through: a person has looked at it and says why."""

from __future__ import annotations

from kindred.cli.following import REFRESH
from kindred.embedded.services import Services
from kindred.errors import GateError
from kindred.warehouse import ledger
from kindred.warehouse.connections import connect


def release(services: Services, batch_id: int, reason: str) -> str:
    """Publish a held batch and ask for a refresh of the marts; return what was done.

    Raises:
        GateError: there is no such batch, or it is not held.
    """
    from kindred.gates import release_batch
    from kindred.publishing import publish_batches
    from kindred.sources import LOADS

    with connect(services.postgres.dsn("loader")) as conn:
        batch = ledger.find(conn, batch_id)
        if batch is None:
            raise GateError(f"there is no batch {batch_id}: `kindred status` names what is held")
        release_batch(conn, batch, reason)
        (publication,) = publish_batches(conn, [batch], LOADS)
    if not services.airflow.is_alive():
        return f"{publication}. The marts follow with the next `kindred run`."
    services.airflow.post(f"/dags/{REFRESH}/dagRuns", {"logical_date": None})
    return f"{publication}. The marts are being refreshed: {services.airflow.base}/dags/{REFRESH}"
