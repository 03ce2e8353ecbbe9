"""What others hear of identities: ids, codes and dates, never a trait, a contact or an INS."""

from datetime import datetime
from functools import singledispatch
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.identity.domain import ending_events as ending
from services.identity.domain import identity_read as reading
from services.identity.domain import legacy_dmp_events as legacy
from services.identity.domain import life_events as life
from services.identity.domain import whose_events as whose
from services.identity.domain.erasure import Erasure
from services.identity.domain.majority import majority_at
from services.identity.domain.merge import Merge
from services.identity.domain.record_event import RecordEvent
from shared.eventing.messages import Instant, MessageData
from shared.eventing.telling import tell_as_they_are
from shared.kernel.actor import in_secret


class RecordAnnounced(MessageData):
    TYPE = "identity.record_announced"
    opens_at: Instant
    representatives: list[UUID]
    majority_at: Instant | None
    """When representatives stop acting; null when the person is of age."""


class InsAttached(MessageData):
    """That an INS is attached, not which."""

    TYPE = "identity.ins_attached"


class IdentityQualified(MessageData):
    TYPE = "identity.identity_qualified"
    checked_with: str


class InsChanged(MessageData):
    TYPE = "identity.ins_changed"


class IdentityDowngraded(MessageData):
    """``was`` and ``now``: PROV, RECUP, VALI, QUAL."""

    TYPE = "identity.identity_downgraded"
    was: str
    now: str
    reason: str


class TraitsCorrected(MessageData):
    TYPE = "identity.traits_corrected"
    strict: bool
    majority_at: Instant | None
    """As of the birth date known now; null when the person is of age."""


class RecordOpposed(MessageData):
    TYPE = "identity.record_opposed"
    channel: str


class OppositionWithdrawn(MessageData):
    TYPE = "identity.opposition_withdrawn"
    opens_at: Instant


class AnnouncementBounced(MessageData):
    TYPE = "identity.announcement_bounced"
    opens_at: Instant


class MajorityReached(MessageData):
    TYPE = "identity.majority_reached"


class DeathDeclared(MessageData):
    TYPE = "identity.death_declared"


class DeathRevoked(MessageData):
    """``status``: the one it had before, and has again."""

    TYPE = "identity.death_revoked"
    status: str


class ErasureRequested(MessageData):
    TYPE = "identity.erasure_requested"
    due: Instant


class ErasureCancelled(MessageData):
    TYPE = "identity.erasure_cancelled"


class RecordErased(MessageData):
    """No key of this record is left; ``certificate`` is keyring's signed tombstone."""

    TYPE = "identity.record_erased"
    certificate: dict[str, Any]


class RecordsMerged(MessageData):
    """``record_id`` is the target: from now on what is the source's is served under it.
    ``moved``: what identity moved, by kind: how many.
    """

    TYPE = "identity.records_merged"
    source: UUID
    merge_id: UUID
    moved: dict[str, int]


class RecordsSplit(MessageData):
    """``record_id`` is the target; the source has again what it brought, and its status."""

    TYPE = "identity.records_split"
    source: UUID
    merge_id: UUID
    source_status: str


class FormerConsent(BaseModel):
    """``grantee``: PS_IdNat of a professional, or Struct_IdNat of a facility."""

    grantee: str
    is_facility: bool
    declared_at: Instant
    valid_until: Instant


class FormerBlock(BaseModel):
    professional: str
    blocked_at: Instant


class FormerSwitches(BaseModel):
    regulation: bool
    break_glass: bool
    masked: bool


class IdentityRead(MessageData):
    """Somebody else than the person read whose record it is."""

    TYPE = "identity.identity_read"


class LegacyDmpOpposed(MessageData):
    """The former DMP of this person stays out; ``on`` false: it may come in after all."""

    TYPE = "identity.legacy_dmp_opposed"
    channel: str
    on: bool


class LegacyDmpImported(MessageData):
    """Whom the person let in and shut out in their former DMP. Whoever was blocked there is
    blocked here; of the switches the stricter counts. The documents come by ``vault.deposit``.
    """

    TYPE = "identity.legacy_dmp_imported"
    consents: list[FormerConsent]
    blocks: list[FormerBlock]
    switches: FormerSwitches | None


class RecordOpened(MessageData):
    TYPE = "identity.record_opened"


class RecordActivated(MessageData):
    TYPE = "identity.record_activated"


class RecordSuspended(MessageData):
    TYPE = "identity.record_suspended"
    reason: str


class SuspensionLifted(MessageData):
    TYPE = "identity.suspension_lifted"


class RecordClosed(MessageData):
    TYPE = "identity.record_closed"
    motive: str


class RecordReopened(MessageData):
    TYPE = "identity.record_reopened"


@singledispatch
def message_for(_event: object) -> MessageData | None:
    """The message of an event; None for what stays inside."""
    return None


def _common(event: RecordEvent) -> dict[str, Any]:
    return {
        "record_id": event.record_id,
        "by": event.by,
        "secret": in_secret(event.by),
    }


@message_for.register
def _(event: life.Created) -> MessageData:
    return RecordAnnounced(
        **_common(event),
        opens_at=event.opens_at,
        representatives=event.representatives,
        majority_at=_majority(event.traits, event.notice_sent_at),
    )


def _majority(traits: dict[str, str], notice_sent_at: datetime) -> datetime | None:
    """Of whom the notice took for a minor; reached meanwhile, it has passed for others too."""
    majority = majority_at(traits["birth_date"])
    return majority if majority > notice_sent_at else None


@message_for.register
def _(event: legacy.LegacyDmpImported) -> MessageData:
    return LegacyDmpImported(
        **_common(event),
        consents=[FormerConsent(**consent) for consent in event.consents],
        blocks=[FormerBlock(**block) for block in event.blocks],
        switches=FormerSwitches(**event.switches) if event.switches else None,
    )


@message_for.register
def _(event: reading.IdentityRead.Created) -> MessageData:
    return IdentityRead(record_id=event.record_id, by=event.by, secret=in_secret(event.by))


@message_for.register
def _(event: Erasure.Completed) -> MessageData:
    return RecordErased(record_id=event.erased, by=event.by, certificate=event.certificate)


@message_for.register
def _(event: Merge.Confirmed) -> MessageData:
    return RecordsMerged(
        record_id=event.target,
        by=event.by,
        source=event.source,
        merge_id=event.originator_id,
        moved=event.moved,
    )


@message_for.register
def _(event: Merge.Split) -> MessageData:
    return RecordsSplit(
        record_id=event.target,
        by=event.by,
        source=event.source,
        merge_id=event.originator_id,
        source_status=event.source_status,
    )


tell_as_they_are(
    message_for,
    _common,
    {
        whose.InsAttached: InsAttached,
        whose.InsChanged: InsChanged,
        whose.IdentityQualified: IdentityQualified,
        whose.IdentityDowngraded: IdentityDowngraded,
        whose.TraitsCorrected: TraitsCorrected,
        life.Opposed: RecordOpposed,
        life.OppositionWithdrawn: OppositionWithdrawn,
        life.AnnouncementBounced: AnnouncementBounced,
        life.Opened: RecordOpened,
        life.Activated: RecordActivated,
        life.Suspended: RecordSuspended,
        life.SuspensionLifted: SuspensionLifted,
        life.Closed: RecordClosed,
        life.Reopened: RecordReopened,
        legacy.LegacyDmpOpposed: LegacyDmpOpposed,
        ending.MajorityReached: MajorityReached,
        ending.DeathDeclared: DeathDeclared,
        ending.DeathRevoked: DeathRevoked,
        ending.ErasureRequested: ErasureRequested,
        ending.ErasureCancelled: ErasureCancelled,
    },
)
