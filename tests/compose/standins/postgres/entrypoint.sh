#!/bin/sh
# What the official image does: makes the files once, with one role, its password and its database.
set -eu

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    echo "$POSTGRES_PASSWORD" >/tmp/password
    initdb --username "${POSTGRES_USER:=postgres}" --pwfile /tmp/password --auth-host scram-sha-256 --encoding UTF8
    rm /tmp/password
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
    echo "CREATE DATABASE \"${POSTGRES_DB:=$POSTGRES_USER}\"" | postgres --single -D "$PGDATA" postgres
fi
exec "$@" -c listen_addresses='*'
