"""
### ingest_call_center

Pulls conversations, the surveys inside them and their transcripts for one night, gates each load
and merges what passed into `raw`.

**When it matters:** calls carry most of what customers say in their own words, and satisfaction
right after contact.

**When it fails:** `land` red: the vendor's rate limit or an outage; clearing it in
Airflow is safe and the next night takes the gap. `gate` red: a load is held; `kindred status`
names the rule. `report` red: it names each load that is missing; the others are published. Surveys
arrive days late, so a thin first day is normal.
"""

from kindred.airflow_tasks import gate, ingest_dag, land, publish, report

with ingest_dag("call_center", __doc__):
    land("call_center") >> gate("call_center") >> publish("call_center") >> report("call_center")
