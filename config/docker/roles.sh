#!/bin/sh
# Run once by the database's container when its volume is empty: the two roles and the database of the portal.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres \
    -v owner=rcpool_owner -v owner_password="$OWNER_PASSWORD" \
    -v application=rcpool_app -v application_password="$APPLICATION_PASSWORD" \
    -f /roles/roles.sql
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres -c 'CREATE DATABASE rcpool OWNER rcpool_owner'
