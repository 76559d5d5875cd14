-- The two roles. Run once by the server's administrator, and again without harm:
--   psql -v owner=rcpool_owner -v application=rcpool_app -v owner_password=… -v application_password=… -f config/roles.sql
-- The owner owns the database and runs migrations. The application owns nothing and cannot step round row-level security.
SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY[:'owner', :'application']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
ALTER ROLE :"owner" LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE :"application" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
SELECT format('ALTER ROLE %I PASSWORD %L', name, password)
FROM (VALUES (:'owner', :'owner_password'), (:'application', :'application_password')) AS given(name, password)
WHERE password <> ''
\gexec
