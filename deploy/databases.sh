#!/bin/sh
# Run once by PostgreSQL's image on an empty volume: a user and a database each for Kitart's journal
# and for Prefect, never both in one.
set -eu
for name in kitart prefect; do
    file=/run/secrets/$(echo "$name" | tr '[:lower:]' '[:upper:]')_DB_PASSWORD
    # By standard input: a command line is seen by whoever lists processes.
    psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 <<SQL
CREATE ROLE $name LOGIN PASSWORD '$(cat "$file")';
CREATE DATABASE $name OWNER $name ENCODING 'UTF8' TEMPLATE template0;
SQL
done
