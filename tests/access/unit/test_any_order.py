"""Property: whatever is done in whatever order, what must never happen does not."""

import tempfile
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.access import contract as c
from services.access.application import redecide_all
from services.access.domain.decision import Decision
from services.access.domain.reference import AccessSettings
from shared.kernel.actor import Actor
from shared.kernel.clock import instant
from shared.kernel.errors import Refusal
from tests.access.support.logs import World, block, care_team, consent, of, open_world
from tests.access.support.people import (
    APPLICATION,
    DOCTOR,
    HOSPITAL_DOCTOR,
    MOTHER,
    NURSE,
    OPERATOR,
    PATIENT,
    RECORD,
    REVIEWER,
    SOFTWARE,
)

CARERS = st.sampled_from([DOCTOR, HOSPITAL_DOCTOR, NURSE])
CODES = st.sets(
    st.sampled_from(["MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"])
)
HOURS = st.sampled_from([1, 5, 25, 24 * 8])
HIDDEN = {
    "patient": {"INVISIBLE_PATIENT"},
    "representative": {"INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"},
    "application": {"INVISIBLE_PATIENT"},
}


class AnyOrder(RuleBasedStateMachine):
    """The state kept here is what a person would remember of what they did."""

    @initialize(majority=st.sampled_from([1, 24 * 400]))
    def open(self, majority: int) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.world: World = open_world(
            Path(self.folder.name), settings=AccessSettings(caregivers=True)
        )
        self.majority: datetime = self.world.clock.now() + timedelta(hours=majority)
        self.world.hear(
            "record_announced", representatives=[MOTHER.id], majority_at=instant(self.majority)
        )
        for message in ("record_opened", "record_activated", "identity_qualified"):
            self.world.hear(message)
        self.active = True
        self.blocked: set[str] = set()
        self.suspended = False
        self.glass_allowed = True
        self.consents: dict[str, datetime] = {}
        self.sessions: dict[UUID, tuple[str, datetime]] = {}
        self.members: set[str] = set()

    @rule(who=CARERS)
    def give_consent(self, who: Actor) -> None:
        with suppress(Refusal):
            self.world.app.declare_consent(consent(who), PATIENT)
            self.consents[who.id] = self.world.clock.now() + timedelta(hours=24)

    @rule(who=CARERS)
    def withdraw_consent(self, who: Actor) -> None:
        with suppress(Refusal):
            request = c.WithdrawConsent(request_id=uuid4(), record_id=RECORD, professional=who.id)
            self.world.app.withdraw_consent(request, PATIENT)
            self.consents.pop(who.id)

    @rule(who=CARERS)
    def block(self, who: Actor) -> None:
        with suppress(Refusal):
            self.world.app.block_professional(block(who), PATIENT)
        self.blocked.add(who.id)
        self.consents.pop(who.id, None)

    @rule(who=CARERS)
    def unblock(self, who: Actor) -> None:
        with suppress(Refusal):
            self.world.app.unblock_professional(of(who), PATIENT)
        self.blocked.discard(who.id)

    @rule(who=CARERS, treating=st.booleans())
    def give_role(self, who: Actor, treating: bool) -> None:
        use_case: Any = (
            self.world.app.name_treating_doctor if treating else self.world.app.name_administrator
        )
        with suppress(Refusal):
            use_case(of(who), PATIENT)

    @rule(members=st.sets(st.sampled_from([HOSPITAL_DOCTOR.id, NURSE.id]), min_size=1))
    def join_team(self, members: set[str]) -> None:
        with suppress(Refusal):
            until = self.world.clock.now() + timedelta(hours=48)
            self.world.app.join_care_team(care_team(*sorted(members), until=until), SOFTWARE)

    @rule(break_glass=st.booleans(), masked=st.booleans())
    def set_switches(self, break_glass: bool, masked: bool) -> None:
        request = c.SetEmergencySwitches(
            request_id=uuid4(), record_id=RECORD, regulation=True, break_glass=break_glass,
            masked=masked,
        )  # fmt: skip
        self.world.app.set_emergency_switches(request, PATIENT)
        self.glass_allowed = break_glass

    @rule(who=CARERS)
    def break_the_glass(self, who: Actor) -> None:
        request = c.BreakGlass(
            request_id=uuid4(), record_id=RECORD, reason="unconscious", unable_to_consent=True
        )
        with suppress(Refusal):
            made = self.world.app.break_glass(request, who)
            self.sessions[made.session] = (who.id, made.ends_at)
            assert who.id not in self.blocked
            assert self.glass_allowed

    @rule(justified=st.booleans())
    def review(self, justified: bool) -> None:
        for session, (who, _) in list(self.sessions.items())[:1]:
            verdict = "justified" if justified else "unjustified"
            request = c.ReviewBreakGlass.model_validate(
                {"request_id": uuid4(), "record_id": RECORD, "session": session,
                 "verdict": verdict, "note": "read"}
            )  # fmt: skip
            with suppress(Refusal):
                self.world.app.review_break_glass(request, REVIEWER)
                if not justified:
                    self.blocked.add(who)
                    self.consents.pop(who, None)

    @rule(on=st.booleans())
    def order_of_a_judge(self, on: bool) -> None:
        request = c.SuspendRepresentation.model_validate(
            {"request_id": uuid4(), "record_id": RECORD, "representative": MOTHER.id,
             "court_order": "TJ 26/1", "on": on}
        )  # fmt: skip
        with suppress(Refusal):
            self.world.app.suspend_representation(request, OPERATOR)
            self.suspended = on

    @rule(on=st.booleans())
    def connect(self, on: bool) -> None:
        allowed: dict[str, Any] = {
            "allowed": [{"scope": "document", "action": "read", "categories": ["10"]}],
            "authoriser": {"kind": "patient", "id": str(RECORD)},
        }
        self.world.hear(
            "authorisation_granted" if on else "authorisation_revoked",
            says="catalogue", authorisation_id=str(UUID(int=61)), client_id=APPLICATION.id,
            **(allowed if on else {}),
        )  # fmt: skip
        self.connected = on

    @rule(closed=st.booleans())
    def close_or_reopen(self, closed: bool) -> None:
        self.world.hear("record_closed" if closed else "record_reopened")
        self.active = not closed

    @rule(hours=HOURS)
    def wait(self, hours: int) -> None:
        self.world.move(timedelta(hours=hours))
        self.world.project()

    @rule(who=CARERS, codes=CODES, glass=st.booleans())
    def a_professional_reads(self, who: Actor, codes: set[str], glass: bool) -> None:
        session = next(iter(self.sessions), None) if glass else None
        asked: dict[str, Any] = {"mode": "break_glass", "session": session} if session else {}
        answer = self.world.decide(who, resource={"confidentiality": sorted(codes)}, **asked)
        now = self.world.clock.now()
        if answer.permit:
            assert self.active
            assert who.id not in self.blocked
            if "explicit_consent" in answer.reasons:
                assert now < self.consents[who.id]
            if session:
                assert self.sessions[session][0] == who.id
                assert now < self.sessions[session][1]
                assert self.glass_allowed
        self._is_saved(answer)

    @rule(who=st.sampled_from([PATIENT, MOTHER, APPLICATION]), codes=CODES)
    def others_read(self, who: Actor, codes: set[str]) -> None:
        answer = self.world.decide(who, resource={"confidentiality": sorted(codes)})
        if answer.permit:
            assert self.active
            assert not codes & HIDDEN[who.kind.value]
            if who is APPLICATION:
                assert self.connected
            if who is MOTHER:
                assert not self.suspended
                assert self.world.clock.now() < self.majority
        self._is_saved(answer)

    @rule(who=CARERS)
    def an_insurers_doctor_reads(self, who: Actor) -> None:
        insured = replace(who, claims={"Secteur_Activite": "SA23^1.2.250.1.71.4.2.4"})
        assert not self.world.decide(insured).permit

    connected = False

    @invariant()
    def nobody_else_ever_gets_in(self) -> None:
        if hasattr(self, "world") and self.world.app.head().position % 5 == 0:
            for who in (OPERATOR, SOFTWARE):
                assert not self.world.decide(who).permit

    def _is_saved(self, answer: c.Decided) -> None:
        kept = self.world.app.get(answer.decision_id, Decision)
        assert kept
        assert kept.made["verdicts"][0]["permit"] is answer.permit

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        assert [again.why for again in redecide_all(self.world.app) if again.differs] == []
        self.world.close()
        self.folder.cleanup()


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=6, stateful_step_count=25, deadline=None)
