#!/bin/sh
# Run once by the database's container when its volume is empty: the roles and the database of the portal.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres \
    -v owner=rcpool_owner -v owner_password="$OWNER_PASSWORD" \
    -v application=rcpool_app -v application_password="$APPLICATION_PASSWORD" \
    -v worker=rcpool_worker -v worker_password="$WORKER_PASSWORD" \
    -v report=rcpool_report -v report_password="$REPORT_PASSWORD" \
    -v audit=rcpool_audit -v audit_password="$AUDIT_PASSWORD" \
    -f /roles/roles.sql
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres -c 'CREATE DATABASE rcpool OWNER rcpool_owner'
