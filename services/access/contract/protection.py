"""What is shut: blocks, emergency switches, oppositions to feeding."""

from uuid import UUID

from pydantic import model_validator

from services.access.contract.parts import (
    AUDITOR,
    PERSON,
    PROFESSIONAL,
    FacilityId,
    OfProfessional,
    OfRecordCommand,
    ProfessionalId,
    Text,
    always,
    own_record,
)
from shared.rpc.contract import Answer, Command, Done, Listing, ListQuery, Method


class BlockProfessional(OfProfessional):
    reason: Text


class SetEmergencySwitches(Command):
    record_id: UUID
    regulation: bool
    break_glass: bool
    masked: bool


class OfFeeder(OfRecordCommand):
    """One professional or facility, never both; everybody when neither is named."""

    professional: ProfessionalId | None = None
    facility: FacilityId | None = None

    @model_validator(mode="after")
    def _one_at_most(self) -> "OfFeeder":
        if self.professional and self.facility:
            raise ValueError("name a professional or a facility, not both")
        return self

    @property
    def feeder(self) -> str | None:
        return self.professional or self.facility


class OpposeFeeding(OfFeeder):
    """Of one professional or facility, or of everybody; ``on`` false lifts it."""

    legitimate_reason: Text
    on: bool = True


class JudgeOpposition(OfFeeder):
    """CSP R1111-47: whether the reason is legitimate; ``note`` tells the person why."""

    accepted: bool
    note: Text


class OppositionToJudge(Answer):
    record_id: UUID
    feeder: str
    legitimate_reason: str


METHODS = (
    Method(
        name="block_professional",
        request=BlockProfessional,
        answer=Done,
        callers=PERSON | PROFESSIONAL,
        condition=own_record,
    ),
    Method(
        name="unblock_professional",
        request=OfProfessional,
        answer=Done,
        callers=PERSON | PROFESSIONAL,
        condition=own_record,
    ),
    Method(
        name="set_emergency_switches",
        request=SetEmergencySwitches,
        answer=Done,
        callers=PERSON,
        condition=own_record,
    ),
    Method(
        name="oppose_feeding",
        request=OpposeFeeding,
        answer=Done,
        callers=PERSON,
        condition=own_record,
    ),
    Method(
        name="judge_opposition",
        request=JudgeOpposition,
        answer=Done,
        callers=AUDITOR,
        condition=always,
    ),
    Method(
        name="oppositions_to_judge",
        request=ListQuery,
        answer=Listing[OppositionToJudge],
        callers=AUDITOR,
        condition=always,
    ),
)
