"""Whom a key belongs to: a record, a service, or the messages on their way."""

from uuid import UUID

TRANSPORT = "transport"
OWN = "own"
"""The root of the keys that seal keyring's own log."""


def record_holder(record_id: UUID) -> str:
    return f"record:{record_id}"


def service_holder(service: str) -> str:
    return f"service:{service}"


def holder_of(record_id: UUID | None, service: str) -> str:
    """A record's key, or without one the service's own."""
    return record_holder(record_id) if record_id else service_holder(service)
