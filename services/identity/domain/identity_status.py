"""How far an identity can be trusted: two questions, four statuses.

Source: RNIV (référentiel national d'identitovigilance). Only a qualified identity may be
used to reference health data and may carry its INS outside.
"""

from enum import StrEnum


class IdentityStatus(StrEnum):
    PROV = "PROV"
    """provisoire: neither retrieved nor checked."""
    RECUP = "RECUP"
    """récupérée: the INS comes from INSi, no identity document was checked."""
    VALI = "VALI"
    """validée: an identity document was checked, INSi has not answered."""
    QUAL = "QUAL"
    """qualifiée: both."""


class IdentityDocument(StrEnum):
    """High-confidence documents that check an identity (FR Core, mode-validation-identity)."""

    PASSPORT = "PA"
    IDENTITY_CARD = "CN"
    BIRTH_CERTIFICATE = "AN"
    FAMILY_BOOK = "LE"


def identity_status(*, retrieved: bool, checked: bool) -> IdentityStatus:
    if retrieved:
        return IdentityStatus.QUAL if checked else IdentityStatus.RECUP
    return IdentityStatus.VALI if checked else IdentityStatus.PROV
