"""What one person allowed, refused and is owed: one small stream per record."""

from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate

from services.access.domain import errors
from services.access.domain.grants import (
    ACTIVE,
    DEFAULT_SWITCHES,
    Block,
    CareTeam,
    Consent,
    Session,
    Source,
    Status,
    Switches,
)
from services.access.domain.stricter import Stricter, give_back, stricter, take
from shared.kernel.actor import Actor
from shared.kernel.ids import derived_id

EVERYBODY = "*"
"""Feeder of an opposition that names none."""


class Rights(Aggregate):
    """Methods decide and may refuse; events only evolve."""

    TOPIC = "access.rights"

    class Created(Aggregate.Created):
        TOPIC = "access.rights_opened"
        record_id: UUID
        by: dict[str, Any]

    class Event(Aggregate.Event):
        """``by``: :meth:`Actor.to_event` of who acted."""

        record_id: UUID
        by: dict[str, Any]

    class RecordStateChanged(Event):
        """Identity said so, at that position of its log."""

        TOPIC = "access.record_state_changed"
        status: str
        source: Source

        def apply(self, aggregate: "Rights") -> None:
            if self.status in ACTIVE:
                aggregate.active_status = self.status
            aggregate.status = self.status
            aggregate.source = self.source

    class RepresentativesKnown(Event):
        """Legal representatives of a minor, and the instant of majority."""

        TOPIC = "access.representatives_known"
        representatives: list[str]
        majority_at: datetime | None
        source: Source

        def apply(self, aggregate: "Rights") -> None:
            aggregate.representatives = self.representatives
            aggregate.majority_at = self.majority_at
            aggregate.source = self.source

    class ConsentDeclared(Event):
        TOPIC = "access.consent_declared"
        consent: Consent

        def apply(self, aggregate: "Rights") -> None:
            aggregate.consents[self.consent["grantee"]] = self.consent

    class ConsentWithdrawn(Event):
        TOPIC = "access.consent_withdrawn"
        grantee: str
        is_facility: bool

        def apply(self, aggregate: "Rights") -> None:
            del aggregate.consents[self.grantee]

    class CareTeamJoined(Event):
        TOPIC = "access.care_team_joined"
        team_id: UUID
        team: CareTeam

        def apply(self, aggregate: "Rights") -> None:
            aggregate.care_teams[str(self.team_id)] = self.team

    class CareTeamLeft(Event):
        TOPIC = "access.care_team_left"
        team_id: UUID
        members: list[str]

        def apply(self, aggregate: "Rights") -> None:
            team = aggregate.care_teams[str(self.team_id)]
            remaining = [m for m in team["members"] if m not in self.members]
            aggregate.care_teams[str(self.team_id)] = {**team, "members": remaining}

    class CareTeamOpposed(Event):
        TOPIC = "access.care_team_opposed"
        team_id: UUID

        def apply(self, aggregate: "Rights") -> None:
            team = aggregate.care_teams[str(self.team_id)]
            aggregate.care_teams[str(self.team_id)] = {**team, "opposed": True}

    class TreatingDoctorNamed(Event):
        TOPIC = "access.treating_doctor_named"
        professional: str

        def apply(self, aggregate: "Rights") -> None:
            aggregate.treating_doctor = self.professional

    class AdministratorNamed(Event):
        TOPIC = "access.administrator_named"
        professional: str

        def apply(self, aggregate: "Rights") -> None:
            aggregate.administrators.append(self.professional)

    class AdministratorRemoved(Event):
        TOPIC = "access.administrator_removed"
        professional: str

        def apply(self, aggregate: "Rights") -> None:
            aggregate.administrators.remove(self.professional)

    class ProfessionalBlocked(Event):
        """Ends the consent and the role of treating doctor too: unblocking revives neither."""

        TOPIC = "access.professional_blocked"
        professional: str
        block: Block

        def apply(self, aggregate: "Rights") -> None:
            aggregate.blocks[self.professional] = self.block
            aggregate.consents.pop(self.professional, None)
            if aggregate.treating_doctor == self.professional:
                aggregate.treating_doctor = None

    class ProfessionalUnblocked(Event):
        TOPIC = "access.professional_unblocked"
        professional: str

        def apply(self, aggregate: "Rights") -> None:
            del aggregate.blocks[self.professional]

    class EmergencySwitchesSet(Event):
        TOPIC = "access.emergency_switches_set"
        switches: Switches

        def apply(self, aggregate: "Rights") -> None:
            aggregate.switches = self.switches

    class GlassBroken(Event):
        TOPIC = "access.glass_broken"
        session_id: UUID
        session: Session

        def apply(self, aggregate: "Rights") -> None:
            aggregate.sessions[str(self.session_id)] = self.session

    class EmergencyEnded(Event):
        TOPIC = "access.emergency_ended"
        session_id: UUID
        ended_at: datetime

        def apply(self, aggregate: "Rights") -> None:
            session = aggregate.sessions[str(self.session_id)]
            aggregate.sessions[str(self.session_id)] = {**session, "ends_at": self.ended_at}

    class FeedingOpposed(Event):
        """``feeder``: professional or facility, or :data:`EVERYBODY`; ``on`` false lifts it."""

        TOPIC = "access.feeding_opposed"
        feeder: str
        legitimate_reason: str
        on: bool

        def apply(self, aggregate: "Rights") -> None:
            if self.on:
                aggregate.feeding_oppositions[self.feeder] = self.legitimate_reason
            else:
                aggregate.feeding_oppositions.pop(self.feeder, None)

    class StricterTaken(Event):
        """Another record of this person was merged into this one; ``taken``: what it forbade."""

        TOPIC = "access.stricter_taken"
        merge_id: UUID
        taken: Stricter

        def apply(self, aggregate: "Rights") -> None:
            aggregate.merged[str(self.merge_id)] = self.taken
            take(aggregate, self.taken)

    class StricterGivenBack(Event):
        """It was split off again."""

        TOPIC = "access.stricter_given_back"
        merge_id: UUID

        def apply(self, aggregate: "Rights") -> None:
            give_back(aggregate, aggregate.merged.pop(str(self.merge_id)))

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
        self.representatives: list[str] = []
        self.majority_at: datetime | None = None
        self.consents: dict[str, Consent] = {}
        self.care_teams: dict[str, CareTeam] = {}
        self.treating_doctor: str | None = None
        self.administrators: list[str] = []
        self.blocks: dict[str, Block] = {}
        self.switches: Switches = DEFAULT_SWITCHES
        self.sessions: dict[str, Session] = {}
        self.feeding_oppositions: dict[str, str] = {}
        self.merged: dict[str, Stricter] = {}

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

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

    def declare_consent(self, consent: Consent, *, by: Actor) -> None:
        """CSP R1111-46: collected before each consultation, never for a blocked professional."""
        self._require_active()
        if consent["grantee"] in self.blocks:
            raise errors.NotYours
        if consent["valid_until"] <= consent["declared_at"]:
            raise errors.EndsInThePast(fields={"valid_until": "must lie in the future"})
        self._trigger(self.ConsentDeclared, by, consent=consent)

    def withdraw_consent(self, grantee: str, *, by: Actor) -> None:
        consent = self.consents.get(grantee)
        if consent is None:
            raise errors.NoSuchConsent
        self._trigger(
            self.ConsentWithdrawn, by, grantee=grantee, is_facility=consent["is_facility"]
        )

    def join_care_team(self, team_id: UUID, team: CareTeam, *, at: datetime, by: Actor) -> None:
        """CSP L1110-12: deemed authorised for this episode, unless the person opposed it."""
        self._require_active()
        if team["expected_end"] <= at:
            raise errors.EndsInThePast(fields={"expected_end": "must lie in the future"})
        former = self.care_teams.get(str(team_id))
        if former and former["opposed"]:
            raise errors.CareTeamOpposed
        self._trigger(self.CareTeamJoined, by, team_id=team_id, team=team)

    def leave_care_team(self, team_id: UUID, members: list[str], *, by: Actor) -> None:
        self.team(team_id)
        self._trigger(self.CareTeamLeft, by, team_id=team_id, members=members)

    def oppose_care_team(self, team_id: UUID, *, by: Actor) -> None:
        self.team(team_id)
        self._trigger(self.CareTeamOpposed, by, team_id=team_id)

    def team(self, team_id: UUID) -> CareTeam:
        team = self.care_teams.get(str(team_id))
        if team is None:
            raise errors.NoSuchCareTeam
        return team

    def name_treating_doctor(self, professional: str, *, by: Actor) -> None:
        self._require_not_blocked(professional)
        self._trigger(self.TreatingDoctorNamed, by, professional=professional)

    def name_administrator(self, professional: str, *, by: Actor) -> None:
        self._require_not_blocked(professional)
        if professional not in self.administrators:
            self._trigger(self.AdministratorNamed, by, professional=professional)

    def remove_administrator(self, professional: str, *, by: Actor) -> None:
        if professional not in self.administrators:
            raise errors.NoSuchRole
        self._trigger(self.AdministratorRemoved, by, professional=professional)

    def block(self, professional: str, block: Block, *, by: Actor) -> None:
        """Shut a professional out from now on; an administrator loses that role first."""
        if professional in self.blocks:
            raise errors.AlreadyBlocked
        if professional in self.administrators:
            self._trigger(self.AdministratorRemoved, by, professional=professional)
        self._trigger(self.ProfessionalBlocked, by, professional=professional, block=block)

    def unblock(self, professional: str, *, by: Actor) -> None:
        """Only the person undoes their own block."""
        block = self.blocks.get(professional)
        if block is None:
            raise errors.NotBlocked
        if block["by_person"] and not by.acts_for_person:
            raise errors.NotYours
        self._trigger(self.ProfessionalUnblocked, by, professional=professional)

    def set_switches(self, switches: Switches, *, by: Actor) -> None:
        self._trigger(self.EmergencySwitchesSet, by, switches=switches)

    def break_glass(
        self, session_id: UUID, session: Session, *, block_wins: bool, by: Actor
    ) -> None:
        """CSP L1111-17 I: immediate risk, and a person unable to say what they want."""
        blocked = block_wins and session["professional"] in self.blocks
        if not self.is_active or blocked or not self.switches["break_glass"]:
            raise errors.BreakGlassRefused(
                message_fr="L'accès en urgence n'est pas possible sur ce dossier."
            )
        self._trigger(self.GlassBroken, by, session_id=session_id, session=session)

    def end_session(self, session_id: UUID, *, at: datetime, by: Actor) -> None:
        session = self.sessions.get(str(session_id))
        if session is None or session["ends_at"] <= at:
            raise errors.NoSuchSession
        if not by.acts_for_person and by.id != session["professional"]:
            raise errors.NoSuchSession
        self._trigger(self.EmergencyEnded, by, session_id=session_id, ended_at=at)

    def oppose_feeding(
        self, feeder: str | None, legitimate_reason: str, *, on: bool, by: Actor
    ) -> None:
        """CSP R1111-47: only for a legitimate reason, which is kept."""
        self._trigger(
            self.FeedingOpposed,
            by,
            feeder=feeder or EVERYBODY,
            legitimate_reason=legitimate_reason,
            on=on,
        )

    def take_stricter(self, merge_id: UUID, source: "Rights", *, by: Actor) -> None:
        """RNIV: merging two records takes nothing back of what the person forbade on one."""
        taken = stricter(self, source)
        self._trigger(self.StricterTaken, by, merge_id=merge_id, taken=taken)

    def give_stricter_back(self, merge_id: UUID, *, by: Actor) -> None:
        if str(merge_id) in self.merged:
            self._trigger(self.StricterGivenBack, by, merge_id=merge_id)

    def _require_active(self) -> None:
        if not self.is_active:
            raise errors.RecordNotActive

    def _require_not_blocked(self, professional: str) -> None:
        if professional in self.blocks:
            raise errors.AlreadyBlocked

    def _trigger(self, event: type[Event], by: Actor, **values: Any) -> None:
        self.trigger_event(event, record_id=self.record_id, by=by.to_event(), **values)
