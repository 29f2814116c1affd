#!/bin/sh
# Becomes the command once the tables are there.
set -eu

if ! container/retry.sh python manage.py migrate --check >/dev/null 2>&1; then
    echo "The database cannot be reached, or its tables were not made: see the log of the service migrate." >&2
    exit 1
fi
exec "$@"
