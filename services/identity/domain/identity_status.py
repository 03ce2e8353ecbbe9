"""How far an identity can be trusted: two questions, four statuses, three attributes.

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


class Attribute(StrEnum):
    """RNIV 1. INSi may not be called for an identity that is doubtful or fictitious."""

    DOUBTFUL = "doubtful"
    FICTITIOUS = "fictitious"
    HOMONYM = "homonym"

    @property
    def forces_provisional(self) -> bool:
        """An homonym is a real and well identified person."""
        return self is not Attribute.HOMONYM


class DowngradeReason(StrEnum):
    TRAITS_CHANGED = "traits_changed"
    INS_REFUSED = "ins_refused"
    DOUBTFUL = "doubtful"
    FICTITIOUS = "fictitious"
    SPLIT = "split"
    """Its INS was that of a record it was wrongly merged with."""


_RANK = {
    IdentityStatus.PROV: 0,
    IdentityStatus.RECUP: 1,
    IdentityStatus.VALI: 1,
    IdentityStatus.QUAL: 2,
}


def identity_status(*, retrieved: bool, checked: bool) -> IdentityStatus:
    if retrieved:
        return IdentityStatus.QUAL if checked else IdentityStatus.RECUP
    return IdentityStatus.VALI if checked else IdentityStatus.PROV


def is_downgrade(was: IdentityStatus, now: IdentityStatus) -> bool:
    return _RANK[now] < _RANK[was]
