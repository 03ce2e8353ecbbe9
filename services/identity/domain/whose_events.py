"""What is found out about whose record it is."""

from datetime import datetime
from typing import TYPE_CHECKING

from services.identity.domain.identity_status import Attribute, IdentityDocument
from services.identity.domain.record_event import RecordEvent
from services.identity.domain.traits import Traits
from shared.kernel.ins import Ins

if TYPE_CHECKING:
    from services.identity.domain.whose import Whose


class InsAttached(RecordEvent):
    """The first INS; it comes from INSi, by the insurer or by our own call."""

    TOPIC = "identity.ins_attached"
    ins: str
    oid: str

    def apply(self, record: "Whose") -> None:
        record.ins = Ins(self.ins, self.oid)
        record.retrieved = True


class InsChanged(RecordEvent):
    """Another matricule of the same person (a NIA becomes a NIR); the former one is kept."""

    TOPIC = "identity.ins_changed"
    ins: str
    oid: str

    def apply(self, record: "Whose") -> None:
        if record.ins:
            record.former_ins.append(record.ins)
        record.ins = Ins(self.ins, self.oid)
        record.retrieved = True


class InsVerified(RecordEvent):
    """INSi answered that this INS and these traits belong together."""

    TOPIC = "identity.ins_verified"

    def apply(self, record: "Whose") -> None:
        record.retrieved = True
        record.verified_at = self.timestamp


class InsRefused(RecordEvent):
    """INSi answered that they do not: nothing that was proven counts any more."""

    TOPIC = "identity.ins_refused"

    def apply(self, record: "Whose") -> None:
        record.forget_proofs()


class IdentityValidated(RecordEvent):
    TOPIC = "identity.identity_validated"
    checked_with: str

    def apply(self, record: "Whose") -> None:
        record.checked_with = IdentityDocument(self.checked_with)


class IdentityQualified(RecordEvent):
    """A consequence told to others: the status itself follows from INS and document."""

    TOPIC = "identity.identity_qualified"
    checked_with: str


class IdentityDowngraded(RecordEvent):
    """A consequence too. ``was`` and ``now``: identity statuses."""

    TOPIC = "identity.identity_downgraded"
    was: str
    now: str
    reason: str


class AttributeSet(RecordEvent):
    """A doubt that is lifted proves nothing: what was proven before must be proven again."""

    TOPIC = "identity.attribute_set"
    attribute: str
    on: bool

    def apply(self, record: "Whose") -> None:
        attribute = Attribute(self.attribute)
        if not self.on:
            record.attributes.discard(attribute)
            return
        record.attributes.add(attribute)
        if attribute.forces_provisional:
            record.forget_proofs()


class TraitsCorrected(RecordEvent):
    """``strict``: a trait that identifies has changed, so the document checked was another's.
    ``majority_at``: as of the birth date known now; null for a person of age.
    """

    TOPIC = "identity.traits_corrected"
    traits: dict[str, str]
    strict: bool
    majority_at: datetime | None

    def apply(self, record: "Whose") -> None:
        record.traits = Traits.from_event(self.traits)
        record.is_minor = self.majority_at is not None
        if self.strict:
            record.checked_with = None
