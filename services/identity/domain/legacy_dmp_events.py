"""What happens to the DMP that a person had before this record."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, TypedDict

from services.identity.domain.record_event import RecordEvent

if TYPE_CHECKING:
    from services.identity.domain.record import Record


class FormerConsent(TypedDict):
    """``grantee``: PS_IdNat of a professional, or Struct_IdNat of a facility."""

    grantee: str
    is_facility: bool
    declared_at: datetime
    valid_until: datetime


class FormerBlock(TypedDict):
    """``professional``: PS_IdNat."""

    professional: str
    blocked_at: datetime


class FormerSwitches(TypedDict):
    """What the person allowed in an emergency (ETREAT, BTG, MASKED)."""

    regulation: bool
    break_glass: bool
    masked: bool


class FormerRights(NamedTuple):
    """What a person had said in their former DMP of who may read it."""

    consents: Sequence[FormerConsent]
    blocks: Sequence[FormerBlock]
    switches: FormerSwitches | None


class LegacyDmpOpposed(RecordEvent):
    """The person wants a record, but not what the former DMP holds; ``on`` false takes it back."""

    TOPIC = "identity.legacy_dmp_opposed"
    channel: str
    on: bool

    def apply(self, record: "Record") -> None:
        record.legacy_dmp_opposed = self.on


class LegacyDmpImported(RecordEvent):
    """Whom the person let in and shut out there. The documents are no business of identity."""

    TOPIC = "identity.legacy_dmp_imported"
    consents: list[FormerConsent]
    blocks: list[FormerBlock]
    switches: FormerSwitches | None

    def apply(self, record: "Record") -> None:
        record.legacy_dmp = FormerRights(self.consents, self.blocks, self.switches)
