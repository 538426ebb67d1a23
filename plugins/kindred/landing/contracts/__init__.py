"""Row contracts: what a vendor sent becomes typed rows, and what cannot is kept with its reason.

records.py   hold records against a contract: good rows, refusals, unexpected fields
coercion.py  read what is certain although its type is another
rules.py     what a field's type does not say: dates in bounds, ids that can be stored
"""

from kindred.landing.contracts.records import Contract, ValidatedRecords

__all__ = ["Contract", "ValidatedRecords"]
