"""
### ingest_social

Pulls the public posts under the brand's hashtags for one night, gates the load and merges what
passed into `raw`.

**When it matters:** advocacy in public, and what people say when nobody asked them. Only handles
that a customer claimed in the CRM are linked to a customer.

**When it fails:** `land` red: the server is down or limits us; clearing it in Airflow is
safe and the next night takes the gap. `gate` red: the load is held; `kindred status` names the
rule. `report` red: the load is missing, for either reason.
"""

from kindred.airflow_tasks import gate, ingest_dag, land, publish, report

with ingest_dag("social", __doc__):
    land("social") >> gate("social") >> publish("social") >> report("social")
