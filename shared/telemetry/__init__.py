"""Logs, metrics, traces and health, with nothing personal in them."""
