#!/usr/bin/env bash
# Makes the two databases and six logins, once, when the volume is empty. What each login may do
# is plugins/kindred/warehouse/roles.sql, applied by `kindred migrate`. To change a password later:
# \password <role> in psql, the new value in docker/.env, and `up` again.
set -euo pipefail

for variable in AIRFLOW_DATABASE_PASSWORD KINDRED_ADMIN_PASSWORD KINDRED_LOADER_PASSWORD \
    KINDRED_TRANSFORMER_PASSWORD KINDRED_PUBLISHER_PASSWORD KINDRED_READER_PASSWORD; do
    : "${!variable:?$variable is empty; set it in docker/.env}"
done

# \getenv keeps passwords out of the process list, log_min_error_statement out of the server's log.
PGPASSWORD="${POSTGRES_PASSWORD:-}" psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 \
    --username="${POSTGRES_USER:-postgres}" --dbname=postgres <<'SQL'
set log_min_error_statement = panic;
\getenv airflow AIRFLOW_DATABASE_PASSWORD
\getenv admin KINDRED_ADMIN_PASSWORD
\getenv loader KINDRED_LOADER_PASSWORD
\getenv transformer KINDRED_TRANSFORMER_PASSWORD
\getenv publisher KINDRED_PUBLISHER_PASSWORD
\getenv reader KINDRED_READER_PASSWORD

create role airflow login password :'airflow';
create role kindred_admin login password :'admin';
create role kindred_loader login password :'loader';
create role kindred_transformer login password :'transformer';
create role kindred_publisher login password :'publisher';
create role kindred_reader login password :'reader';

create database airflow owner airflow;
create database warehouse owner kindred_admin;
revoke all on database airflow, warehouse from public;
grant connect on database warehouse
to kindred_loader, kindred_transformer, kindred_publisher, kindred_reader;
SQL

PGPASSWORD="${POSTGRES_PASSWORD:-}" psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 \
    --username="${POSTGRES_USER:-postgres}" --dbname=warehouse \
    --file="${KINDRED_PLATFORM_SQL:-/kindred/platform.sql}"
