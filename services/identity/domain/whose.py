"""Whose record it is: INS, traits, and how far both are trusted."""

from datetime import datetime

from services.identity.domain import whose_events as e
from services.identity.domain.errors import (
    DocumentNeedsNoDoubt,
    InsiForbidden,
    NoInsToVerify,
    SameIns,
    TraitsAreOfInsi,
)
from services.identity.domain.identity_status import (
    Attribute,
    DowngradeReason,
    IdentityDocument,
    IdentityStatus,
    identity_status,
    is_downgrade,
)
from services.identity.domain.majority import majority_at
from services.identity.domain.record_event import RecordPart
from services.identity.domain.traits import Traits, check_traits
from shared.kernel.actor import Actor
from shared.kernel.french import latest_day_in_france
from shared.kernel.ins import Ins


class Whose(RecordPart):
    """The half of a record that says whose it is."""

    traits: Traits
    ins: Ins | None
    former_ins: list[Ins]
    """Matricules this person had before; documents may still come under them."""
    retrieved: bool
    """INSi has given this INS for these traits."""
    verified_at: datetime | None
    checked_with: IdentityDocument | None
    attributes: set[Attribute]
    is_minor: bool

    def forget_proofs(self) -> None:
        """For events alone."""
        self.retrieved = False
        self.checked_with = None

    @property
    def identity_status(self) -> IdentityStatus:
        return identity_status(retrieved=self.retrieved, checked=self.checked_with is not None)

    @property
    def is_doubted(self) -> bool:
        return any(attribute.forces_provisional for attribute in self.attributes)

    def validate_identity(self, document: IdentityDocument, by: Actor) -> None:
        """RNIV: a high-confidence document was checked, and its traits are those we have."""
        if self.is_doubted:
            raise DocumentNeedsNoDoubt
        was = self.identity_status
        self._record(e.IdentityValidated, by, checked_with=document.value)
        self._tell_qualified(was, by)

    def set_attribute(self, attribute: Attribute, *, on: bool, by: Actor) -> None:
        """Set or lifted already: nothing happens."""
        if on is (attribute in self.attributes):
            return
        was = self.identity_status
        self._record(e.AttributeSet, by, attribute=attribute.value, on=on)
        if on and attribute.forces_provisional:
            self._tell_downgraded(was, DowngradeReason(attribute.value), by)

    def correct_traits(self, traits: Traits, now: datetime, by: Actor) -> None:
        """Names in use may always change; what INSi gave may not be overwritten."""
        if self.retrieved and traits.strict != self.traits.strict:
            raise TraitsAreOfInsi
        check_traits(traits, today=latest_day_in_france(now), from_insi=self.retrieved)
        self._change_traits(traits, now, by)

    def change_ins(self, ins: Ins, traits: Traits, now: datetime, by: Actor) -> None:
        """INSi has just answered that ``ins`` and ``traits`` belong together, so they replace
        what was here.
        """
        self.require_insi_allowed()
        if ins == self.ins:
            raise SameIns
        check_traits(traits, today=latest_day_in_france(now), from_insi=True)
        was = self.identity_status
        self._change_traits(traits, now, by)
        kind = e.InsChanged if self.ins else e.InsAttached
        self._record(kind, by, ins=ins.value, oid=ins.oid)
        self._tell_qualified(was, by)

    def require_insi_allowed(self) -> None:
        """RNIV 1: no call to INSi for an identity that is doubtful or fictitious."""
        if self.is_doubted:
            raise InsiForbidden

    def ins_to_verify(self) -> Ins:
        self.require_insi_allowed()
        if self.ins is None:
            raise NoInsToVerify
        return self.ins

    def note_verification(self, *, confirmed: bool, by: Actor) -> None:
        """Refused: the matricule stays inside, and the document checked counts no more."""
        self.ins_to_verify()
        was = self.identity_status
        self._record(e.InsVerified if confirmed else e.InsRefused, by)
        self._tell_qualified(was, by)
        self._tell_downgraded(was, DowngradeReason.INS_REFUSED, by)

    def _majority_of(self, traits: Traits, now: datetime) -> datetime | None:
        """To come; or passed, for who was taken for a minor. None for a person of age."""
        majority = majority_at(traits.birth_date)
        return majority if majority > now or self.is_minor else None

    def _change_traits(self, traits: Traits, now: datetime, by: Actor) -> None:
        if traits == self.traits:
            return
        was, strict = self.identity_status, traits.strict != self.traits.strict
        self._record(
            e.TraitsCorrected,
            by,
            traits=traits.to_event(),
            strict=strict,
            majority_at=self._majority_of(traits, now),
        )
        self._tell_downgraded(was, DowngradeReason.TRAITS_CHANGED, by)

    def _tell_qualified(self, was: IdentityStatus, by: Actor) -> None:
        if self.identity_status is IdentityStatus.QUAL is not was and self.checked_with:
            self._record(e.IdentityQualified, by, checked_with=self.checked_with.value)

    def _tell_downgraded(self, was: IdentityStatus, reason: DowngradeReason, by: Actor) -> None:
        now = self.identity_status
        if is_downgrade(was, now):
            self._record(
                e.IdentityDowngraded, by, was=was.value, now=now.value, reason=reason.value
            )
