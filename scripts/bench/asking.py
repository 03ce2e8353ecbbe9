"""Who asks for what, as in a country: everybody another one, drawn from a fixed seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from services.access.domain.grants import CareTeam, Consent, Means, Source, Status
from services.access.domain.rights import Rights
from shared.kernel.actor import Actor, ActorKind

IDENTITY = Actor(kind=ActorKind.SERVICE, id="identity")
SEED = 20261122
LONG_AGO = timedelta(days=60)
PROFESSIONS = ("10", "10", "10", "60", "21", "40", "50", "70")
CODES = ("N", "N", "N", "N", "N", "MASQUE_PS", "INVISIBLE_PATIENT")
TYPES = (
    ("10", "11502-2"), ("11", "60591-5"), ("10", "18725-2"), ("41", "60280-5"), ("31", "57133-1"),
)  # fmt: skip


@dataclass(frozen=True)
class Asking:
    """Somebody before a record, and a document in it."""

    rights: Rights
    who: Actor
    item: dict[str, Any]


def askings(secret: bytes, now: datetime, many: int) -> Sequence[Asking]:
    """Of five, two are the person and three a professional with or without a right; one document in
    three is by them, two in seven are masked or hidden."""
    dice = Random(SEED)  # noqa: S311 - a mix, not a secret
    return [_asking(secret, now, dice) for _ in range(many)]


def _asking(secret: bytes, now: datetime, dice: Random) -> Asking:
    record_id = UUID(int=dice.getrandbits(128), version=4)
    person = Actor(kind=ActorKind.PATIENT, id=str(record_id), record_id=record_id)
    rights = Rights.open(secret, record_id, by=IDENTITY)
    source = Source(service="identity", position=1)
    rights.change_status(Status.ACTIVATED, source=source, by=IDENTITY)
    facility = f"1{dice.randrange(10**9):09}"
    professional = Actor(
        kind=ActorKind.PROFESSIONAL,
        id=f"8{dice.randrange(10**11):011}",
        profession=dice.choice(PROFESSIONS),
        facility=dice.choice((facility, None)),
    )
    _let_in(rights, professional, person, now, dice)
    who = person if dice.random() < 0.4 else professional
    class_, type_ = dice.choice(TYPES)
    item = {
        "kind": "document",
        "class": class_,
        "type": type_,
        "confidentiality": [dice.choice(CODES)],
        "author": professional.id if dice.random() < 0.33 else f"8{dice.randrange(10**11):011}",
        "facility": dice.choice((facility, f"1{dice.randrange(10**9):09}")),
        "scope": None,
    }
    return Asking(rights, who, item)


def _let_in(
    rights: Rights, professional: Actor, person: Actor, now: datetime, dice: Random
) -> None:
    """A treating doctor, one with a consent, one of a care team, or nobody; one grant in ten has
    ended."""
    end = now + timedelta(days=dice.uniform(-30, 270))
    role = dice.randrange(4)
    if role == 0:
        rights.name_treating_doctor(professional.id, by=person)
    elif role == 1:
        rights.declare_consent(_consent(professional.id, now, end), by=person)
    elif role == 2 and professional.facility:
        team = _team(professional.id, professional.facility, end)
        rights.join_care_team(uuid4(), team, at=now - LONG_AGO, by=professional)


def _consent(professional: str, now: datetime, end: datetime) -> Consent:
    return Consent(
        grantee=professional,
        is_facility=False,
        collected_by=professional,
        means=Means.ELECTRONIC,
        declared_at=now - LONG_AGO,
        valid_until=end,
        secret=False,
    )


def _team(professional: str, facility: str, end: datetime) -> CareTeam:
    return CareTeam(
        facility=facility,
        unit="cardiologie",
        episode="1",
        members=[professional],
        expected_end=end,
        opposed=False,
        secret=False,
    )
