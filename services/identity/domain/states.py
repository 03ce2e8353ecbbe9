"""The states of a record's life, and the codes of what moves it."""

from enum import StrEnum


class Status(StrEnum):
    ANNOUNCED = "announced"
    OPPOSED = "opposed"
    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    DECEASED = "deceased"
    MERGED = "merged"
    """Into another record of the same person, which lives instead."""
    ERASING = "erasing"
    """Its keys are being destroyed: nothing stops that any more."""


class NoticeChannel(StrEnum):
    """How the person was told that a record would open (CSP R1111-28)."""

    EMAIL = "email"
    POST = "post"


class OppositionChannel(StrEnum):
    """The ways CSP R1111-28 leaves open to say no."""

    ONLINE = "online"
    PHONE = "phone"
    POST = "post"


class ClosingMotive(StrEnum):
    PERSON_REQUEST = "person_request"
    REPRESENTATIVE_REQUEST = "representative_request"
    FRAUD = "fraud"
    """After a suspension that the person did not contest (CSP R1111-36)."""


class SuspensionReason(StrEnum):
    FRAUD_SUSPECTED = "fraud_suspected"
    IDENTITY_DOUBT = "identity_doubt"
    SECURITY = "security"


class ErasureReason(StrEnum):
    REQUESTED = "requested"
    RETENTION_ENDED = "retention_ended"
