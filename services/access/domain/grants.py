"""What a record's rights are made of; plain dictionaries, so that a snapshot is JSON."""

from datetime import datetime
from enum import StrEnum
from typing import TypedDict


class Status(StrEnum):
    """Life of a record, as identity tells it."""

    ANNOUNCED = "announced"
    OPPOSED = "opposed"
    OPEN = "open"
    ACTIVATED = "activated"
    SUSPENDED = "suspended"
    CLOSED = "closed"


ACTIVE = frozenset({Status.OPEN, Status.ACTIVATED})
"""A record that may be fed and read (CSP R1111-28, R1111-36)."""


STATUS_SAID = {
    "identity.record_announced": Status.ANNOUNCED,
    "identity.record_opposed": Status.OPPOSED,
    "identity.opposition_withdrawn": Status.ANNOUNCED,
    "identity.record_opened": Status.OPEN,
    "identity.record_activated": Status.ACTIVATED,
    "identity.record_suspended": Status.SUSPENDED,
    "identity.record_closed": Status.CLOSED,
    "identity.death_declared": Status.CLOSED,
}
"""What each message of identity says of a record."""
BACK_AS_BEFORE = frozenset({"identity.suspension_lifted", "identity.record_reopened"})
"""Those that give back the state it had when it was last active."""
SAYS_IN_ITS_DATA = frozenset({"identity.death_revoked", "identity.traits_corrected"})
"""Those whose type alone does not say which state follows."""


class Means(StrEnum):
    """How a consent was collected: by any means, electronic ones included (CSP R1111-46)."""

    CHECKBOX = "checkbox"
    PHRASE = "phrase"
    ELECTRONIC = "electronic"


class Source(TypedDict):
    """Where a fact of another service was heard."""

    service: str
    position: int


class Consent(TypedDict):
    """``grantee``: national id of a professional, or Struct_IdNat of a facility."""

    grantee: str
    is_facility: bool
    collected_by: str
    means: str
    declared_at: datetime
    valid_until: datetime
    secret: bool


class CareTeam(TypedDict):
    """Team of one episode of care (CSP L1110-12); only ``members`` may act."""

    facility: str
    unit: str
    episode: str
    members: list[str]
    expected_end: datetime
    opposed: bool
    secret: bool


class Block(TypedDict):
    """``by_person``: set by the person, who alone may undo it."""

    reason: str
    by_person: bool
    blocked_at: datetime
    secret: bool


class Session(TypedDict):
    """One breaking of the glass (CSP L1111-17 I). ``review_before``: when its review is overdue."""

    professional: str
    facility: str | None
    reason: str
    unable_to_consent: bool
    started_at: datetime
    ends_at: datetime
    review_before: datetime
    secret: bool


class Verdict(StrEnum):
    """Of a review."""

    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"


class Review(TypedDict):
    """What was thought of a broken glass. ``note``: why, for the person. ``incident``: opened by
    the verdict ``unjustified``."""

    verdict: str
    note: str
    reviewed_by: str
    reviewed_at: datetime
    incident: str | None


class Role(StrEnum):
    """Those a person chooses for professionals (enumeration of the mobile application)."""

    TREATING_DOCTOR = "MEDECIN_TRAITANT"
    MIDWIFE = "SAGE_FEMME_REFERENTE"
    PHARMACIST = "PHARMACIEN_CORRESPONDANT"


class DelegationKind(StrEnum):
    """Why somebody acts for somebody else."""

    REPRESENTATIVE = "representative"
    CAREGIVER = "caregiver"


class Invitation(TypedDict):
    """``invited``, ``invited_by``: record ids. ``status``: waiting, validated or refused; one
    that waits counts no more from ``expires_at`` on."""

    kind: str
    invited: str
    invited_by: str
    expires_at: datetime
    status: str


class Delegation(TypedDict):
    """``delegate``: record id of who acts. ``ends_at``: ``None`` for a representative, who acts
    until majority."""

    kind: str
    delegate: str
    since: datetime
    ends_at: datetime | None


class Allowed(TypedDict):
    """One exchange of a finality, in our words; ``categories``: classes, types or sections."""

    scope: str
    action: str
    categories: list[str]


class Authorisation(TypedDict):
    """What a person allowed a connected service, as the catalogue tells it. ``authoriser``: kind
    and id of who allowed it; ``before``: refused from then on. ``secret``: of a minor's secret
    session."""

    client: str
    allowed: list[Allowed]
    authoriser: dict[str, str]
    before: datetime | None
    secret: bool
    source: Source


class Switches(TypedDict):
    """What the person allows in an emergency (ETREAT, BTG, MASKED)."""

    regulation: bool
    break_glass: bool
    masked: bool


DEFAULT_SWITCHES: Switches = {"regulation": True, "break_glass": True, "masked": False}
"""Emergency access is allowed unless opposed (CSP R1111-48); masked documents are not in it."""
