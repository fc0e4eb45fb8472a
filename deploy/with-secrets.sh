#!/bin/sh
# Runs a command with Prefect's secrets in its environment: Prefect reads them nowhere else. Kitart
# reads its own from the files themselves.
set -eu
for file in "${KITART_SECRETS_DIR:-/run/secrets}"/PREFECT_*; do
    [ -f "$file" ] || continue
    export "$(basename "$file")=$(cat "$file")"
done
exec "$@"
