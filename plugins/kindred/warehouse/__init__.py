"""Postgres: connections, roles, schema, COPY, locks."""
