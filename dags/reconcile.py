"""
### reconcile

Compares the ids that raw holds with those at the vendors, and ends with a tombstone what is gone:
records purged from a CRM's recycle bin, posts deleted beyond the nights' lookback. Runs every
day, and compares each load once a week or after a source was away for longer than its vendor tells
of deletions. A large load takes several days.

**When it matters:** without it somebody who asked to be deleted lives on in the marts.

**When it fails:** `land` red: a vendor did not answer; clearing it in Airflow is safe, and the next
day goes on where it stopped. `gate` red: more is gone than may go without a question; `kindred
status` names the load. Look at the vendor, then release the batch or compare again. Parameters:
`sources` compares these now, `dry_run` says what is gone and ends nothing.
"""

from kindred.airflow_tasks import gate_gone, land_gone, publish_gone, reconcile_dag, report_gone

with reconcile_dag(__doc__):
    land, gate, publish = land_gone(), gate_gone(), publish_gone()
    land >> gate >> publish
    [land, gate, publish] >> report_gone()
