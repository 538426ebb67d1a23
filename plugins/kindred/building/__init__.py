"""Build the marts: claim what changed, run dbt, estimate on what it made, run dbt on that.

change_claims.py   which changes a build covers, and who may go on with it
running.py         what scoring needs, the three parts of a build, and what is written down of it
dbt.py             dbt in this process
entities.py        which staging models bring the rows of each entity
failed_columns.py  what Postgres refused a model, and in which column
estimation.py      what SQL cannot say well, from `build` into `estimated`
importance.py      which touchpoints and motivators go with connection
risks.py           who will have left in three months
worths.py          what customers will buy in twelve months
ranges.py          what an estimate may say
"""

from kindred.building.change_claims import Build, WaitingError, claim, resume
from kindred.building.dbt import DbtNode
from kindred.building.running import build, build_consents

__all__ = [
    "Build",
    "DbtNode",
    "WaitingError",
    "build",
    "build_consents",
    "claim",
    "resume",
]
