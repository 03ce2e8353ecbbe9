"""Two or three records made one, and one of them split off again."""

from typing import cast
from uuid import UUID, uuid4

import pytest

from services.access.domain.grants import DEFAULT_SWITCHES, Block, Consent, Status, Switches
from services.access.domain.rights import Rights
from shared.kernel.actor import Actor, ActorKind
from tests.access.support.judging import HOUR, NOW
from tests.access.support.people import DOCTOR, PATIENT

IDENTITY = Actor(kind=ActorKind.SERVICE, id="identity")
ON = DEFAULT_SWITCHES
FIRST, SECOND, THIRD = (UUID(int=n) for n in (1, 2, 3))
BOTH_ORDERS = pytest.mark.parametrize("order", [(FIRST, SECOND), (SECOND, FIRST)])


def record(*blocked: str, opposed: str = "", **switches: bool) -> Rights:
    """Of a person who shut these out and opposed that feeder; the words are the record's own."""
    rights = Rights.open(b"s", uuid4(), by=IDENTITY)
    rights.change_status(Status.OPEN, source={"service": "identity", "position": 1}, by=IDENTITY)
    for who in blocked:
        rights.block(who, block_of(rights), by=PATIENT)
    if opposed:
        rights.oppose_feeding(opposed, why_of(rights), on=True, waits=False, by=PATIENT)
    if switches:
        rights.set_switches(cast("Switches", {**ON, **switches}), by=PATIENT)
    return rights


def block_of(rights: Rights) -> Block:
    return Block(reason=why_of(rights), by_person=True, blocked_at=NOW, secret=False)


def why_of(rights: Rights) -> str:
    return f"said on {rights.record_id}"


def consent() -> Consent:
    return Consent(
        grantee=DOCTOR.id,
        is_facility=False,
        collected_by=DOCTOR.id,
        means="checkbox",
        declared_at=NOW,
        valid_until=NOW + HOUR,
        secret=False,
    )


def treated() -> Rights:
    """The doctor has a consent, and every role that a block ends."""
    rights = record()
    rights.declare_consent(consent(), by=PATIENT)
    rights.name_treating_doctor(DOCTOR.id, by=PATIENT)
    rights.name_administrator(DOCTOR.id, by=PATIENT)
    return rights


def merge(target: Rights, *sources: Rights) -> None:
    for merge_id, source in zip((FIRST, SECOND, THIRD), sources, strict=False):
        target.take_stricter(merge_id, source, by=IDENTITY)


def split(target: Rights, merge_id: UUID) -> None:
    target.give_stricter_back(merge_id, by=IDENTITY)


def let_in(rights: Rights) -> set[str]:
    """By which of the ways that a block ends the doctor is let in."""
    ways = {
        "consent": DOCTOR.id in rights.consents,
        "treating": rights.treating_doctor == DOCTOR.id,
        "administrator": rights.administrators == [DOCTOR.id],
    }
    return {way for way, open_ in ways.items() if open_}
