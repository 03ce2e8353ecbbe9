"""Procedures of whoever runs Carnet, as commands. Each says first what it would do (--dry-run)."""
