#!/bin/sh
# Repeats a command until it succeeds, for a minute and a half at most: not every engine starts the database first.
set -eu

tries=60
until "$@"; do
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ]; then exit 1; fi
    sleep 0.5
done
