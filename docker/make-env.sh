#!/usr/bin/env bash
# Prints docker/example.env with a random value for every secret; the rest stays yours to fill.
#
#   (umask 077; docker/make-env.sh > docker/.env)
#
# 32 random bytes in URL-safe base64 are a Fernet key as they are, and need no escaping in a URL.
set -euo pipefail

while IFS= read -r line; do
    if [[ "$line" =~ ^[A-Z_]+_(PASSWORD|SECRET|KEY)=$ ]]; then
        line+="$(head -c 32 /dev/urandom | base64 | tr '+/' '-_')"
    fi
    printf '%s\n' "$line"
done <"$(dirname "${BASH_SOURCE[0]}")/example.env"
