"""What one person allowed, refused and is owed: one small stream per record."""

from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate

from services.access.domain import admission_events as admission
from services.access.domain import connection_events as connection
from services.access.domain import delegation_events as delegation
from services.access.domain import emergency_events as emergency
from services.access.domain import life_events as life
from services.access.domain import protection_events as protection
from services.access.domain.acting_under import ActingUnder, ActsUnder, Moved
from services.access.domain.admission import Admission
from services.access.domain.connection import Connection
from services.access.domain.delegation import Delegating
from services.access.domain.emergency import Emergency
from services.access.domain.grants import (
    ACTIVE,
    DEFAULT_SWITCHES,
    Authorisation,
    Block,
    CareTeam,
    Consent,
    Delegation,
    Invitation,
    Review,
    Session,
    Source,
    Status,
    Switches,
)
from services.access.domain.legacy import Legacy
from services.access.domain.merged import consents_back, nothing
from services.access.domain.rights_event import RightsEvent
from services.access.domain.stricter import Stricter, both_allow, stricter
from shared.kernel.actor import Actor
from shared.kernel.ids import derived_id


class Rights(Admission, Emergency, Delegating, ActingUnder, Connection, Aggregate):
    """Methods decide and may refuse; events only evolve."""

    TOPIC = "access.rights"

    class Created(Aggregate.Created):
        TOPIC = "access.rights_opened"
        record_id: UUID
        by: dict[str, Any]

    Event = RightsEvent
    RecordStateChanged = life.RecordStateChanged
    RepresentativesKnown = life.RepresentativesKnown
    IdentityProven = life.IdentityProven
    RepresentationEnded = life.RepresentationEnded
    ConsentDeclared = admission.ConsentDeclared
    ConsentWithdrawn = admission.ConsentWithdrawn
    ConsentExpired = admission.ConsentExpired
    CareTeamJoined = admission.CareTeamJoined
    CareTeamLeft = admission.CareTeamLeft
    CareTeamOpposed = admission.CareTeamOpposed
    TreatingDoctorNamed = admission.TreatingDoctorNamed
    AdministratorNamed = admission.AdministratorNamed
    AdministratorRemoved = admission.AdministratorRemoved
    RoleNamed = admission.RoleNamed
    ProfessionalBlocked = protection.ProfessionalBlocked
    ProfessionalUnblocked = protection.ProfessionalUnblocked
    EmergencySwitchesSet = protection.EmergencySwitchesSet
    FeedingOpposed = protection.FeedingOpposed
    FeedingOppositionJudged = protection.FeedingOppositionJudged
    StricterTaken = protection.StricterTaken
    StricterGivenBack = protection.StricterGivenBack
    GlassBroken = emergency.GlassBroken
    EmergencyEnded = emergency.EmergencyEnded
    BreakGlassReviewed = emergency.BreakGlassReviewed
    ReviewOverdue = emergency.ReviewOverdue
    RepresentativeInvited = delegation.RepresentativeInvited
    CaregiverInvited = delegation.CaregiverInvited
    InvitationAnswered = delegation.InvitationAnswered
    DelegationEnded = delegation.DelegationEnded
    RepresentationSuspended = delegation.RepresentationSuspended
    AuthorisationKnown = connection.AuthorisationKnown
    AuthorisationGone = connection.AuthorisationGone
    FollowsTarget = connection.FollowsTarget
    ActsUnder = ActsUnder

    @staticmethod
    def id_of(secret: bytes, record_id: UUID) -> UUID:
        return derived_id(secret, "rights", str(record_id))

    @classmethod
    def open(cls, secret: bytes, record_id: UUID, *, by: Actor) -> "Rights":
        return cls._create(
            cls.Created, id=cls.id_of(secret, record_id), record_id=record_id, by=by.to_event()
        )

    def __init__(self, *, record_id: UUID, by: dict[str, Any]) -> None:
        self.record_id = record_id
        self.opened_by = by
        self.status: str | None = None
        self.active_status: str = Status.OPEN
        self.source: Source | None = None
        self.identity_qualified = False
        self.representatives: list[str] = []
        self.majority_at: datetime | None = None
        self.suspended: dict[str, str] = {}
        self.invitations: dict[str, Invitation] = {}
        self.delegations: dict[str, Delegation] = {}
        self.consents: dict[str, Consent] = {}
        self.expired: list[str] = []
        self.care_teams: dict[str, CareTeam] = {}
        self.treating_doctor: str | None = None
        self.administrators: list[str] = []
        self.roles: dict[str, str] = {}
        self.blocks: dict[str, Block] = {}
        self.covered_blocks: dict[str, Block] = {}
        self.switches: Switches = DEFAULT_SWITCHES
        self.sessions: dict[str, Session] = {}
        self.reviews: dict[str, Review] = {}
        self.overdue: list[str] = []
        self.feeding_oppositions: dict[str, str] = {}
        self.claimed_oppositions: dict[str, str] = {}
        self.authorisations: dict[str, Authorisation] = {}
        self.merged: dict[str, Stricter] = {}
        self.of_merges = nothing()
        self.merged_into: UUID | None = None
        self.acts_under: dict[str, Moved] = {}

    @property
    def is_active(self) -> bool:
        """Merged into another it is served by that one's rights: what is allowed here opens
        nothing."""
        return self.status in ACTIVE and self.merged_into is None

    def change_status(self, status: Status, *, source: Source, by: Actor) -> None:
        self._trigger(self.RecordStateChanged, by, status=status.value, source=source)

    def know_representatives(
        self, representatives: list[str], majority_at: datetime | None, *, source: Source, by: Actor
    ) -> None:
        self._trigger(
            self.RepresentativesKnown,
            by,
            representatives=representatives,
            majority_at=majority_at,
            source=source,
        )

    def prove_identity(self, *, qualified: bool, source: Source, by: Actor) -> None:
        if qualified != self.identity_qualified:
            self._trigger(self.IdentityProven, by, qualified=qualified, source=source)

    def end_representation(self, *, source: Source, by: Actor) -> None:
        """At 18 nobody acts for the person any more, whoever invited them."""
        acting = [*self.representatives, *self.second_representatives]
        self._trigger(self.RepresentationEnded, by, representatives=acting, source=source)

    def take_legacy(self, legacy: Legacy, *, at: datetime, by: Actor) -> None:
        """Blocks first, so that no consent of then opens what was shut; the person's later word
        stays. Never refuses."""
        for professional, block in legacy.blocks.items():
            if self.adds(professional, block):
                self.block(professional, block, by=by)
        for consent in legacy.consents:
            known = {*self.blocks, *self.consents}
            lives = max(at, consent["declared_at"]) < consent["valid_until"]
            if self.is_active and lives and consent["grantee"] not in known:
                self.declare_consent(consent, by=by)
        if legacy.switches:
            both = both_allow(self.switches, legacy.switches)
            if both != self.switches:
                self.set_switches(both, by=by)

    def take_stricter(self, merge_id: UUID, source: "Rights", *, by: Actor) -> None:
        """RNIV: merging two records takes nothing back of what the person forbade on one."""
        taken = stricter(self, source)
        self._trigger(self.StricterTaken, by, merge_id=merge_id, taken=taken)
        for person in sorted(source.suspended.keys() - self.suspended.keys()):
            order = source.suspended[person]
            self.note_suspension(person, order, on=True, by=by)

    def give_stricter_back(self, merge_id: UUID, *, by: Actor) -> None:
        if str(merge_id) not in self.merged:
            return
        back = consents_back(self, str(merge_id))
        ends = {who: c["valid_until"] for who, c in back.items() if who not in self.expired}
        self._trigger(self.StricterGivenBack, by, merge_id=merge_id, ends=ends, others_kept=True)

    def _trigger(self, event: type[RightsEvent], by: Actor, **values: Any) -> None:
        self.trigger_event(event, record_id=self.record_id, by=by.to_event(), **values)
