"""
### ingest_crm

Pulls contacts, orders, survey responses, touchpoint ratings and referrals of the CRM for one night,
gates each load and merges what passed into `raw`.

**When it matters:** segments, attrition and advocacy all rest on it; without it the marts keep
yesterday's customers and say so in `marts.freshness`.

**When it fails:** `land` red: a vendor did not answer or refused; its log names the load and the
way out, clearing it in Airflow is safe. `gate` red: a load is held; `kindred status` names the
rule. `report` red: it names each load that is missing; the others are published. Tell the CRM's
owner when a field changed its type.
"""

from kindred.airflow_tasks import gate, ingest_dag, land, publish, report

with ingest_dag("crm", __doc__):
    land("crm") >> gate("crm") >> publish("crm") >> report("crm")
