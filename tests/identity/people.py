"""Sample people and callers; their traits are those of the ANS's published examples."""

from datetime import UTC, datetime
from random import randrange
from typing import Any
from uuid import UUID, uuid4

from services.identity.contract import AnnounceRecord
from services.identity.domain.traits import Traits
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.ins import INS_NIR_TEST, control_key

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
INSURER = Actor(kind=ActorKind.OPERATOR, id="cnam")
HOSPITAL = Actor(kind=ActorKind.FACILITY, id="1750712184", facility="1750712184")
VAULT = Actor(kind=ActorKind.SERVICE, id="vault", on_behalf_of=HOSPITAL)
TIMER = Actor(kind=ActorKind.SERVICE, id="identity")

TRAITS = {
    "birth_name": "PAT-TROIS",
    "birth_given_names": "DOMINIQUE MARIE-LOUISE",
    "first_given_name": "DOMINIQUE",
    "sex": "F",
    "birth_date": "1979-03-28",
    "birth_place": "51215",
}
INS = {"value": "279035121518989", "oid": INS_NIR_TEST}
OTHER_INS = {"value": "277076322082910", "oid": INS_NIR_TEST}
FALSE_KEY_INS = {"value": "221042545611404", "oid": INS_NIR_TEST}


def new_ins() -> dict[str, str]:
    """An INS nobody has had in this run, with its right key."""
    matricule = f"2790351{randrange(10**6):06d}"
    return {"value": matricule + control_key(matricule), "oid": INS_NIR_TEST}


def traits(**changes: str) -> Traits:
    names = {"used_name": "PAT-TROIS", "used_given_name": "DOMINIQUE"}
    return Traits(**(TRAITS | names | changes))


def announcement(**changes: Any) -> AnnounceRecord:
    return AnnounceRecord.model_validate(
        {"request_id": uuid4(), "traits": TRAITS, "ins": INS} | changes
    )


def patient(record_id: UUID, **changes: Any) -> Actor:
    return Actor(kind=ActorKind.PATIENT, id=str(record_id), record_id=record_id, **changes)
