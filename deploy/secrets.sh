#!/bin/sh
# Makes the secrets that an installation needs, as files in ./secrets (or the folder named), each
# once: what is there already stays. Those of outside services are made empty, to be filled in.
set -eu
folder=${1:-"$(dirname "$0")/secrets"}
umask 077
mkdir -p "$folder"

new() { head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
# The folder is closed to others; in a container the file is read by the container's own user.
keep() {
    [ -e "$folder/$1" ] || printf '%s' "$2" > "$folder/$1"
    chmod 0444 "$folder/$1"
}
kept() { cat "$folder/$1"; }

for name in POSTGRES_PASSWORD KITART_DB_PASSWORD PREFECT_DB_PASSWORD REDIS_PASSWORD \
    KITART_SECRET_KEY KITART_METRICS__TOKEN KITART_VCC__IVR_SECRET; do
    keep "$name" "$(new)"
done
for name in KITART_VCC__PASSWORD KITART_ASTERISK__PASSWORD KITART_SIP__PASSWORD \
    KITART_MICROSOFT__CLIENT_SECRET KITART_SMS__TOKEN KITART_SMTP__PASSWORD; do
    keep "$name" ""
done
keep KITART_WEBHOOK_SECRETS "{\"alertmanager\": \"$(new)\"}"
keep PREFECT_API_AUTH_STRING "kitart:$(new)"
keep KITART_DATABASE_URL "postgresql://kitart:$(kept KITART_DB_PASSWORD)@postgres/kitart"
keep PREFECT_SERVER_DATABASE_CONNECTION_URL \
    "postgresql+asyncpg://prefect:$(kept PREFECT_DB_PASSWORD)@postgres/prefect"
keep REDIS_URL "redis://default:$(kept REDIS_PASSWORD)@redis:6379/0"
keep REDIS_ACL "user default on >$(kept REDIS_PASSWORD) ~* &* +@all
"
