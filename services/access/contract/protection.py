"""What is shut: blocks, emergency switches, oppositions to feeding."""

from uuid import UUID

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


class OpposeFeeding(Command):
    """Of one professional or facility, or of everybody; ``on`` false lifts it."""

    record_id: UUID
    legitimate_reason: Text
    professional: ProfessionalId | None = None
    facility: FacilityId | None = None
    on: bool = True


class JudgeOpposition(OfRecordCommand):
    """CSP R1111-47: whether the reason is legitimate; ``note`` tells the person why."""

    accepted: bool
    note: Text
    professional: ProfessionalId | None = None
    facility: FacilityId | None = None


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
