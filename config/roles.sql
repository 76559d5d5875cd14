-- The five roles. Run once by the server's administrator, and again without harm:
--   psql -v owner=rcpool_owner -v application=rcpool_app -v worker=rcpool_worker -v report=rcpool_report \
--        -v audit=rcpool_audit -v owner_password=… -v application_password=… (and so on; empty leaves it) -f config/roles.sql
-- The owner owns the database and runs migrations. The application owns nothing and cannot step round row-level security.
-- The worker is the application under a name of its own, so that the server tells who did what.
-- Reports and audit only read: reports no secrets and no trail, audit everything (the migrations grant it).
SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY[:'owner', :'application', :'worker', :'report', :'audit']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
ALTER ROLE :"owner" LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE :"application" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE :"worker" LOGIN INHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE :"report" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE :"audit" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE :"report" SET default_transaction_read_only = on;
ALTER ROLE :"audit" SET default_transaction_read_only = on;
GRANT :"application" TO :"worker";
SELECT format('ALTER ROLE %I PASSWORD %L', name, password)
FROM (VALUES (:'owner', :'owner_password'), (:'application', :'application_password'), (:'worker', :'worker_password'),
             (:'report', :'report_password'), (:'audit', :'audit_password')) AS given(name, password)
WHERE password <> ''
\gexec
