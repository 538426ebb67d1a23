#!/usr/bin/env bash
# Starts every Airflow container: hands the UI's password over where there is one, then becomes
# the command. The folder is in memory, so the password is never on a disk.
set -euo pipefail

if [[ -n "${KINDRED_UI_PASSWORD:-}" ]]; then
    umask 077
    python -c '
import json, os
with open(os.environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"], "w") as file:
    json.dump({"kindred": os.environ["KINDRED_UI_PASSWORD"]}, file)
'
    unset KINDRED_UI_PASSWORD
    umask 022
fi
exec "$@"
