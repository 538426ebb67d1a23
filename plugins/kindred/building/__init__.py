"""Build the marts: claim the changes, run dbt, estimate from its tables, run dbt on the estimates.

change_claims.py   which changes a build covers, and which attempt may continue it
running.py         the models that scoring needs, the three parts of a build, and its record
dbt.py             run dbt in this process
entities.py        which staging models supply the rows of each entity
failed_columns.py  why Postgres rejected a model, and in which column
estimation.py      estimates that SQL cannot express well, from `build` into `estimated`
importance.py      which touchpoints and motivators are associated with connection
risks.py           which customers will have left in three months
worths.py          what customers will buy in twelve months
ranges.py          the allowed range of each figure
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
