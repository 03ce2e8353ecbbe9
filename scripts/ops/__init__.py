"""Procedures of whoever runs Carnet, as commands. Each says first what it would do (--dry-run)."""

import shared.stores  # noqa: F401 - says how psycopg waits, before a command imports psycopg
