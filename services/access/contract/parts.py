"""Ids, codes and words that requests and answers of access share."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from shared.kernel.actor import Actor, ActorKind
from shared.rpc.contract import Command, Query

ProfessionalId = Annotated[
    str,
    Field(pattern=r"^(8[0-9]{11}|0[0-9][0-9AB][0-9]{7}|[13-6][0-9AB]{9}[0-9A-Za-z_/]{0,38})$"),
]
"""PS_IdNat: 8 and an RPPS, 0 and an ADELI, else a structure or practice and the id inside. A
slip of the hand must not block, consent to or name somebody who does not exist."""
FacilityId = Annotated[
    str,
    Field(
        pattern=r"^(0[0-9A-Za-z]{1,20}|1[0-9][0-9AB][0-9]{7}|2[0-9]{9}|3[0-9]{14}"
        r"|4[0-9]{11}[0-9A-Za-z/.-]{0,12}|[A-Z][0-9]{2,15})$"
    ),
]
"""Struct_IdNat: 0 and a practice's ADELI, 1 and a FINESS, 2 and a SIREN, 3 and a SIRET, 4 and an
RPPS with a rank, else the technical number of the national directory."""
Text = Annotated[str, Field(min_length=1, max_length=500)]
"""Words of a person; sealed with the record and never published."""
Code = Annotated[str, Field(min_length=1, max_length=64)]
Action = Literal["read", "feed", "manage"]
Mode = Literal["normal", "break_glass", "regulation"]
Confidentiality = Literal[
    "N", "R", "V", "MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"
]


class OneGrantee(Command):
    """A professional or a facility, never both."""

    record_id: UUID
    professional: ProfessionalId | None = None
    facility: FacilityId | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "OneGrantee":
        if (self.professional is None) == (self.facility is None):
            raise ValueError("name a professional or a facility, not both")
        return self

    @property
    def grantee(self) -> str:
        return self.professional or self.facility or ""


class OfRecordCommand(Command):
    record_id: UUID


class OfRecord(Query):
    record_id: UUID


class OfProfessional(OfRecordCommand):
    professional: ProfessionalId


PERSON = frozenset({ActorKind.PATIENT, ActorKind.REPRESENTATIVE})
PROFESSIONAL = frozenset({ActorKind.PROFESSIONAL})
FACILITY = frozenset({ActorKind.FACILITY})
SERVICE = frozenset({ActorKind.SERVICE})
AUDITOR = frozenset({ActorKind.AUDITOR})
OPERATOR = frozenset({ActorKind.OPERATOR})


def own_record(request: Any, actor: Actor) -> bool:
    """People act on the record their token names; others are judged by the use case."""
    return not actor.acts_for_person or actor.record_id == request.record_id


def always(_: Any, __: Actor) -> bool:
    """The kind of caller is the whole condition, or the use case knows more."""
    return True
