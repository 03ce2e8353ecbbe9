"""The DMP that a person had before: objected to, or brought in."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import Field, model_validator

from services.identity.contract.parts import Part, RecordCommand
from services.identity.domain.legacy_dmp_events import (
    FormerBlock,
    FormerConsent,
    FormerRights,
    FormerSwitches,
)
from services.identity.domain.states import OppositionChannel
from shared.eventing.messages import Instant
from shared.kernel.errors import InvalidRequest

PEOPLE_MAX = 1_000
"""Consents, and blocks, of one former DMP."""
# As access takes them: who is let in or shut out here is let in or shut out there.
ProfessionalId = Annotated[
    str,
    Field(
        pattern=r"^(8[0-9]{11}|0[0-9][0-9AB][0-9]{7}|[13-6][0-9AB]{9}[0-9A-Za-z_/]{0,38})$",
        description="PS_IdNat",
    ),
]
FacilityId = Annotated[
    str, Field(max_length=32, pattern=r"^[0-9A-Za-z/.-]+$", description="Struct_IdNat")
]


class OpposeLegacyDmp(RecordCommand):
    """``on`` false takes the objection back; both until the record opens (CSP R1111-40)."""

    channel: OppositionChannel
    on: bool = True


class Consent(Part):
    """To a professional or to a facility, one of them. An end that has passed lets nobody in."""

    professional: ProfessionalId | None = None
    facility: FacilityId | None = None
    declared_at: Instant
    valid_until: Instant

    @model_validator(mode="after")
    def _one_of_them(self) -> "Consent":
        if (self.professional is None) == (self.facility is None):
            raise ValueError("name a professional or a facility, not both")
        return self

    def to_event(self) -> FormerConsent:
        return FormerConsent(
            grantee=self.professional or self.facility or "",
            is_facility=self.facility is not None,
            declared_at=self.declared_at,
            valid_until=self.valid_until,
        )


class Block(Part):
    professional: ProfessionalId
    blocked_at: Instant

    def to_event(self) -> FormerBlock:
        return FormerBlock(professional=self.professional, blocked_at=self.blocked_at)


class Switches(Part):
    """What the person allowed in an emergency (ETREAT, BTG, MASKED)."""

    regulation: bool
    break_glass: bool
    masked: bool

    def to_event(self) -> FormerSwitches:
        return FormerSwitches(
            regulation=self.regulation, break_glass=self.break_glass, masked=self.masked
        )


class ImportLegacyDmp(RecordCommand):
    """Once for each record, when it is open; the same again changes nothing. Whoever was blocked
    there is blocked here, and of the emergency switches the stricter counts. The documents follow
    by ``vault.deposit``, each with the confidentiality it had: identity holds no health data.
    """

    consents: list[Consent] = Field(default=[], max_length=PEOPLE_MAX)
    blocks: list[Block] = Field(default=[], max_length=PEOPLE_MAX)
    switches: Switches | None = None

    @property
    def rights(self) -> FormerRights:
        return FormerRights(
            [consent.to_event() for consent in self.consents],
            [block.to_event() for block in self.blocks],
            self.switches.to_event() if self.switches else None,
        )

    def check(self, now: datetime) -> None:
        """Refuse what was said in the future."""
        said = [(f"consents.{n}.declared_at", c.declared_at) for n, c in enumerate(self.consents)]
        said += [(f"blocks.{n}.blocked_at", b.blocked_at) for n, b in enumerate(self.blocks)]
        if wrong := _later(said, now):
            raise InvalidRequest(fields=dict.fromkeys(wrong, "is in the future"))


def _later(said: Iterable[tuple[str, datetime]], now: datetime) -> list[str]:
    return [field for field, moment in said if moment > now]
