"""Audit compares names of professionals with those of people, read in the logs of others."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from scripts.cli.audit_likeness import StoredLikeness
from scripts.cli.audit_told import Reader
from services.audit.adapters.event_stores import SqliteStores
from services.audit.domain.anomalies import Likeness
from shared.kernel.clock import FixedClock
from shared.kernel.ins import INS_NIR_TEST
from shared.stores.settings import EventStoreSettings
from tests.audit import telling
from tests.audit.logs import open_tree
from tests.audit.telling import DOCTOR
from tests.directory.conftest import opened
from tests.directory.sample import OPERATOR, registration
from tests.identity.lives import announce
from tests.identity.people import NOW, TRAITS
from tests.identity.world import AccessSeen, new_world, open_identity
from tests.neighbours.registered import ANNOUNCED_INS, OPEN_INS, UNPROVEN_INS

BORN = {"birth_name": "LEFEVRE-D'ARC", "birth_given_names": "PAUL", "first_given_name": "PAUL"}


@dataclass(frozen=True)
class Compared:
    """``doctor``: whose own record is ``own``; ``relative``: of another with their family name."""

    likeness: Likeness
    doctor: str
    own: UUID
    relative: UUID
    stranger: UUID


def _stored(folder: Path) -> Iterator[Compared]:
    settings, clock = EventStoreSettings(data_dir=folder), FixedClock(NOW)
    identity, directory = open_identity(settings, clock, AccessSeen()), opened(settings, clock)
    home = open_tree(settings)[0]
    world = new_world(identity, clock, folder)
    own, other, stranger = (
        announce(world, traits=TRAITS | names, ins={"value": ins, "oid": INS_NIR_TEST})
        for names, ins in (
            ({"used_name": "LEFEVRE D'ARC", "used_given_name": "ZOE"}, OPEN_INS),
            (BORN, UNPROVEN_INS),
            ({}, ANNOUNCED_INS),
        )
    )
    for who, family, given in (
        (DOCTOR["id"], "Lefèvre d’Arc", "Zoé"),
        ("810000000002", "Nessi", "Anne-Lise"),
    ):
        directory.register_professional(
            registration(national_id=who, family_name=family, given_name=given), OPERATOR
        )
    keys = {"identity": identity.keys, "directory": directory.keys}
    likeness = StoredLikeness(Reader(SqliteStores(folder), keys.__getitem__))
    yield Compared(likeness, DOCTOR["id"], own, other, stranger)
    for log in (identity, directory, home):
        log.close()


@pytest.fixture
def compared(side: str, tmp_path: Path) -> Iterator[Compared]:
    if side == "neighbour":
        yield from _stored(tmp_path)
    else:
        yield Compared(telling.Likeness(), DOCTOR["id"], telling.OWN, telling.RELATIVE, uuid4())


def test_ones_own_record_has_both_names(compared: Compared) -> None:
    """Of birth or in use; accents, capitals and what stands between words are not looked at."""
    seen = {
        name: compared.likeness.is_own(compared.doctor, getattr(compared, name))
        for name in ("own", "relative", "stranger")
    }

    assert seen == {"own": True, "relative": False, "stranger": False}


def test_a_relative_has_the_family_name(compared: Compared) -> None:
    """And so has one's own record."""
    seen = {
        name: compared.likeness.same_family(compared.doctor, getattr(compared, name))
        for name in ("own", "relative", "stranger")
    }

    assert seen == {"own": True, "relative": True, "stranger": False}


def test_who_is_not_known_is_like_nobody(compared: Compared) -> None:
    """A professional who is not registered, another one, and a record that is not there."""
    likeness = compared.likeness
    for who, record in (
        ("810000000009", compared.own),
        ("810000000002", compared.own),
        (compared.doctor, uuid4()),
    ):
        assert not likeness.is_own(who, record)
        assert not likeness.same_family(who, record)
